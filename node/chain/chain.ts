import type { Block, BlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import type { TypedTransaction } from '@ethereumjs/tx'
import type { Hex, TensorGenesis } from '../../evm-ext/index.ts'
import type { HaltCode } from '../../isa/index.ts'
import type { ModelStore } from '../../model/index.ts'
import type { NodeDatabase } from '../database/database.ts'

type LogRecord = { readonly address: Hex; readonly topics: readonly Hex[]; readonly data: Hex }

/** What became of a transaction. */
export type ReceiptRecord = {
  readonly transactionHash: Hex
  readonly from: Hex
  /** Type of the transaction (EIP-2718). */
  readonly type: number
  /** 1 for success, 0 for a revert or a halt. */
  readonly status: 0 | 1
  /** Root of the state after it, in a block before Byzantium, whose receipts have it instead of the status. */
  readonly stateRoot: Hex | undefined
  readonly gasUsed: bigint
  /** Gas of the block's transactions up to this one. */
  readonly cumulativeGasUsed: bigint
  /** Wei a gas. */
  readonly effectiveGasPrice: bigint
  /** Of a transaction with blobs. */
  readonly blobGasUsed: bigint | undefined
  readonly blobGasPrice: bigint | undefined
  /** Address of the contract that the transaction created. */
  readonly contractAddress: Hex | undefined
  readonly logsBloom: Hex
  readonly logs: readonly LogRecord[]
  /** The EVM's name of the revert or halt that it ended with. */
  readonly error: string | undefined
  /** The tensor instruction set's own code of that halt. */
  readonly haltCode: HaltCode | undefined
}

/** A block and what its transactions did. */
export type BlockRecord = { readonly block: Block; readonly receipts: readonly ReceiptRecord[] }

/** A transaction in a block. */
export type LocatedTransaction = {
  readonly block: Block
  readonly index: number
  readonly transaction: TypedTransaction
  readonly receipt: ReceiptRecord
}

/** Why a transaction that may be part of a later block can't be part of this one: there is no room, or one is missing before it. */
export class PostponedError extends Error {
  override readonly name = 'PostponedError'
}

/** A transaction that can't be part of the block. {@link PostponedError} says that a later one may have it. */
export type RefusedTransaction = { readonly transaction: TypedTransaction; readonly reason: Error }

/** What the next block's header is to say. What is left out follows from its parent. */
export type BlockFields = {
  /** Seconds. */
  readonly timestamp: bigint
  readonly coinbase?: Hex
  readonly gasLimit?: bigint
  readonly baseFeePerGas?: bigint
  readonly prevRandao?: Hex
}

/** A block that was mined, and the transactions that it could not take. */
export type MinedBlock = BlockRecord & { readonly refused: readonly RefusedTransaction[] }

export type ChainEvents = {
  /** A block became the head. */
  onBlock?(record: BlockRecord): void
  /** Blocks above `head` are no longer part of the chain; `removed` are theirs, the newest first. */
  onRewind?(head: Block, removed: readonly BlockRecord[]): void
  /** The state of the head was changed outside of a transaction. */
  onEdit?(head: Block): void
}

/**
 * The blocks of a node and their states, kept in a database. Operations that change it run one after another in the order
 * in which they were asked for; each is kept whole or not at all.
 *
 * Transactions know their sender: `getSenderAddress` gives that of one that an impersonated account did not sign, too.
 */
export type NodeChain = {
  readonly genesis: TensorGenesis
  readonly database: NodeDatabase
  /** Where the bytes of models are: kept in the database. */
  readonly models: ModelStore
  /** A Common of its own at the hardfork of a block with this number and timestamp. */
  commonAt(at: { readonly number: bigint; readonly timestamp: bigint }): Common
  /** The newest block. */
  head(): Block
  /** The block of the chain by number, or any that was part of it by hash. */
  blockAt(id: bigint | Hex): Promise<Block | undefined>
  recordAt(id: bigint | Hex): Promise<BlockRecord | undefined>
  transaction(hash: Hex): Promise<LocatedTransaction | undefined>
  /** Root of the state that a call at a block sees: that of its header, or of what {@link editState} made of it. */
  stateRootAt(block: Block): Promise<Uint8Array>
  /** The state that a call at a block sees; what is written to it does not reach the chain. */
  stateAt(block: Block): Promise<MerkleStateManager>
  /** Header of a block with these fields on the head: what calls at `pending` see. */
  nextHeader(fields: BlockFields): BlockHeader
  /**
   * Makes a block on the head of as many of the transactions as it can take, in their order, and makes it the head.
   *
   * @param isFatal - whether the first transaction that can't be taken stops it, which leaves the chain as before; it
   *   rejects with its reason then
   */
  mine(fields: BlockFields, transactions: readonly TypedTransaction[], isFatal?: boolean): Promise<MinedBlock>
  /**
   * Runs a block on the head, checks it and its header, and makes it the head. Proof of work is not checked.
   *
   * @throws {Error} saying what does not check out; the chain is as before
   */
  importBlock(block: Block): Promise<BlockRecord>
  /**
   * Makes an earlier block the head again.
   *
   * @param stateRoot - what {@link stateRootAt} said of that block when it was the head, to undo what {@link editState}
   *   made of its state since then; unless given, its state is kept as it is
   * @throws {RangeError} when there is no such block
   */
  rewind(number: bigint, stateRoot?: Uint8Array): Promise<void>
  /**
   * Changes the state of the head outside of any transaction. Blocks on it are valid here, but not for who replays them.
   */
  editState(edit: (state: MerkleStateManager) => Promise<void>): Promise<void>
  /** @returns what ends it */
  listen(events: ChainEvents): () => void
  /** Waits for what is under way, and closes the database. */
  close(): Promise<void>
}
