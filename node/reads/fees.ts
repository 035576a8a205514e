import type { BlockHeader } from '@ethereumjs/block'
import { type Address, toChecksumAddress } from '@ethereumjs/util'
import { rpcCodes } from '../rpc/errors.ts'
import { type CallFields, ReadError } from './reads.ts'

/** What a call pays. All are wei a gas. */
export type Fees = {
  /** Most that it pays for gas, and what of it goes beyond the base fee. */
  readonly feeCap: bigint
  readonly tipCap: bigint
  /** What it pays in this block. */
  readonly gasPrice: bigint
  readonly blobFeeCap: bigint
}

/** Refuses a call for what makes it no transaction, in geth's words. */
export function refuse(message: string): never {
  throw new ReadError(rpcCodes.serverError, message)
}

/** What a call pays in a block with this base fee; nothing where it names no price. */
export function feesOf(call: CallFields, baseFee: bigint): Fees {
  const { gasPrice, maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas: blobFeeCap = 0n } = call
  if (gasPrice !== undefined) {
    if (maxFeePerGas !== undefined || maxPriorityFeePerGas !== undefined)
      refuse('both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified')
    return { feeCap: gasPrice, tipCap: gasPrice, gasPrice, blobFeeCap }
  }
  const feeCap = maxFeePerGas ?? 0n
  const tipCap = maxPriorityFeePerGas ?? 0n
  if (feeCap === 0n && tipCap === 0n) return { feeCap, tipCap, gasPrice: 0n, blobFeeCap }
  const wanted = tipCap + baseFee
  return { feeCap, tipCap, gasPrice: wanted < feeCap ? wanted : feeCap, blobFeeCap }
}

/** @throws {ReadError} when the fees are not what the block asks for. Those of a call that names no price always are. */
export function checkFees(fees: Fees, sender: Address, call: CallFields, header: BlockHeader): void {
  const { feeCap, tipCap, blobFeeCap } = fees
  const address = toChecksumAddress(sender.toString())
  if (feeCap !== 0n || tipCap !== 0n) {
    const baseFee = header.baseFeePerGas ?? 0n
    const caps = `address ${address}, maxPriorityFeePerGas: ${tipCap}, maxFeePerGas: ${feeCap}`
    if (feeCap < tipCap) refuse(`max priority fee per gas higher than max fee per gas: ${caps}`)
    if (feeCap < baseFee)
      refuse(
        `max fee per gas less than block base fee: address ${address}, maxFeePerGas: ${feeCap}, baseFee: ${baseFee}`,
      )
  }
  if (call.blobVersionedHashes === undefined || blobFeeCap === 0n) return
  const blobFee = header.getBlobGasPrice()
  if (blobFeeCap < blobFee)
    refuse(
      `max fee per blob gas less than block blob gas fee: address ${address} blobGasFeeCap: ${blobFeeCap}, blobBaseFee: ${blobFee}`,
    )
}
