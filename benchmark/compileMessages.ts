import type { Failure } from '../evm-ext/thread.ts'
import type { ContractCode, ContractKind } from './contracts.ts'

/** What a compiling thread is asked: the contract of a model, which comes as the bytes of a model file. */
export type CompileOrder = { readonly model: Uint8Array; readonly kind: ContractKind }

/** What it answers. */
export type CompileReply =
  | { readonly kind: 'compiled'; readonly code: ContractCode }
  | { readonly kind: 'failed'; readonly failure: Failure }
