import type { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { NodeChain } from '../chain/chain.ts'
import type { Miner } from '../mining/miner.ts'
import type { TransactionPool } from '../pool/pool.ts'
import type { Reads } from '../reads/reads.ts'
import type { Feed } from './feed.ts'
import type { Filters } from './filters.ts'
import type { Subscriptions } from './subscriptions.ts'

/** What methods work on. */
export type NodeServices = {
  readonly chain: NodeChain
  readonly pool: TransactionPool
  readonly miner: Miner
  readonly reads: Reads
  readonly accounts: Accounts
  /** As web3_clientVersion gives it. */
  readonly version: string
}

/** What one request brings along. */
export type RequestContext = NodeServices & {
  /** Aborted when the client leaves. */
  readonly signal: AbortSignal
  /** What happens to the chain and the pool. */
  readonly feed: Feed
  /** The filters that clients poll. */
  readonly filters: Filters
  /** Those of the client's connection; undefined over HTTP, which can't be sent notifications. */
  readonly subscriptions: Subscriptions | undefined
  /** Has something done once the client was sent the answer. */
  afterAnswer(task: () => void): void
}

/** A method of the node: its parameters by position, and what it answers, as JSON. */
export type Method = {
  readonly params: z.ZodType<readonly unknown[]>
  run(params: readonly unknown[], context: RequestContext): unknown
}

/** Declares a method. `params` reads and checks the parameters; those that are left out at the end are undefined. */
export function method<P extends readonly unknown[]>(
  params: z.ZodType<P>,
  run: (params: P, context: RequestContext) => unknown,
): Method {
  return { params, run: run as Method['run'] }
}

/** Methods by name. */
export type Methods = Readonly<Record<string, Method>>
