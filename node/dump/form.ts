import type { Hex } from '../../evm-ext/index.ts'
import type { Space } from '../database/database.ts'

/** Version of a dump's form. Another form has another number. */
export const DUMP_VERSION = 1

/** What the first line of a dump calls it. */
export const DUMP_FORMAT = 'tensor-evm node'

/** The chain that a dump is of. */
export type DumpedChain = {
  readonly chainId: number
  readonly genesisHash: Hex
  /** The newest block. */
  readonly head: { readonly number: number; readonly hash: Hex; readonly stateRoot: Hex }
}

/** First line of a dump. */
export type DumpHeader = DumpedChain & { readonly format: typeof DUMP_FORMAT; readonly version: number }

/** The other lines but the last: an entry of the database, its value in base64. */
export type DumpLine = readonly [space: Space, key: string, value: string]

/** Last line, by which a dump that was cut off is known. */
export type DumpEnd = { readonly entries: number }

/** Everything that a node's database has. */
export const spaces: readonly Space[] = ['chain', 'receipts', 'transactions', 'node', 'models', 'state']

/** A dump that can't be read. */
export class DumpError extends Error {
  override readonly name = 'DumpError'
}
