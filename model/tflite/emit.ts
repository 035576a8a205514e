import { type DType, dtypeCode, dtypeRange, elementCount, encodeAxisWord, type Shape } from '../../isa/index.ts'
import { type QuantizedMultiplier, UNIT_MULTIPLIER } from '../quantization.ts'
import { ensureSupported, type Operation } from './operation.ts'

// Emits the instructions that many operators need, and none where nothing would change.

/** Longest list of rows that is made for GATHER. */
const MAX_ROW_INDICES = 2 ** 22

/** How a tensor is rescaled; what is left out is 0, the full range of the output's dtype, or the input's dtype. */
export type RescaleOptions = {
  readonly dtype?: DType
  readonly inputShift?: number
  readonly inputZeroPoint?: number
  readonly outputZeroPoint?: number
  readonly range?: readonly [low: number, high: number]
}

function isUnit({ multiplier, shift }: QuantizedMultiplier): boolean {
  return multiplier === UNIT_MULTIPLIER.multiplier && shift === UNIT_MULTIPLIER.shift
}

/**
 * RESCALE by one factor, or by one for each index of the last axis.
 *
 * Equal factors become one; a factor of 1 that keeps dtype and zero point becomes a clamp, or nothing.
 */
export function rescale(
  operation: Operation,
  x: number,
  factors: readonly QuantizedMultiplier[],
  options: RescaleOptions = {},
): number {
  const type = operation.typeOf(x)
  const { dtype = type.dtype, inputShift = 0, inputZeroPoint = 0, outputZeroPoint = 0 } = options
  const [low, high] = options.range ?? dtypeRange[dtype]
  const [first] = factors as readonly [QuantizedMultiplier, ...QuantizedMultiplier[]]
  const isOne = factors.every(({ multiplier, shift }) => multiplier === first.multiplier && shift === first.shift)
  if (isOne && isUnit(first) && dtype === type.dtype && inputShift === 0 && inputZeroPoint === outputZeroPoint)
    return clampTo(operation, x, [low, high])
  const attributes = {
    dtype: dtypeCode[dtype],
    rounding: operation.rounding,
    inputShift,
    inputZeroPoint,
    outputZeroPoint,
    low,
    high,
  }
  if (isOne) return operation.emit('RESCALE', { attributes, x, multiplier: first.multiplier, shift: first.shift })
  const packed = [...factors.map((factor) => factor.multiplier), ...factors.map((factor) => factor.shift)]
  const multiplier = operation.constant('int32', [2, factors.length], packed)
  return operation.emit('RESCALE', { attributes: { ...attributes, perChannel: 2 }, x, multiplier, shift: 0 })
}

/** CLAMP, unless the range is all of the dtype. */
export function clampTo(operation: Operation, x: number, [low, high]: readonly [number, number]): number {
  const [least, greatest] = dtypeRange[operation.typeOf(x).dtype]
  return low === least && high === greatest ? x : operation.emit('CLAMP', { attributes: { low, high }, x })
}

/** RESHAPE, unless the shape is the same. */
export function reshape(operation: Operation, x: number, shape: Shape): number {
  const { dtype, shape: from } = operation.typeOf(x)
  const isSame = shape.length === from.length && shape.every((size, axis) => size === from[axis])
  return isSame ? x : operation.emit('RESHAPE', { type: { dtype, shape }, x })
}

/** TRANSPOSE so that axis `permutation[i]` becomes axis i, unless nothing moves. */
export function transpose(operation: Operation, x: number, permutation: readonly number[]): number {
  if (permutation.every((axis, index) => axis === index)) return x
  const attributes = Object.fromEntries(permutation.map((axis, index) => [`axis${index}`, axis]))
  return operation.emit('TRANSPOSE', { attributes, x })
}

/** SLICE, unless it takes everything. */
export function slice(
  operation: Operation,
  x: number,
  begin: readonly number[],
  size: readonly number[],
  stride: readonly number[] = begin.map(() => 1),
): number {
  const { shape } = operation.typeOf(x)
  if (size.every((count, axis) => count === shape[axis])) return x
  return operation.emit('SLICE', {
    begin: encodeAxisWord(begin),
    size: encodeAxisWord(size),
    stride: encodeAxisWord(stride, 1),
    x,
  })
}

/** The part `[begin, begin + size)` of one axis. */
export function sliceAxis(operation: Operation, x: number, axis: number, begin: number, size: number): number {
  const { shape } = operation.typeOf(x)
  return slice(
    operation,
    x,
    shape.map((_, index) => (index === axis ? begin : 0)),
    shape.map((whole, index) => (index === axis ? size : whole)),
  )
}

/** Joins values along an axis. Halves are joined, so that a value is copied log2(n) times, not n. */
export function concatenate(operation: Operation, values: readonly number[], axis: number): number {
  ensureSupported(values.length > 0, 'it joins nothing')
  if (values.length === 1) return values[0] as number
  const middle = Math.ceil(values.length / 2)
  const a = concatenate(operation, values.slice(0, middle), axis)
  const b = concatenate(operation, values.slice(middle), axis)
  return operation.emit('CONCAT', { attributes: { axis }, a, b })
}

/** TILE, unless every multiple is 1. */
export function tile(operation: Operation, x: number, multiples: readonly number[]): number {
  if (multiples.every((multiple) => multiple === 1)) return x
  const { shape } = operation.typeOf(x)
  operation.ensureSize(
    shape.map((size, axis) => size * (multiples[axis] as number)),
    [x],
  )
  return operation.emit('TILE', { multiples: encodeAxisWord(multiples), x })
}

/** PAD, unless there is none. */
export function pad(
  operation: Operation,
  x: number,
  before: readonly number[],
  after: readonly number[],
  value: number,
): number {
  if ([...before, ...after].every((count) => count === 0)) return x
  const { shape } = operation.typeOf(x)
  operation.ensureSize(
    shape.map((size, axis) => size + (before[axis] as number) + (after[axis] as number)),
    [x],
  )
  const attributes: Record<string, number> = { value }
  before.forEach((count, axis) => {
    attributes[`before${axis}`] = count
    attributes[`after${axis}`] = after[axis] as number
  })
  return operation.emit('PAD', { attributes, x })
}

/**
 * Picks indices along an axis: the axes before it are taken together with it as rows, so that GATHER, which picks rows,
 * does it without moving any axis.
 */
export function gatherAxis(operation: Operation, x: number, axis: number, indices: readonly number[]): number {
  const { shape } = operation.typeOf(x)
  const size = shape[axis] as number
  if (indices.length === size && indices.every((index, position) => index === position)) return x
  const outer = elementCount(shape.slice(0, axis))
  const inner = elementCount(shape.slice(axis + 1))
  ensureSupported(outer * indices.length <= MAX_ROW_INDICES, `it picks ${outer * indices.length} rows, too many`)
  operation.ensureSize([outer, indices.length, inner], [x])
  const rows = reshape(operation, x, [outer * size, inner])
  const rowIndices = Array.from({ length: outer }, (_, block) => indices.map((index) => block * size + index)).flat()
  const picked = operation.emit('GATHER', {
    table: rows,
    indices: operation.constant('int32', [rowIndices.length], rowIndices),
  })
  return reshape(operation, picked, [...shape.slice(0, axis), indices.length, ...shape.slice(axis + 1)])
}

/** An axis counted from the front. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis
  ensureSupported(normalized >= 0 && normalized < rank, `axis ${axis} of rank ${rank}`)
  return normalized
}
