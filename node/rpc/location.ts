import type { Block } from '@ethereumjs/block'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { bytesToHex } from '@ethereumjs/util'
import type { ReadAt } from '../reads/reads.ts'
import { RpcError, rpcCodes } from './errors.ts'
import type { NodeServices } from './method.ts'
import type { BlockId } from './params.ts'

type Chain = Pick<NodeServices, 'chain'>

/** The block that is asked for; the newest for `pending`. Blocks of this chain are final as soon as they are made. */
export async function findBlock(id: BlockId, { chain }: Chain): Promise<Block | undefined> {
  if (id === 'earliest') return chain.blockAt(0n)
  if (typeof id === 'string') return chain.head()
  if (typeof id === 'bigint') return chain.blockAt(id)
  const block = await chain.blockAt(id.hash)
  if (block === undefined || !id.requireCanonical) return block
  const canonical = await chain.blockAt(block.header.number)
  if (canonical === undefined || bytesToHex(canonical.hash()) !== id.hash)
    throw new RpcError(rpcCodes.serverError, 'hash is not currently canonical')
  return block
}

/** The block that is asked for. @throws {RpcError} when there is none */
export async function requireBlock(id: BlockId, services: Chain): Promise<Block> {
  const block = await findBlock(id, services)
  if (block === undefined)
    throw new RpcError(rpcCodes.serverError, typeof id === 'object' ? 'header for hash not found' : 'header not found')
  return block
}

/** Where a call runs: at a block, or for `pending` in the next one on the state of the newest. */
export async function readAt(id: BlockId, { chain, miner }: Pick<NodeServices, 'chain' | 'miner'>): Promise<ReadAt> {
  const block = await requireBlock(id, { chain })
  const header = id === 'pending' ? chain.nextHeader(miner.nextFields()) : block.header
  return { header, stateRoot: await chain.stateRootAt(block) }
}

/** The state after a block. What is written to it does not reach the chain. */
export async function stateAt(id: BlockId, services: Chain): Promise<MerkleStateManager> {
  return services.chain.stateAt(await requireBlock(id, services))
}
