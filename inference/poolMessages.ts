import type { TensorGenesis } from '../evm-ext/index.ts'
import type { Failure } from '../evm-ext/thread.ts'
import type { KernelName } from '../kernel/index.ts'
import type { CompiledModel } from './contract.ts'
import type { InferencePath } from './paths.ts'
import type { Inference } from './runner.ts'

/** What a thread that runs samples starts with. */
export type PoolThreadData = {
  readonly path: InferencePath
  /** The model file. */
  readonly model: Uint8Array
  readonly genesis: TensorGenesis | undefined
  /** What messages call the genesis. */
  readonly where: string | undefined
  readonly kernel: KernelName | undefined
}

/** To a thread: what to make ready, once; then samples, whose numbers follow one another. */
export type PoolOrder =
  | { readonly kind: 'prepare'; readonly contract: CompiledModel | undefined }
  | { readonly kind: 'run'; readonly first: number; readonly samples: readonly Uint8Array[] }

/** From a thread: it is ready or can't be; how a sample ended, after a failed one of which it runs no more of the order. */
export type PoolReply =
  | { readonly kind: 'ready'; readonly codeBytes: number }
  | { readonly kind: 'unable'; readonly failure: Failure }
  | { readonly kind: 'result'; readonly inference: Inference }
  | { readonly kind: 'failed'; readonly failure: Failure }
