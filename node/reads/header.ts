import type { BlockHeader } from '@ethereumjs/block'
import { createAddressFromString, hexToBytes } from '@ethereumjs/util'
import type { BlockOverride } from './reads.ts'

/** A header with other values, for code to see: its hash and RLP are not what they would be. */
function changed(header: BlockHeader, values: Readonly<Record<string, unknown>>): BlockHeader {
  const given = Object.entries(values).filter(([, value]) => value !== undefined)
  if (given.length === 0) return header
  return Object.create(header, Object.fromEntries(given.map(([name, value]) => [name, { value }])))
}

/** A header as a call sees it whose block is overridden. */
export function overrideHeader(header: BlockHeader, block: BlockOverride = {}): BlockHeader {
  const { number, time, gasLimit, feeRecipient, prevRandao, baseFeePerGas, blobBaseFee } = block
  return changed(header, {
    ...{ number, timestamp: time, gasLimit, baseFeePerGas },
    coinbase: feeRecipient && createAddressFromString(feeRecipient),
    mixHash: prevRandao && hexToBytes(prevRandao),
    getBlobGasPrice: blobBaseFee === undefined ? undefined : () => blobBaseFee,
  })
}

/**
 * A header as a call sees it that names no price, of gas or of blob gas: there is none then, so that no rule about fees
 * stands in its way.
 */
export function withoutFees(
  header: BlockHeader,
  free: { readonly gas: boolean; readonly blobs: boolean },
): BlockHeader {
  return changed(header, {
    baseFeePerGas: free.gas && header.baseFeePerGas !== undefined ? 0n : undefined,
    getBlobGasPrice: free.blobs ? () => 0n : undefined,
  })
}
