import type { Block } from '@ethereumjs/block'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import type { Mined, Node } from './node.ts'

// Shapes of the JSON-RPC interface, https://github.com/ethereum/execution-apis.

/** A quantity: hex without leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** A log of a transaction's receipt. */
export type LogObject = {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly [field: string]: unknown
}

/** Where a transaction is. */
function placeOf({ block, transaction }: Mined) {
  return {
    blockHash: bytesToHex(block.hash()),
    blockNumber: quantity(block.header.number),
    transactionHash: bytesToHex(transaction.hash()),
    transactionIndex: '0x0',
  }
}

/** Logs of a mined transaction; none of one that failed. */
export function logObjects(mined: Mined): LogObject[] {
  const { outcome, block } = mined
  const logs = outcome.status === 1 ? outcome.logs : []
  return logs.map(({ address, topics, data }, index) => ({
    ...{ address, topics, data: bytesToHex(data) },
    ...placeOf(mined),
    blockTimestamp: quantity(block.header.timestamp),
    logIndex: quantity(index),
    removed: false,
  }))
}

/** Price of a unit of gas that a mined transaction paid, in wei. */
function effectiveGasPrice({ result }: Mined): bigint {
  return result.amountSpent / result.totalGasSpent
}

export function receiptObject(mined: Mined) {
  const { transaction, outcome, result } = mined
  return {
    ...placeOf(mined),
    type: quantity(transaction.type),
    from: transaction.getSenderAddress().toString(),
    to: transaction.to?.toString() ?? null,
    contractAddress: result.createdAddress?.toString() ?? null,
    status: quantity(outcome.status),
    gasUsed: quantity(result.totalGasSpent),
    cumulativeGasUsed: quantity(result.totalGasSpent),
    effectiveGasPrice: quantity(effectiveGasPrice(mined)),
    logs: logObjects(mined),
    logsBloom: bytesToHex(result.bloom.bitvector),
  }
}

export function transactionObject(mined: Mined) {
  const { transaction } = mined
  const { gasLimit, data, gasPrice, ...fields } = transaction.toJSON()
  const { transactionHash, ...place } = placeOf(mined)
  return {
    ...fields,
    ...place,
    hash: transactionHash,
    type: quantity(transaction.type),
    from: transaction.getSenderAddress().toString(),
    to: transaction.to?.toString() ?? null,
    gas: gasLimit,
    input: data,
    gasPrice: gasPrice ?? quantity(effectiveGasPrice(mined)),
    ...(transaction.type > 0 ? { yParity: fields.v } : {}),
  }
}

/** A block, with whole transactions or their hashes. */
export function blockObject(node: Node, block: Block, full: boolean) {
  const { uncleHash, coinbase, transactionsTrie, receiptTrie, ...header } = block.header.toJSON()
  const mined = node.transactionOf(block)
  return {
    ...header,
    hash: bytesToHex(block.hash()),
    sha3Uncles: uncleHash,
    miner: coinbase,
    transactionsRoot: transactionsTrie,
    receiptsRoot: receiptTrie,
    size: quantity(block.serialize().length),
    uncles: [],
    withdrawals: [],
    transactions: mined ? [full ? transactionObject(mined) : bytesToHex(mined.transaction.hash())] : [],
  }
}
