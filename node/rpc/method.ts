import type { z } from 'zod'
import type { Accounts } from '../accounts/accounts.ts'
import type { NodeChain } from '../chain/chain.ts'
import type { Miner } from '../mining/miner.ts'
import type { TransactionPool } from '../pool/pool.ts'
import type { Reads } from '../reads/reads.ts'

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
  /** Sends notifications of a subscription; undefined over HTTP. */
  readonly notify: ((subscription: string, result: unknown) => void) | undefined
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
