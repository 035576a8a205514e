import { broadcastShapes, broadcastStrides, ensureDType } from './check.ts'
import type { Input } from './instruction.ts'
import { runLength } from './strides.ts'
import {
  type DType,
  elementBytes,
  elementCount,
  type Shape,
  type Tensor,
  type TensorType,
  tensorType,
} from './tensor.ts'
import { paddedBytes, VECTOR_BYTES } from './tiles.ts'
import type { Work } from './work.ts'

/** Stack inputs of an instruction on two int32 tensors. */
export const int32Pair = [
  { name: 'a', kind: 'tensor', doc: 'int32' },
  { name: 'b', kind: 'tensor', doc: 'int32, of a shape that broadcasts with that of a' },
] as const satisfies readonly Input[]

/** When an instruction on two int32 tensors halts, for its description. */
export const int32PairHalts =
  'Halts with TypeMismatch unless both operands are int32; with ShapeMismatch when their shapes do not broadcast.'

/**
 * Type rule of two int32 tensors that broadcast against each other.
 *
 * @throws {HaltError} `TypeMismatch` when one is not int32, `ShapeMismatch` when they do not broadcast
 */
export function inferInt32Pair({ a, b }: { readonly a: TensorType; readonly b: TensorType }): TensorType {
  ensureDType('a', a, 'int32')
  ensureDType('b', b, 'int32')
  return broadcastType('int32', a, b)
}

/** A tensor type of the shape that `a` and `b` broadcast to. @throws {HaltError} `ShapeMismatch` */
export function broadcastType(dtype: DType, a: TensorType, b: TensorType): TensorType {
  return tensorType(dtype, broadcastShapes(a.shape, b.shape))
}

/**
 * Work of an elementwise instruction: operands are read once, and the result is computed in vectors within runs along
 * which every operand either moves on or stands still.
 */
export function elementwiseWork(
  output: TensorType,
  ...operands: readonly TensorType[]
): Required<Pick<Work, 'elementwiseBytes' | 'elementwiseVectors' | 'elementwiseRuns'>> {
  const lengths = operands.map(({ shape }) => runLength(output.shape, broadcastStrides(shape, output.shape)))
  const run = Math.min(...lengths)
  const runs = elementCount(output.shape) / run
  return {
    elementwiseBytes: operands.reduce((sum, operand) => sum + paddedBytes(operand), 0),
    elementwiseVectors: runs * Math.ceil((run * elementBytes[output.dtype]) / VECTOR_BYTES),
    elementwiseRuns: runs,
  }
}

/** Whether an operand stands still along the last axis of the output that is longer than 1. */
export function standsStill(operand: Shape, output: Shape): boolean {
  const axis = output.findLastIndex((size) => size > 1)
  return axis >= 0 && (operand[axis + operand.length - output.length] ?? 1) === 1
}

/** Maps the row-major index of an element of shape `to` to that of the element of `from` that broadcasts there. */
function broadcastIndex(from: Shape, to: Shape): (index: number) => number {
  const count = elementCount(from)
  if (count === elementCount(to)) return (index) => index
  if (count === 1) return () => 0
  const strides = broadcastStrides(from, to)
  return (index) => {
    let rest = index
    let position = 0
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] as number
      const outer = Math.floor(rest / size)
      position += (rest - outer * size) * (strides[axis] as number)
      rest = outer
    }
    return position
  }
}

/** The element function of `operation` on two tensors that broadcast against each other. */
export function binaryElement(
  { a, b }: { readonly a: Tensor; readonly b: Tensor },
  output: TensorType,
  operation: (a: number, b: number) => number,
): (index: number) => number {
  const indexA = broadcastIndex(a.shape, output.shape)
  const indexB = broadcastIndex(b.shape, output.shape)
  return (index) => operation(a.data[indexA(index)] as number, b.data[indexB(index)] as number)
}
