import { ensure } from './halt.ts'
import { type DType, formatType, type Shape, type TensorType } from './tensor.ts'

/** Halts with `TypeMismatch` unless the tensor's dtype is one of `allowed`. */
export function ensureDType(name: string, type: TensorType, ...allowed: readonly DType[]): void {
  ensure(allowed.includes(type.dtype), 'TypeMismatch', `${name} is ${formatType(type)}, not ${allowed.join(' or ')}`)
}

/** Halts with `ShapeMismatch` unless the tensor has this rank. */
export function ensureRank(name: string, type: TensorType, rank: number): void {
  ensure(type.shape.length === rank, 'ShapeMismatch', `${name} is ${formatType(type)}, not of rank ${rank}`)
}

/** Halts with `ShapeMismatch` unless the tensor has exactly this shape. */
export function ensureShape(name: string, type: TensorType, shape: Shape): void {
  ensure(
    type.shape.length === shape.length && type.shape.every((size, axis) => size === shape[axis]),
    'ShapeMismatch',
    `${name} is ${formatType(type)}, not of shape [${shape.join(',')}]`,
  )
}

/** Halts with `BadAttribute` unless `low <= value <= high`. */
export function ensureAttribute(name: string, value: number, low: number, high: number): void {
  ensure(value >= low && value <= high, 'BadAttribute', `${name} is ${value}, not in ${low}..${high}`)
}

/**
 * Shape of two operands broadcast against each other as NumPy does: aligned at the last axis, 1 stretches.
 *
 * @throws {HaltError} `ShapeMismatch` when two sizes differ and neither is 1
 */
export function broadcastShapes(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const sizeA = a[axis - rank + a.length] ?? 1
    const sizeB = b[axis - rank + b.length] ?? 1
    ensure(
      sizeA === sizeB || sizeA === 1 || sizeB === 1,
      'ShapeMismatch',
      `[${a.join(',')}] and [${b.join(',')}] do not broadcast`,
    )
    shape.push(sizeA === 1 ? sizeB : sizeA)
  }
  return shape
}

/**
 * Strides to read an operand of shape `from` with the indices of the larger shape `to` that it broadcasts to: 0 along
 * every stretched axis.
 */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const strides = new Array<number>(to.length).fill(0)
  let stride = 1
  for (let axis = from.length - 1; axis >= 0; axis--) {
    const size = from[axis] as number
    if (size !== 1) strides[axis + to.length - from.length] = stride
    stride *= size
  }
  return strides
}
