import type { ComputeBody, DType, Shape, Tensor } from '../../isa/index.ts'
import { DESCRIPTOR, DESCRIPTOR_BYTES } from '../layout.ts'
import type { KernelModule } from '../module.ts'
import { lastVectorRead, VECTOR_BYTES } from './lastVector.ts'

/** Runs of `count` elements along `axes` outer axes of the descriptor; see `kernel/assembly/elementwise.ts`. */
type PairFunction = (
  a: number,
  b: number,
  output: number,
  count: number,
  kind: number,
  axes: number,
  shift?: number,
) => void

type Exports = Readonly<
  Record<
    | 'addInt32'
    | 'subtractInt32'
    | 'multiplyInt32'
    | 'shiftRightInt32'
    | 'maximumInt8'
    | 'maximumInt16'
    | 'maximumInt32'
    | 'minimumInt8'
    | 'minimumInt16'
    | 'minimumInt32',
    PairFunction
  >
>
type Operands = { readonly a: Tensor; readonly b: Tensor }
type ShiftOperands = Operands & { readonly attributes: { readonly shift: number } }

// Which operand stands still along a run, as the functions take it.
const BOTH_MOVE = 0
const B_STANDS = 1
const A_STANDS = 2

const AXES = 3
const AXIS_WORDS = 4

/** Size of an axis counted from the last; 1 beyond the rank. */
function sizeFromEnd(shape: Shape, axisFromEnd: number): number {
  return axisFromEnd < shape.length ? (shape[shape.length - 1 - axisFromEnd] as number) : 1
}

/** Whether a tensor of `shape` is stretched along the last axis of the output that is longer than 1. */
function standsStill(shape: Shape, output: Shape): boolean {
  for (let axis = 0; axis < output.length; axis++)
    if (sizeFromEnd(output, axis) !== 1) return sizeFromEnd(shape, axis) === 1
  return true
}

/**
 * Runs `pair` over two tensors that broadcast to `output`: neighbouring axes along which both operands go on alike are
 * walked as one.
 */
function runBroadcast(
  pair: PairFunction,
  descriptor: Int32Array,
  a: Tensor,
  b: Tensor,
  output: Tensor,
  shift: number,
): void {
  const { shape, data } = output
  const elementBytes = data.BYTES_PER_ELEMENT
  let run = 1
  let kind = BOTH_MOVE
  let axes = -1
  let size = 1
  let stepA = 0
  let stepB = 0
  let countA = elementBytes
  let countB = elementBytes
  for (let axis = 0; axis < shape.length; axis++) {
    const length = sizeFromEnd(shape, axis)
    if (length === 1) continue
    const isMovingA = sizeFromEnd(a.shape, axis) !== 1
    const isMovingB = sizeFromEnd(b.shape, axis) !== 1
    const nextA = isMovingA ? countA : 0
    const nextB = isMovingB ? countB : 0
    if (isMovingA) countA *= length
    if (isMovingB) countB *= length
    if (axes >= 0 && nextA === stepA * size && nextB === stepB * size) size *= length
    else {
      axes++
      size = length
      stepA = nextA
      stepB = nextB
      if (axes === 0) kind = !isMovingA ? A_STANDS : !isMovingB ? B_STANDS : BOTH_MOVE
    }
    if (axes === 0) run = size
    else {
      const entry = AXES + (axes - 1) * AXIS_WORDS
      descriptor[entry] = size
      descriptor[entry + 1] = stepA
      descriptor[entry + 2] = stepB
    }
  }
  descriptor[0] = data.byteOffset + data.byteLength - VECTOR_BYTES
  descriptor[1] = lastVectorRead(a.data)
  descriptor[2] = lastVectorRead(b.data)
  pair(a.data.byteOffset, b.data.byteOffset, data.byteOffset, run, kind, axes, shift)
}

/** Makes the function that runs `pairs` over two tensors of any shapes that broadcast. */
function createPairRunner(
  pairs: Readonly<Partial<Record<DType, PairFunction>>>,
  isSymmetric: boolean,
): (a: Tensor, b: Tensor, output: Tensor, shift: number) => void {
  let descriptor: Int32Array = new Int32Array()
  return (first, second, output, shift) => {
    const isSwapped = isSymmetric && standsStill(first.shape, output.shape)
    const a = isSwapped ? second : first
    const b = isSwapped ? first : second
    const { data } = output
    const { length } = data
    const pair = pairs[output.dtype] as PairFunction
    const lengthA = a.data.length
    const lengthB = b.data.length
    if (lengthA === length && (lengthB === length || lengthB === 1)) {
      const kind = lengthB === length ? BOTH_MOVE : B_STANDS
      pair(a.data.byteOffset, b.data.byteOffset, data.byteOffset, length, kind, 0, shift)
    } else {
      if (descriptor.buffer !== data.buffer) descriptor = new Int32Array(data.buffer, DESCRIPTOR, DESCRIPTOR_BYTES / 4)
      runBroadcast(pair, descriptor, a, b, output, shift)
    }
  }
}

function createPairBody(pairs: Readonly<Partial<Record<DType, PairFunction>>>, isSymmetric: boolean): ComputeBody {
  const run = createPairRunner(pairs, isSymmetric)
  return (operands, output) => {
    const { a, b } = operands as unknown as Operands
    run(a, b, output, 0)
  }
}

/** Body of TADD. */
export function createTaddBody(module: KernelModule): ComputeBody {
  const { addInt32 } = module.exports as Exports
  return createPairBody({ int32: addInt32 }, true)
}

/** Body of TSUB. */
export function createTsubBody(module: KernelModule): ComputeBody {
  const { subtractInt32 } = module.exports as Exports
  return createPairBody({ int32: subtractInt32 }, false)
}

/** Body of TMUL. */
export function createTmulBody(module: KernelModule): ComputeBody {
  const { multiplyInt32 } = module.exports as Exports
  const run = createPairRunner({ int32: multiplyInt32 }, true)
  return (operands, output) => {
    const { attributes, a, b } = operands as unknown as ShiftOperands
    run(a, b, output, attributes.shift)
  }
}

/** Body of ARITHMETIC_RIGHT_SHIFT. */
export function createArithmeticRightShiftBody(module: KernelModule): ComputeBody {
  const { shiftRightInt32 } = module.exports as Exports
  return createPairBody({ int32: shiftRightInt32 }, false)
}

/** Body of MAXIMUM. */
export function createMaximumBody(module: KernelModule): ComputeBody {
  const { maximumInt8, maximumInt16, maximumInt32 } = module.exports as Exports
  return createPairBody({ int8: maximumInt8, int16: maximumInt16, int32: maximumInt32 }, true)
}

/** Body of MINIMUM. */
export function createMinimumBody(module: KernelModule): ComputeBody {
  const { minimumInt8, minimumInt16, minimumInt32 } = module.exports as Exports
  return createPairBody({ int8: minimumInt8, int16: minimumInt16, int32: minimumInt32 }, true)
}
