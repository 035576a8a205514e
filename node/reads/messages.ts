import type { Hex, TensorGenesis } from '../../evm-ext/index.ts'
import type { Failure } from '../../evm-ext/thread.ts'
import type { Root } from '../../model/index.ts'
import type { CallFields, ReadAt, ReadResult, TraceOptions } from './reads.ts'

/** What a thread that reads starts with. */
export type ReadThreadData = {
  readonly genesis: TensorGenesis
  /** Gas of a call that names none, and most that one may name. */
  readonly gasCap: bigint
  /** Most bytes of a trace, as JSON. */
  readonly resultLimit: number
}

/** Where a call runs, with the header as RLP. */
export type SentAt = Omit<ReadAt, 'header'> & { readonly header: Uint8Array }

/** A block to run again. */
export type SentBlock = {
  /** RLP. */
  readonly block: Uint8Array
  /** Of the state that its first transaction found. */
  readonly stateRoot: Uint8Array
  /** Addresses: an impersonated sender's transaction has no signature of its own. */
  readonly senders: readonly Hex[]
}

/** What is to be read. */
export type ReadOrder =
  | { readonly kind: 'call' | 'estimateGas' | 'accessList'; readonly call: CallFields; readonly at: SentAt }
  | { readonly kind: 'traceCall'; readonly call: CallFields; readonly at: SentAt; readonly trace: TraceOptions }
  | {
      readonly kind: 'trace'
      readonly block: SentBlock
      /** The only transaction that is traced, all unless given. */
      readonly index: number | undefined
      readonly trace: TraceOptions
    }
  | { readonly kind: 'gasReport'; readonly block: SentBlock; readonly index: number }

/** What a thread lacks: an entry of the state database, the parent of a block, a model file. */
export type Question =
  | { readonly kind: 'state'; readonly key: string }
  | { readonly kind: 'parent'; readonly hash: Hex }
  | { readonly kind: 'model'; readonly root: Root }

/** What is found; nothing where there is none. */
export type Answer = { readonly bytes: Uint8Array | undefined } | { readonly failure: Failure }

/** To a thread. One order at a time; answers come in the order of their questions. */
export type ToReadThread =
  | { readonly kind: 'read'; readonly order: ReadOrder }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[] }

/** From a thread: it takes orders; it lacks something; how its order ended. */
export type FromReadThread =
  | { readonly kind: 'ready' }
  | { readonly kind: 'questions'; readonly questions: readonly Question[] }
  | { readonly kind: 'result'; readonly value: unknown }
  /** A result as JSON in UTF-8, which takes less of the main thread than a copy of what it says. */
  | { readonly kind: 'json'; readonly bytes: Uint8Array }
  | { readonly kind: 'refused'; readonly code: number; readonly message: string }
  | { readonly kind: 'callFailed'; readonly result: ReadResult }
  | { readonly kind: 'failed'; readonly failure: Failure }
