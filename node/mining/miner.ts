import type { Hex } from '../../evm-ext/index.ts'
import type { BlockFields, BlockRecord } from '../chain/chain.ts'
import type { PooledTransaction } from '../pool/pool.ts'

/** When blocks are made. */
export type MiningMode =
  /** A block as soon as a transaction may be mined. */
  | { readonly kind: 'automatic' }
  /** A block every so many seconds, with or without transactions. */
  | { readonly kind: 'interval'; readonly seconds: number }
  /** Blocks on demand alone. */
  | { readonly kind: 'manual' }

/** Makes blocks of what the pool holds, and keeps the node's time. */
export type Miner = {
  mode(): MiningMode
  setMode(mode: MiningMode): void
  /** Makes blocks, `interval` seconds apart where it is given. */
  mine(blocks?: number, interval?: number): Promise<readonly BlockRecord[]>
  /**
   * Waits until a transaction of the pool is in a block, where blocks are made by themselves as transactions come; returns
   * at once in other modes.
   *
   * @throws {Error} the reason, when a block could not take it
   */
  settled(transaction: PooledTransaction): Promise<void>
  /** What the next block's header will say. */
  nextFields(): BlockFields
  /** Moves the node's clock. @returns by how much it is moved in all, in seconds */
  increaseTime(seconds: number): number
  /** Sets the node's clock, in seconds. */
  setTime(timestamp: bigint): void
  /** @throws {RangeError} when it is not after the head's */
  setNextBlockTimestamp(timestamp: bigint): void
  /** Seconds between blocks; undefined for the node's clock. */
  setBlockTimestampInterval(seconds: number | undefined): void
  setCoinbase(address: Hex): void
  setGasLimit(gasLimit: bigint): void
  setNextBaseFeePerGas(baseFeePerGas: bigint): void
  setNextPrevRandao(prevRandao: Hex): void
  /** Stops making blocks by itself, after the block that is under way. */
  close(): Promise<void>
}
