import type { Program } from '../../model/index.ts'

/** What a block is full of. */
export type BlockKind = 'ordinary' | 'precompile' | 'tensor'

/** An account that the contract of a case looks at, calls or writes. */
export type CaseAccount = {
  readonly address: bigint
  readonly code?: Uint8Array
  /** Slots 0 up to this number hold a word that is not zero. */
  readonly slots?: number
}

/**
 * A contract that repeats something: blocks are filled with transactions that call it.
 *
 * Calldata is a word that says how often, then one that is another in each transaction.
 */
export type BlockCase = {
  readonly name: string
  readonly kind: BlockKind
  /** From `loop` in bytecode.ts. */
  readonly code: Uint8Array
  /** Slots of the contract itself; see {@link CaseAccount}. */
  readonly slots?: number
  readonly accounts?: readonly CaseAccount[]
  /** Models that it loads, by root. They are registered without their commitment being looked at. */
  readonly models?: readonly { readonly root: bigint; readonly program: Program }[]
  /**
   * Gas that has to be left at its end, unspent: what SSTORE wants to see, or a 63rd of its largest call (EIP-150), which
   * is an `iteration` where nothing else is known.
   */
  readonly reserve?: number | 'iteration'
  /** Calls in it that end by REVERT on purpose. */
  readonly reverts?: boolean
}
