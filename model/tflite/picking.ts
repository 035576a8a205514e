import { gatherAxis, normalizeAxis, reshape, slice } from './emit.ts'
import { ensureSupported, type Operation } from './operation.ts'

/** SLICE (x, begin, size): -1 as a size takes what is left. */
export function lowerSlice(operation: Operation): void {
  const shape = operation.shape(0)
  const [begin, wanted] = [operation.integers(1), operation.integers(2)]
  ensureSupported(begin.length === shape.length && wanted.length === shape.length, 'it has not one range for each axis')
  const size = wanted.map((count, axis) => (count === -1 ? (shape[axis] as number) - (begin[axis] as number) : count))
  const isInside = size.every((count, axis) => {
    const first = begin[axis] as number
    return first >= 0 && count >= 1 && first + count <= (shape[axis] as number)
  })
  ensureSupported(isInside, `[${begin.join(',')}] and [${size.join(',')}] are not ranges of [${shape.join(',')}]`)
  operation.result(slice(operation, operation.value(0), begin, size))
}

/** Indices of one axis that a strided slice takes, and what becomes of the axis. */
type AxisRange = { readonly indices: readonly number[]; readonly stride: number; readonly isRemoved: boolean }

type StridedRange = { readonly begin: number; readonly end: number; readonly stride: number }

function axisRange(
  size: number,
  { begin, end, stride }: StridedRange,
  isRemoved: boolean,
  isOffset: boolean,
): AxisRange {
  ensureSupported(stride !== 0, 'it has a stride of 0')
  const [lowest, highest] = stride > 0 ? [0, size] : [-1, size - 1]
  const fromFront = (index: number) => Math.min(Math.max(index < 0 ? index + size : index, lowest), highest)
  // Open ends come in as infinities, which no offset moves.
  const first = fromFront(begin)
  if (isRemoved) {
    ensureSupported(first >= 0 && first < size, `index ${begin} is outside an axis of ${size} elements`)
    return { indices: [first], stride: 1, isRemoved }
  }
  const last = fromFront(isOffset ? end + first : end)
  const count = Math.max(0, Math.ceil((last - first) / stride))
  ensureSupported(count > 0, `the range from ${begin} to ${end} by ${stride} takes nothing from ${size} elements`)
  return { indices: Array.from({ length: count }, (_, index) => first + index * stride), stride, isRemoved }
}

/**
 * The shape of a strided slice: ranges of the operand's axes, in order, and where new axes are put in.
 *
 * Each entry of begin, end and stride stands for one axis, for a new axis, or (ellipsis) for as many axes as are left.
 */
function stridedRanges(operation: Operation): { ranges: AxisRange[]; shape: number[] } {
  const input = operation.shape(0)
  const [begin, end, stride] = [operation.integers(1), operation.integers(2), operation.integers(3)]
  const options = operation.operator.options('STRIDED_SLICE')
  ensureSupported(begin.length === end.length && end.length === stride.length, 'its ranges differ in length')
  const bit = (mask: number, index: number) => ((mask >> index) & 1) === 1
  const newAxes = begin.filter((_, index) => bit(options.newAxisMask, index)).length
  const ellipses = begin.filter((_, index) => bit(options.ellipsisMask, index)).length
  ensureSupported(ellipses <= 1, 'it has more than one ellipsis')
  const named = begin.length - newAxes - ellipses
  ensureSupported(named <= input.length, `it names ${named} axes of ${input.length}`)
  const ranges: AxisRange[] = []
  const shape: number[] = []
  const whole = () => {
    const size = input[ranges.length] as number
    ranges.push({ indices: [...Array(size).keys()], stride: 1, isRemoved: false })
    shape.push(size)
  }
  begin.forEach((first, index) => {
    if (bit(options.ellipsisMask, index)) {
      for (let left = input.length - named; left > 0; left--) whole()
      return
    }
    if (bit(options.newAxisMask, index)) {
      shape.push(1)
      return
    }
    const step = stride[index] as number
    const range = axisRange(
      input[ranges.length] as number,
      {
        begin: bit(options.beginMask, index) ? -Math.sign(step) * Infinity : first,
        end: bit(options.endMask, index) ? Math.sign(step) * Infinity : (end[index] as number),
        stride: step,
      },
      bit(options.shrinkAxisMask, index),
      options.offset,
    )
    ranges.push(range)
    if (!range.isRemoved) shape.push(range.indices.length)
  })
  while (ranges.length < input.length) whole()
  return { ranges, shape }
}

/** STRIDED_SLICE: SLICE, and GATHER along an axis that is walked backwards. */
export function lowerStridedSlice(operation: Operation): void {
  const { ranges, shape } = stridedRanges(operation)
  let value = operation.value(0)
  ranges.forEach(({ indices, stride }, axis) => {
    if (stride < 0) value = gatherAxis(operation, value, axis, indices)
  })
  const forward = ranges.map(({ indices, stride }) =>
    stride > 0 ? { first: indices[0] as number, stride } : { first: 0, stride: 1 },
  )
  const sliced = slice(
    operation,
    value,
    forward.map(({ first }) => first),
    ranges.map(({ indices }) => indices.length),
    forward.map(({ stride }) => stride),
  )
  operation.result(reshape(operation, sliced, shape.length === 0 ? [1] : shape), { shape })
}

/** GATHER: rows of a table; along another axis by known indices. */
export function lowerGather(operation: Operation): void {
  const { axis: option, batchDims } = operation.operator.options('GATHER')
  ensureSupported(batchDims === 0, `it has ${batchDims} batch dimensions`)
  const shape = operation.shape(0)
  const axis = normalizeAxis(option, shape.length)
  const indexShape = operation.shape(1)
  const result = [...shape.slice(0, axis), ...indexShape, ...shape.slice(axis + 1)]
  const [x, indices] = [operation.value(0), operation.value(1)]
  const picked = () => {
    if (axis > 0 || operation.isConstant(indices)) {
      const known = operation.integers(1)
      const size = shape[axis] as number
      ensureSupported(
        known.every((index) => index >= 0 && index < size),
        `it has an index outside an axis of ${size} elements`,
      )
      return gatherAxis(operation, x, axis, known)
    }
    operation.note(`"${operation.target().name}": an index out of range picks the nearest row.`)
    return operation.emit('GATHER', { table: x, indices })
  }
  operation.result(reshape(operation, picked(), result.length === 0 ? [1] : result), { shape: result })
}

/** REVERSE_V2. */
export function lowerReverse(operation: Operation): void {
  const shape = operation.shape(0)
  let value = operation.value(0)
  for (const axis of new Set(operation.integers(1).map((named) => normalizeAxis(named, shape.length)))) {
    const size = shape[axis] as number
    value = gatherAxis(
      operation,
      value,
      axis,
      Array.from({ length: size }, (_, index) => size - 1 - index),
    )
  }
  operation.result(value)
}
