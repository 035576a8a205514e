import { bytesToHex } from '@ethereumjs/util'
import type { BlockRecord } from '../../chain/chain.ts'
import { formatBlock, formatHeader, formatPendingBlock } from '../format/block.ts'
import { quantity } from '../format/quantity.ts'
import { formatReceipt } from '../format/receipt.ts'
import { findBlock } from '../location.ts'
import { type Methods, method, type NodeServices } from '../method.ts'
import { type BlockId, blockId, blockNumber, flag, hash32, parameters, quantity as quantityOf } from '../params.ts'

const byHash = parameters(hash32)
const byNumber = parameters(blockNumber)

/** A block of the chain with its receipts. */
export async function findRecord(id: BlockId, services: Pick<NodeServices, 'chain'>): Promise<BlockRecord | undefined> {
  if (typeof id === 'bigint') return services.chain.recordAt(id)
  const block = await findBlock(id, services)
  return block && services.chain.recordAt(bytesToHex(block.hash()))
}

async function block(id: BlockId, isFull: boolean, services: NodeServices) {
  if (id === 'pending') {
    const header = services.chain.nextHeader(services.miner.nextFields())
    return formatPendingBlock(header, services.pool.executable(header.baseFeePerGas ?? 0n), isFull)
  }
  const record = await findRecord(id, services)
  return record && formatBlock(record, isFull)
}

async function header(id: BlockId, services: NodeServices) {
  const block = await findBlock(id, services)
  return block && formatHeader(block.header)
}

async function transactionCount(id: BlockId, services: NodeServices) {
  if (id === 'pending') {
    const { baseFeePerGas = 0n } = services.chain.nextHeader(services.miner.nextFields())
    return quantity(services.pool.executable(baseFeePerGas).length)
  }
  const block = await findBlock(id, services)
  return block && quantity(block.transactions.length)
}

async function uncleCount(id: BlockId, services: NodeServices) {
  const block = await findBlock(id, services)
  return block && quantity(block.uncleHeaders.length)
}

async function uncle(id: BlockId, index: bigint, services: NodeServices) {
  const block = await findBlock(id, services)
  const header = block?.uncleHeaders[Number(index)]
  return header && { ...formatHeader(header), size: quantity(header.serialize().length), uncles: [] }
}

const inBlock = (hash: `0x${string}`): BlockId => ({ hash, requireCanonical: false })

/** Methods that give blocks. */
export const blockMethods: Methods = {
  eth_getBlockByNumber: method(parameters(blockNumber, flag.default(false)), ([id, isFull], context) =>
    block(id, isFull, context),
  ),
  eth_getBlockByHash: method(parameters(hash32, flag.default(false)), ([hash, isFull], context) =>
    block(inBlock(hash), isFull, context),
  ),
  eth_getHeaderByNumber: method(byNumber, ([id], context) => header(id, context)),
  eth_getHeaderByHash: method(byHash, ([hash], context) => header(inBlock(hash), context)),
  eth_getBlockTransactionCountByNumber: method(byNumber, ([id], context) => transactionCount(id, context)),
  eth_getBlockTransactionCountByHash: method(byHash, ([hash], context) => transactionCount(inBlock(hash), context)),
  eth_getUncleCountByBlockNumber: method(byNumber, ([id], context) => uncleCount(id, context)),
  eth_getUncleCountByBlockHash: method(byHash, ([hash], context) => uncleCount(inBlock(hash), context)),
  eth_getUncleByBlockNumberAndIndex: method(parameters(blockNumber, quantityOf), ([id, index], context) =>
    uncle(id, index, context),
  ),
  eth_getUncleByBlockHashAndIndex: method(parameters(hash32, quantityOf), ([hash, index], context) =>
    uncle(inBlock(hash), index, context),
  ),
  eth_getBlockReceipts: method(parameters(blockId), async ([id], context) => {
    const record = await findRecord(id, context)
    return record?.receipts.map((_, index) => formatReceipt(record, index))
  }),
}
