import { type BlockHeader, createBlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { BlockFields } from './chain.ts'

/**
 * Header of the block on `parent` with these fields, before anything is in it.
 *
 * What they leave out is the parent's, or follows from it: the base fee by EIP-1559, the blob gas by EIP-4844, and as
 * randomness the hash of its hash.
 *
 * @param common - at the hardfork of the new block
 */
export function headerOn(parent: BlockHeader, fields: BlockFields, common: Common): BlockHeader {
  const number = parent.number + 1n
  const { timestamp, coinbase, gasLimit, baseFeePerGas, prevRandao } = fields
  return createBlockHeader(
    {
      ...{ parentHash: parent.hash(), number, timestamp },
      coinbase: coinbase === undefined ? parent.coinbase : hexToBytes(coinbase),
      gasLimit: gasLimit ?? parent.gasLimit,
      ...(common.isActivatedEIP(4399)
        ? { mixHash: prevRandao === undefined ? keccak_256(parent.hash()) : hexToBytes(prevRandao) }
        : {}),
      ...(common.isActivatedEIP(1559) ? { baseFeePerGas: baseFeePerGas ?? baseFeeOn(parent, common) } : {}),
      ...(common.isActivatedEIP(4844) ? { excessBlobGas: parent.calcNextExcessBlobGas(common) } : {}),
    },
    { common },
  )
}

function baseFeeOn(parent: BlockHeader, common: Common): bigint {
  return parent.common.isActivatedEIP(1559) ? parent.calcNextBaseFee() : common.param('initialBaseFee')
}
