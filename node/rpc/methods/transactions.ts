import { bytesToHex } from '@ethereumjs/util'
import type { ReceiptRecord } from '../../chain/chain.ts'
import { formatReceipt } from '../format/receipt.ts'
import { formatPooledTransaction, formatTransaction } from '../format/transaction.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { type BlockId, blockNumber, hash32, parameters, quantity } from '../params.ts'
import { findRecord } from './blocks.ts'

async function transactionAt(id: BlockId, at: bigint, services: NodeServices) {
  if (id === 'pending') {
    const { baseFeePerGas = 0n } = services.chain.nextHeader(services.miner.nextFields())
    const pooled = services.pool.executable(baseFeePerGas)[Number(at)]
    return pooled && formatPooledTransaction(pooled)
  }
  const record = await findRecord(id, services)
  const index = Number(at)
  const transaction = record?.block.transactions[index]
  if (record === undefined || transaction === undefined) return undefined
  const receipt = record.receipts[index] as ReceiptRecord
  return formatTransaction({ block: record.block, index, transaction, receipt })
}

/** The receipt of a transaction of the chain; undefined for one that is not in a block. */
export async function receiptOf(hash: `0x${string}`, { chain }: Pick<NodeServices, 'chain'>) {
  const located = await chain.transaction(hash)
  const record = located && (await chain.recordAt(bytesToHex(located.block.hash())))
  return record && formatReceipt(record, located.index)
}

/** Methods that give transactions and their receipts. */
export const transactionMethods: Methods = {
  eth_getTransactionByHash: method(parameters(hash32), async ([hash], { chain, pool }) => {
    const located = await chain.transaction(hash)
    if (located !== undefined) return formatTransaction(located)
    const pooled = pool.get(hash)
    return pooled && formatPooledTransaction(pooled)
  }),
  eth_getTransactionByBlockHashAndIndex: method(parameters(hash32, quantity), ([hash, index], context) =>
    transactionAt({ hash, requireCanonical: false }, index, context),
  ),
  eth_getTransactionByBlockNumberAndIndex: method(parameters(blockNumber, quantity), ([id, index], context) =>
    transactionAt(id, index, context),
  ),
  eth_getTransactionReceipt: method(parameters(hash32), ([hash], context) => receiptOf(hash, context)),
}
