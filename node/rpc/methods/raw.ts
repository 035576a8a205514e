import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { encodeReceipt } from '@ethereumjs/vm'
import type { ReceiptRecord } from '../../chain/chain.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { requireBlock } from '../location.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { type BlockId, blockId, blockNumber, hash32, parameters, quantity } from '../params.ts'
import { findRecord } from './blocks.ts'

function rawReceipt({ type, status, stateRoot, cumulativeGasUsed, logsBloom, logs }: ReceiptRecord) {
  const receipt = {
    ...(stateRoot === undefined ? { status } : { stateRoot: hexToBytes(stateRoot) }),
    cumulativeBlockGasUsed: cumulativeGasUsed,
    bitvector: hexToBytes(logsBloom),
    logs: logs.map(({ address, topics, data }) => [
      hexToBytes(address),
      topics.map((topic) => hexToBytes(topic)),
      hexToBytes(data),
    ]),
  }
  return bytesToHex(
    encodeReceipt(receipt as Parameters<typeof encodeReceipt>[0], type as Parameters<typeof encodeReceipt>[1]),
  )
}

/** RLP of a transaction of the chain or the pool. */
async function rawTransaction(hash: `0x${string}`, { chain, pool }: NodeServices) {
  const transaction = (await chain.transaction(hash))?.transaction ?? pool.get(hash)?.transaction
  return transaction && bytesToHex(transaction.serialize())
}

async function rawTransactionAt(id: BlockId, index: bigint, services: NodeServices) {
  const transaction = (await findRecord(id, services))?.block.transactions[Number(index)]
  return transaction && bytesToHex(transaction.serialize())
}

/** Methods that give what blocks are made of as RLP. */
export const rawMethods: Methods = {
  debug_getRawHeader: method(parameters(blockId), async ([id], context) =>
    bytesToHex((await requireBlock(id, context)).header.serialize()),
  ),
  debug_getRawBlock: method(parameters(blockId), async ([id], context) =>
    bytesToHex((await requireBlock(id, context)).serialize()),
  ),
  debug_getRawReceipts: method(parameters(blockId), async ([id], context) => {
    const record = await findRecord(id, context)
    if (record === undefined) throw new RpcError(rpcCodes.serverError, 'header not found')
    return record.receipts.map(rawReceipt)
  }),
  debug_getRawTransaction: method(parameters(hash32), async ([hash], context) => await rawTransaction(hash, context)),
  eth_getRawTransactionByHash: method(parameters(hash32), ([hash], context) => rawTransaction(hash, context)),
  eth_getRawTransactionByBlockHashAndIndex: method(parameters(hash32, quantity), ([hash, index], context) =>
    rawTransactionAt({ hash, requireCanonical: false }, index, context),
  ),
  eth_getRawTransactionByBlockNumberAndIndex: method(parameters(blockNumber, quantity), ([id, index], context) =>
    rawTransactionAt(id, index, context),
  ),
}
