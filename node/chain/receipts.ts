import type { BlockHeader } from '@ethereumjs/block'
import { Capability, type FeeMarket1559Tx, type LegacyTx, type TypedTransaction } from '@ethereumjs/tx'
import { bigIntToUnpaddedBytes, bytesToHex, generateAddress } from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import { outcomeOf } from '../../evm-ext/call.ts'
import type { ReceiptRecord } from './chain.ts'

/** Wei a gas that the transaction pays in a block. */
function effectiveGasPrice(transaction: TypedTransaction, { baseFeePerGas }: BlockHeader): bigint {
  if (!transaction.supports(Capability.EIP1559FeeMarket)) return (transaction as LegacyTx).gasPrice
  const baseFee = baseFeePerGas ?? 0n
  return baseFee + (transaction as FeeMarket1559Tx).getEffectivePriorityFee(baseFee)
}

/** The receipt of a transaction that was run. @param gasBefore - gas of the block's transactions before it */
function receiptOf(
  transaction: TypedTransaction,
  result: RunTxResult,
  header: BlockHeader,
  gasBefore: bigint,
): ReceiptRecord {
  const { totalGasSpent, blobGasUsed, execResult, receipt, bloom } = result
  const { status, error, haltCode, logs } = outcomeOf(execResult)
  const sender = transaction.getSenderAddress()
  const creates = transaction.to === undefined
  return {
    transactionHash: bytesToHex(transaction.hash()),
    from: bytesToHex(sender.bytes),
    type: transaction.type,
    status,
    stateRoot: 'stateRoot' in receipt ? bytesToHex(receipt.stateRoot) : undefined,
    gasUsed: totalGasSpent,
    cumulativeGasUsed: gasBefore + totalGasSpent,
    effectiveGasPrice: effectiveGasPrice(transaction, header),
    blobGasUsed,
    blobGasPrice: blobGasUsed === undefined ? undefined : header.getBlobGasPrice(),
    contractAddress: creates
      ? bytesToHex(generateAddress(sender.bytes, bigIntToUnpaddedBytes(transaction.nonce)))
      : undefined,
    logsBloom: bytesToHex(bloom.bitvector),
    logs: logs.map(({ address, topics, data }) => ({ address, topics, data: bytesToHex(data) })),
    error,
    haltCode,
  }
}

/** Receipts of transactions that were run one after another in a block. */
export function receiptsOf(
  transactions: readonly TypedTransaction[],
  results: readonly RunTxResult[],
  header: BlockHeader,
): ReceiptRecord[] {
  let gasBefore = 0n
  return transactions.map((transaction, index) => {
    const receipt = receiptOf(transaction, results[index] as RunTxResult, header, gasBefore)
    gasBefore = receipt.cumulativeGasUsed
    return receipt
  })
}

/** Fields that JSON has no type for. */
const quantities = ['gasUsed', 'cumulativeGasUsed', 'effectiveGasPrice', 'blobGasUsed', 'blobGasPrice']

/** Receipts as they are kept: JSON, with quantities in decimal. */
export function encodeReceipts(receipts: readonly ReceiptRecord[]): Uint8Array {
  const text = JSON.stringify(receipts, (_, value) => (typeof value === 'bigint' ? value.toString() : value))
  return new TextEncoder().encode(text)
}

/** Receipts from {@link encodeReceipts}. */
export function decodeReceipts(bytes: Uint8Array): ReceiptRecord[] {
  const records: Record<string, unknown>[] = JSON.parse(new TextDecoder().decode(bytes))
  return records.map((record) => {
    for (const key of quantities) if (record[key] !== undefined) record[key] = BigInt(record[key] as string)
    // A record that was just made has these keys without a value, and comparisons tell the two apart.
    return { ...absent, ...record } as ReceiptRecord
  })
}

const absent = {
  ...{ stateRoot: undefined, blobGasUsed: undefined, blobGasPrice: undefined },
  ...{ contractAddress: undefined, error: undefined, haltCode: undefined },
}
