import type { Root } from '../model/index.ts'
import type { CallResult } from './call.ts'
import type { TensorGenesis } from './genesis.ts'
import type { StateEntry } from './stateDatabase.ts'
import type { Failure } from './thread.ts'

/** What a thread that runs calls starts with. */
export type CallThreadData = { readonly genesis: TensorGenesis }

/** A message call to run, and what of the chain the thread does not have yet. */
export type CallOrder = {
  readonly from: Uint8Array
  readonly to: Uint8Array
  readonly data: Uint8Array
  readonly value: bigint
  readonly gasLimit: bigint
  /** What the chain's database has got since the last order. */
  readonly entries: readonly StateEntry[]
  /** Hashes of the blocks that follow those of the last order; the genesis block's is known. */
  readonly hashes: readonly Uint8Array[]
  /** RLP of the header of the block to run at; undefined where it is that of the last order. */
  readonly header: Uint8Array | undefined
}

/** To a thread: a call; or the model file that it asked for, nothing where there is none. One at a time. */
export type CallRequestMessage =
  | { readonly kind: 'call'; readonly order: CallOrder }
  | { readonly kind: 'model'; readonly bytes: Uint8Array | undefined }
  | { readonly kind: 'modelFailed'; readonly failure: Failure }

/** From a thread: it takes calls; it needs a model; how its call ended. */
export type CallReplyMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'model'; readonly root: Root }
  | { readonly kind: 'result'; readonly result: CallResult }
  | { readonly kind: 'failed'; readonly failure: Failure }
