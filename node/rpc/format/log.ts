import { bytesToHex } from '@ethereumjs/util'
import type { BlockRecord, ReceiptRecord } from '../../chain/chain.ts'
import { quantity } from './quantity.ts'

/** A log as eth_getLogs gives it. */
export type LogJSON = ReturnType<typeof formatReceiptLogs>[number]

/** The logs of one transaction of a block. @param removed - whether the block is no longer part of the chain */
export function formatReceiptLogs({ block, receipts }: BlockRecord, index: number, removed = false) {
  const { transactionHash, logs } = receipts[index] as ReceiptRecord
  if (logs.length === 0) return []
  const blockHash = bytesToHex(block.hash())
  const blockNumber = quantity(block.header.number)
  const blockTimestamp = quantity(block.header.timestamp)
  const transactionIndex = quantity(index)
  const first = receipts.slice(0, index).reduce((sum, receipt) => sum + receipt.logs.length, 0)
  return logs.map(({ address, topics, data }, position) => ({
    ...{ address, topics, data, blockHash, blockNumber, blockTimestamp, transactionHash, transactionIndex },
    logIndex: quantity(first + position),
    removed,
  }))
}

/** All logs of a block. @param removed - whether the block is no longer part of the chain */
export function formatLogs(record: BlockRecord, removed = false): LogJSON[] {
  return record.receipts.flatMap((_, index) => formatReceiptLogs(record, index, removed))
}
