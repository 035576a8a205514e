import { ensure } from './halt.ts'
import { byteLength, elementBytes, type TensorType } from './tensor.ts'

/** Leaf of a tensor's commitment, in bytes: the unit in which a dispute opens operands. */
const LEAF_BYTES = 256

/** Most leaves that one output element may depend on: 24 KiB of operands. */
export const MAX_REACH_LEAVES = 96

/** What one output element reads of an operand: `runs` runs of `elements` neighbouring elements each. */
export type Read = { readonly of: TensorType; readonly runs: number; readonly elements: number }

/** A read of one element. */
export function oneElement(of: TensorType): Read {
  return { of, runs: 1, elements: 1 }
}

/**
 * Leaves that a read touches at most: a run of L bytes touches ceil((L - 1) / 256) + 1, wherever it begins, and no read
 * touches more than the tensor has.
 */
export function leavesOf({ of, runs, elements }: Read): number {
  const leavesOfRun = Math.ceil((elements * elementBytes[of.dtype] - 1) / LEAF_BYTES) + 1
  return Math.min(runs * leavesOfRun, Math.ceil(byteLength(of) / LEAF_BYTES))
}

/**
 * Halts with `ShapeMismatch` when the reads of one output element touch more than 96 leaves together, so that a contract
 * can always recompute the element from openings of its operands.
 */
export function ensureReach(reads: readonly Read[]): void {
  const leaves = reads.reduce((sum, read) => sum + leavesOf(read), 0)
  ensure(
    leaves <= MAX_REACH_LEAVES,
    'ShapeMismatch',
    `an output element reads ${leaves} leaves of ${LEAF_BYTES} bytes, more than ${MAX_REACH_LEAVES}`,
  )
}
