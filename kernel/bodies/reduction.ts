import type { ComputeBody, DType, Tensor } from '../../isa/index.ts'
import { DESCRIPTOR, DESCRIPTOR_BYTES } from '../layout.ts'
import type { KernelModule } from '../module.ts'
import { lastVectorRead, VECTOR_BYTES } from './lastVector.ts'

type Operands = {
  readonly attributes: { readonly axes: number; readonly zeroPoint?: number }
  readonly x: Tensor
}

/** Folds x whose last axes, of `count` elements, are reduced; `start` is added to a sum. */
type RowsFunction = (x: number, output: number, count: number, start: number) => void
/** Folds x whose last axes, of `count` elements, are kept; vectors may be read and written up to the last addresses. */
type ColumnsFunction = (
  x: number,
  output: number,
  count: number,
  lastX: number,
  lastOutput: number,
  start: number,
) => void

type Exports = Readonly<
  Record<`${'sum' | 'maximum' | 'minimum'}RowsInt${8 | 16 | 32}`, RowsFunction> &
    Record<`${'sum' | 'maximum' | 'minimum'}ColumnsInt${8 | 16 | 32}`, ColumnsFunction>
>

type Folds = {
  readonly rows: Readonly<Record<DType, RowsFunction>>
  readonly columns: Readonly<Record<DType, ColumnsFunction>>
}

const MOST_KEPT_AXES = 3

/**
 * Merges neighbouring axes that are all reduced or all kept, and writes sizes and byte steps of all but the last to the
 * descriptor: kept ones and then reduced ones, innermost first, with sizes of 1 in the words that none takes.
 *
 * @returns elements of the last merged axis
 */
function describe(descriptor: Int32Array, x: Tensor, axes: number, isLastReduced: boolean): number {
  const { shape } = x
  // Of six axes at most three groups are kept and three reduced, the last group included.
  const firstReduced = isLastReduced ? MOST_KEPT_AXES : MOST_KEPT_AXES - 1
  let kept = 0
  let reduced = firstReduced
  for (let slot = 0; slot < 2 * MOST_KEPT_AXES - 1; slot++) descriptor[2 * slot] = 1
  let count = 1
  let slot = -1
  let isReduced = isLastReduced
  let step = x.data.BYTES_PER_ELEMENT
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number
    if (size === 1) continue
    const isAxisReduced = ((axes >> axis) & 1) === 1
    if (isAxisReduced !== isReduced) {
      isReduced = isAxisReduced
      slot = isReduced ? reduced++ : kept++
      descriptor[2 * slot + 1] = step
    }
    if (slot < 0) count *= size
    else descriptor[2 * slot] = (descriptor[2 * slot] as number) * size
    step *= size
  }
  return count
}

/** Whether the last axis longer than 1 is reduced; true when there is none. */
function endsReduced({ shape }: Tensor, axes: number): boolean {
  for (let axis = shape.length - 1; axis >= 0; axis--) if (shape[axis] !== 1) return ((axes >> axis) & 1) === 1
  return true
}

function createReductionBody({ rows, columns }: Folds): ComputeBody {
  let descriptor: Int32Array = new Int32Array()
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const { axes, zeroPoint = 0 } = attributes
    const from = x.data
    const to = output.data
    if (descriptor.buffer !== to.buffer) descriptor = new Int32Array(to.buffer, DESCRIPTOR, DESCRIPTOR_BYTES / 4)
    const isLastReduced = endsReduced(x, axes)
    const count = describe(descriptor, x, axes, isLastReduced)
    const start = zeroPoint === 0 ? 0 : -Math.imul(from.length / to.length, zeroPoint)
    if (isLastReduced) rows[x.dtype](from.byteOffset, to.byteOffset, count, start)
    else {
      const lastX = lastVectorRead(from)
      const bytesPerVector = (VECTOR_BYTES / from.BYTES_PER_ELEMENT) * to.BYTES_PER_ELEMENT
      const lastOutput = to.byteOffset + to.byteLength - bytesPerVector
      columns[x.dtype](from.byteOffset, to.byteOffset, count, lastX, lastOutput, start)
    }
  }
}

/** Body of REDUCE_SUM. */
export function createReduceSumBody(module: KernelModule): ComputeBody {
  const exports = module.exports as Exports
  return createReductionBody({
    rows: { int8: exports.sumRowsInt8, int16: exports.sumRowsInt16, int32: exports.sumRowsInt32 },
    columns: { int8: exports.sumColumnsInt8, int16: exports.sumColumnsInt16, int32: exports.sumColumnsInt32 },
  })
}

/** Body of REDUCE_MAX. */
export function createReduceMaxBody(module: KernelModule): ComputeBody {
  const exports = module.exports as Exports
  return createReductionBody({
    rows: { int8: exports.maximumRowsInt8, int16: exports.maximumRowsInt16, int32: exports.maximumRowsInt32 },
    columns: {
      int8: exports.maximumColumnsInt8,
      int16: exports.maximumColumnsInt16,
      int32: exports.maximumColumnsInt32,
    },
  })
}

/** Body of REDUCE_MIN. */
export function createReduceMinBody(module: KernelModule): ComputeBody {
  const exports = module.exports as Exports
  return createReductionBody({
    rows: { int8: exports.minimumRowsInt8, int16: exports.minimumRowsInt16, int32: exports.minimumRowsInt32 },
    columns: {
      int8: exports.minimumColumnsInt8,
      int16: exports.minimumColumnsInt16,
      int32: exports.minimumColumnsInt32,
    },
  })
}
