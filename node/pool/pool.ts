import type { TypedTransaction } from '@ethereumjs/tx'
import type { Hex } from '../../evm-ext/index.ts'

/** A transaction that waits to be mined. */
export type PooledTransaction = {
  readonly hash: Hex
  readonly from: Hex
  readonly transaction: TypedTransaction
}

/** Transactions by sender and nonce. */
export type PoolContent = ReadonlyMap<Hex, ReadonlyMap<bigint, PooledTransaction>>

/**
 * Transactions that wait to be mined. A block takes those out that are in it, and those that can't be mined any more;
 * those of blocks that are rewound do not come back.
 */
export type TransactionPool = {
  /**
   * Takes a transaction in. One of the same sender and nonce is replaced where both fees are a tenth higher at least.
   *
   * @param from - its sender, for a transaction that an impersonated account did not sign
   * @throws {PoolError} with the code and message that clients know from geth
   */
  add(transaction: TypedTransaction, from?: Hex): Promise<PooledTransaction>
  get(hash: Hex): PooledTransaction | undefined
  /** Nonce of the sender's next transaction: after those of the chain and those that wait without a gap. */
  nextNonce(address: Hex): Promise<bigint>
  /** Those that may be mined now, and those that wait for a nonce before theirs or for funds. */
  content(): { readonly pending: PoolContent; readonly queued: PoolContent }
  /** Those that may be mined in a block of this base fee: the best paying first, a sender's in order of nonce. */
  executable(baseFeePerGas: bigint): readonly PooledTransaction[]
  /** Waits until what is said above is so of the state of the chain's head. */
  refreshed(): Promise<void>
  remove(hashes: readonly Hex[]): void
  clear(): void
  /** Called with each transaction that may be mined, once. @returns what ends it */
  onPending(listener: (transaction: PooledTransaction) => void): () => void
}

/** A transaction that the pool refuses. */
export class PoolError extends Error {
  override readonly name = 'PoolError'
  /** JSON-RPC code (execution-apis): -32000 for what is wrong with the transaction, -32003 for what refuses it. */
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
