import type { Field } from './attributes.ts'
import { ensure } from './halt.ts'
import { countOf, roundUp } from './numeric.ts'
import type { Read } from './reach.ts'
import { stridedIndex } from './strides.ts'
import { elementBytes, elementCount, rowMajorStrides, type Shape, type TensorType } from './tensor.ts'
import { VECTOR_BYTES } from './tiles.ts'
import type { Work } from './work.ts'

/** Which axes a reduction folds and whether they stay as dimensions of 1. */
export const reductionFields = [
  { name: 'axes', bits: 6, doc: 'bit i set: axis i is reduced; at least one, none beyond the rank' },
  { name: 'keepDims', bits: 1, doc: '1: reduced axes stay as dimensions of 1' },
] as const satisfies readonly Field[]

/** Values of {@link reductionFields}. */
export type ReductionAttributes = { readonly axes: number; readonly keepDims: number }

function isReduced(axes: number, axis: number): boolean {
  return ((axes >> axis) & 1) === 1
}

/**
 * Shape of a reduction; [1] when every axis is reduced and none is kept.
 *
 * @throws {HaltError} `BadAttribute` when no axis is named or one is beyond the rank
 */
export function reducedShape({ axes, keepDims }: ReductionAttributes, shape: Shape): number[] {
  ensure(axes !== 0, 'BadAttribute', 'axes names no axis')
  ensure(axes >> shape.length === 0, 'BadAttribute', `axes names an axis beyond rank ${shape.length}`)
  const kept: number[] = []
  shape.forEach((size, axis) => {
    if (!isReduced(axes, axis)) kept.push(size)
    else if (keepDims) kept.push(1)
  })
  return kept.length > 0 ? kept : [1]
}

/** What one element of a reduction reads: a run along the last axes that are reduced, for each index of the others. */
export function reductionRead(axes: number, x: TensorType): Read {
  const isTrailing = (axis: number) => x.shape.every((_, other) => other < axis || isReduced(axes, other))
  const folded = (trailing: boolean) =>
    elementCount(x.shape.filter((_, axis) => isReduced(axes, axis) && isTrailing(axis) === trailing))
  return { of: x, runs: folded(false), elements: folded(true) }
}

/**
 * Work of a reduction, axes of dimension 1 left out: x is read once, in runs along the last axes that are all reduced or all
 * kept. Runs of reduced axes are folded one by one, runs of kept axes onto each other, lane by lane.
 *
 * @param passes - times that runs of reduced axes are read
 */
export function reductionWork(axes: number, x: TensorType, passes = 1): Work {
  let isLastReduced: boolean | undefined
  let run = 1
  for (let axis = x.shape.length - 1; axis >= 0; axis--) {
    const size = x.shape[axis] as number
    if (size === 1) continue
    isLastReduced ??= isReduced(axes, axis)
    if (isReduced(axes, axis) !== isLastReduced) break
    run *= size
  }
  const runs = elementCount(x.shape) / run
  const vectors = countOf(runs, roundUp(countOf(run, elementBytes[x.dtype]), VECTOR_BYTES) / VECTOR_BYTES)
  if (isLastReduced === false) {
    const reduced = elementCount(x.shape.filter((_, axis) => isReduced(axes, axis)))
    return { reducedVectors: vectors, reducedRuns: vectors / reduced }
  }
  return { reducedVectors: countOf(vectors, passes), reducedRuns: countOf(2, runs) }
}

/** Where the elements lie that are folded into one element of a reduction. */
export type ReductionReader = {
  /** Elements folded into each. */
  readonly count: number
  /** Index of the first of them, by the index of the output element. */
  base(index: number): number
  /** Distance of each from the first, in row-major order. */
  offset(position: number): number
}

/** Hoists the index arithmetic of a reduction of `axes` of a tensor of `shape`. */
export function reductionReader(axes: number, shape: Shape): ReductionReader {
  const strides = rowMajorStrides(shape)
  const kept = (_: number, axis: number) => !isReduced(axes, axis)
  const folded = (_: number, axis: number) => isReduced(axes, axis)
  return {
    count: elementCount(shape.filter(folded)),
    base: stridedIndex(shape.filter(kept), strides.filter(kept)),
    offset: stridedIndex(shape.filter(folded), strides.filter(folded)),
  }
}
