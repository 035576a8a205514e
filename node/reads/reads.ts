import type { Block, BlockHeader } from '@ethereumjs/block'
import type { AccessList } from '@ethereumjs/tx'
import type { EOACode7702AuthorizationListBytes } from '@ethereumjs/util'
import type { CallResult, GasReport, Hex } from '../../evm-ext/index.ts'

/** A transaction that is not signed, as eth_call and its like take it. */
export type CallFields = {
  /** The zero address unless given. */
  readonly from?: Hex
  /** Left out to create a contract. */
  readonly to?: Hex
  readonly data?: Uint8Array
  readonly value?: bigint
  /** The node's cap unless given. */
  readonly gas?: bigint
  readonly gasPrice?: bigint
  readonly maxFeePerGas?: bigint
  readonly maxPriorityFeePerGas?: bigint
  readonly maxFeePerBlobGas?: bigint
  readonly blobVersionedHashes?: readonly Hex[]
  readonly accessList?: AccessList
  readonly authorizationList?: EOACode7702AuthorizationListBytes
  readonly nonce?: bigint
}

/** Other values of an account than the state's, for one call. */
export type AccountOverride = {
  readonly balance?: bigint
  readonly nonce?: bigint
  readonly code?: Uint8Array
  /** All slots that the account has then. */
  readonly state?: Readonly<Record<Hex, Hex>>
  /** Slots that differ. */
  readonly stateDiff?: Readonly<Record<Hex, Hex>>
  /** Where a precompile is found instead. */
  readonly movePrecompileToAddress?: Hex
}

/** Other values of the block than the header's, for one call. */
export type BlockOverride = {
  readonly number?: bigint
  readonly time?: bigint
  readonly gasLimit?: bigint
  readonly feeRecipient?: Hex
  readonly prevRandao?: Hex
  readonly baseFeePerGas?: bigint
  readonly blobBaseFee?: bigint
}

/** Where a call runs. */
export type ReadAt = {
  /** What the call sees as its block. */
  readonly header: BlockHeader
  readonly stateRoot: Uint8Array
  readonly accounts?: Readonly<Record<Hex, AccountOverride>>
  readonly block?: BlockOverride
}

/** Options of debug_traceTransaction and its like, as geth has them. */
export type TraceOptions = {
  /** Struct logs unless given. */
  readonly tracer?: 'callTracer' | 'prestateTracer' | '4byteTracer' | 'noopTracer'
  readonly tracerConfig?: {
    readonly onlyTopCall?: boolean
    readonly withLog?: boolean
    readonly diffMode?: boolean
    readonly disableCode?: boolean
    readonly disableStorage?: boolean
  }
  readonly disableStack?: boolean
  readonly enableMemory?: boolean
  readonly disableStorage?: boolean
  readonly enableReturnData?: boolean
  /** Most struct logs; 0 for no limit but the node's own. */
  readonly limit?: number
}

export type AccessListResult = {
  readonly accessList: AccessList
  readonly gasUsed: bigint
  /** Why the call failed with it. */
  readonly error: string | undefined
}

export type ReadOptions = {
  /** Ends the read before it is over. */
  readonly signal?: AbortSignal
  /** Who asks, by any name: one client does not get all threads. Whoever has the same signal, unless given. */
  readonly client?: string
}

/** How a call ended. */
export type ReadResult = CallResult & {
  /** The error as geth words it; undefined after success. */
  readonly reason: string | undefined
}

/**
 * What runs code and leaves the chain as it is, in threads of its own: a read never holds up the chain, other reads run
 * beside it, and it ends when its signal says so or its time is over.
 *
 * All reject with a {@link ReadError} for what the node refuses, and with the reason of the signal.
 */
export type Reads = {
  /** Runs a call as a transaction would, without its fees unless a price is given. Its gas is without the intrinsic. */
  call(call: CallFields, at: ReadAt, options?: ReadOptions): Promise<ReadResult>
  /** Least gas limit with which the transaction succeeds. Rejects with a {@link CallFailure} where none does. */
  estimateGas(call: CallFields, at: ReadAt, options?: ReadOptions): Promise<bigint>
  /** What the transaction touches besides what is warm anyway. */
  createAccessList(call: CallFields, at: ReadAt, options?: ReadOptions): Promise<AccessListResult>
  /** The result of geth's method of this name, as JSON. */
  traceTransaction(block: Block, index: number, trace: TraceOptions, options?: ReadOptions): Promise<unknown>
  traceBlock(block: Block, trace: TraceOptions, options?: ReadOptions): Promise<unknown>
  traceCall(call: CallFields, at: ReadAt, trace: TraceOptions, options?: ReadOptions): Promise<unknown>
  /** Where the gas of a transaction of a block went. */
  gasReport(block: Block, index: number, options?: ReadOptions): Promise<GasReport>
  /** Ends all threads. Reads that are under way reject. */
  close(): Promise<void>
}

/** A read that the node refuses or ended: too many wait, it took too long, its result is too large, or it can't be part of a block. */
export class ReadError extends Error {
  override readonly name = 'ReadError'
  /** JSON-RPC code. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** A call that reverts or halts, where one that succeeds was asked for. */
export class CallFailure extends Error {
  override readonly name = 'CallFailure'
  readonly result: ReadResult

  constructor(result: ReadResult) {
    super(result.reason)
    this.result = result
  }
}
