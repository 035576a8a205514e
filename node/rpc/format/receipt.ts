import { bytesToHex } from '@ethereumjs/util'
import type { BlockRecord, ReceiptRecord } from '../../chain/chain.ts'
import { tensorHaltData } from './failure.ts'
import { formatReceiptLogs } from './log.ts'
import { quantity } from './quantity.ts'

/** The receipt of a block's transaction; one that a tensor instruction halted says with which code. */
export function formatReceipt(record: BlockRecord, index: number) {
  const { block, receipts } = record
  const receipt = receipts[index] as ReceiptRecord
  const to = block.transactions[index]?.to
  const { blobGasUsed, blobGasPrice, haltCode, stateRoot } = receipt
  return {
    blockHash: bytesToHex(block.hash()),
    blockNumber: quantity(block.header.number),
    transactionIndex: quantity(index),
    transactionHash: receipt.transactionHash,
    type: quantity(receipt.type),
    from: receipt.from,
    to: to === undefined ? null : bytesToHex(to.bytes),
    contractAddress: receipt.contractAddress ?? null,
    // Receipts said with which state they ended before Byzantium, not whether they succeeded.
    ...(stateRoot === undefined ? { status: quantity(receipt.status) } : { root: stateRoot }),
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity(receipt.effectiveGasPrice),
    ...(blobGasUsed === undefined ? {} : { blobGasUsed: quantity(blobGasUsed) }),
    ...(blobGasPrice === undefined ? {} : { blobGasPrice: quantity(blobGasPrice) }),
    logs: formatReceiptLogs(record, index),
    logsBloom: receipt.logsBloom,
    ...(haltCode === undefined ? {} : tensorHaltData(haltCode)),
  }
}
