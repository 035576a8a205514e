import {
  type DType,
  dtypeRange,
  elementCount,
  formatType,
  type RoundingMode,
  type Shape,
  type Tensor,
  type TensorType,
  tensorOf,
} from '../../isa/index.ts'
import type { OperandArgument, ProgramBuilder } from '../builder.ts'
import type { Quantization } from '../quantization.ts'
import type { TfliteModel, TfliteOperator, TfliteTensor } from './reader.ts'

/** An operator uses what the instruction set, or this importer, does not have. */
export class UnsupportedError extends Error {
  override readonly name = 'UnsupportedError'
}

/** @throws {UnsupportedError} unless `condition` holds */
export function ensureSupported(condition: boolean, message: string): asserts condition {
  if (!condition) throw new UnsupportedError(message)
}

/** Most elements of a tensor of an imported program: twice what the arena of the default schedule holds in bytes. */
const MAX_ELEMENTS = 2 ** 27
/** Most elements of constants that come from carrying out operators on constants, each and together. */
const MAX_FOLDED_ELEMENTS = 2 ** 24

/** Operands of TFLite's scalars have rank 0, which tensors here can't have: a scalar is a tensor of shape [1]. */
function tensorShape(shape: Shape): Shape {
  return shape.length === 0 ? [1] : shape
}

/** What stands for a tensor of the file in the program. */
type Binding = {
  readonly value: number
  /** As TFLite sees it: rank 0 for a scalar. */
  readonly shape: Shape
  /** The int8 tensor behind a float one, where QUANTIZE or DEQUANTIZE at the boundary of the graph was dropped. */
  readonly behind?: TfliteTensor
}

/** Padding that a convolution may take over: `value` is `source`, padded with its zero point. */
type Padding = {
  readonly source: number
  readonly zeroPoint: number
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** What all operators of an import share. */
export type Lowering = {
  readonly model: TfliteModel
  readonly builder: ProgramBuilder
  readonly rounding: RoundingMode
  readonly bindings: Map<number, Binding>
  readonly paddings: Map<number, Padding>
  readonly notes: Set<string>
  foldedElements: number
}

export function startLowering(model: TfliteModel, builder: ProgramBuilder, rounding: RoundingMode): Lowering {
  return { model, builder, rounding, bindings: new Map(), paddings: new Map(), notes: new Set(), foldedElements: 0 }
}

const dtypeOfName: Readonly<Record<string, DType>> = { INT8: 'int8', INT16: 'int16', INT32: 'int32', INT64: 'int32' }

/** dtype that a tensor of the file has in the program. @throws {UnsupportedError} when there is none */
export function dtypeOf(tensor: TfliteTensor): DType {
  const dtype = dtypeOfName[tensor.type]
  ensureSupported(dtype !== undefined, `tensor "${tensor.name}" is ${tensor.type}; int8, int16 and int32 are supported`)
  return dtype
}

/**
 * Scale and zero point of a tensor that has one of each.
 *
 * @throws {UnsupportedError} when it has none or several, or they are not a positive number and an element of the dtype
 */
export function quantizationOf(tensor: TfliteTensor): Quantization {
  const { quantization, name } = tensor
  ensureSupported(quantization !== undefined, `tensor "${name}" has no scale`)
  const { scales, zeroPoints } = quantization
  ensureSupported(
    scales.length === 1 && zeroPoints.length === 1,
    `tensor "${name}" has ${scales.length} scales, not one`,
  )
  const [scale] = scales as [number]
  const [zeroPoint] = zeroPoints as [number]
  ensureSupported(scale > 0 && scale < Infinity, `tensor "${name}" has scale ${scale}`)
  const [low, high] = tensor.type === 'UINT8' ? [0, 255] : dtypeRange[dtypeOf(tensor)]
  ensureSupported(
    zeroPoint >= low && zeroPoint <= high,
    `tensor "${name}" has zero point ${zeroPoint}, not in ${low}..${high}`,
  )
  return { scale, zeroPoint }
}

/** Whether two tensors stand for the same real numbers; scales may differ as little as TFLite tolerates. */
export function sameQuantization(a: Quantization, b: Quantization): boolean {
  return a.zeroPoint === b.zeroPoint && Math.abs(a.scale - b.scale) <= 1e-6 * Math.max(a.scale, b.scale)
}

/** The type of a tensor as the file declares it. @throws {UnsupportedError} when a dimension is not positive */
export function declaredType(tensor: TfliteTensor, dtype: DType = dtypeOf(tensor)): TensorType {
  const { name, shape } = tensor
  ensureSupported(
    shape.every((size) => size >= 1),
    `tensor "${name}" has shape [${shape.join(',')}]; every dimension must be known`,
  )
  return { dtype, shape: tensorShape(shape) }
}

const elementReaders: Readonly<Record<string, { width: number; read(view: DataView, at: number): number }>> = {
  INT8: { width: 1, read: (view, at) => view.getInt8(at) },
  INT16: { width: 2, read: (view, at) => view.getInt16(at, true) },
  INT32: { width: 4, read: (view, at) => view.getInt32(at, true) },
  INT64: { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
}

/** A constant of the file as a tensor. */
function readConstant({ model }: Lowering, tensor: TfliteTensor): Tensor {
  const { data = new Uint8Array(), name } = tensor
  ensureSupported(!tensor.isSparse, `tensor "${name}" is sparse`)
  const type = declaredType(tensor)
  const { width, read } = elementReaders[tensor.type] as (typeof elementReaders)[string]
  const count = elementCount(type.shape)
  ensureSupported(data.length === count * width, `tensor "${name}" has ${data.length} bytes, not ${count * width}`)
  model.charge(data.length)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  return tensorOf(
    type.dtype,
    type.shape,
    Array.from({ length: count }, (_, index) => read(view, index * width)),
  )
}

/** Finds what stands for a tensor of the file; constants come in at their first use. */
export function bindingOf(lowering: Lowering, number: number): Binding {
  const known = lowering.bindings.get(number)
  if (known) return known
  const tensor = lowering.model.tensors[number] as TfliteTensor
  ensureSupported(!tensor.isVariable, `tensor "${tensor.name}" is a variable`)
  ensureSupported(tensor.data !== undefined, `tensor "${tensor.name}" is used before anything computes it`)
  const binding = { value: lowering.builder.constant(readConstant(lowering, tensor)), shape: tensor.shape }
  lowering.bindings.set(number, binding)
  return binding
}

/** An operator of the file on its way into the program: its operands, and what to emit for it. */
export type Operation = {
  readonly operator: TfliteOperator
  readonly name: string
  readonly rounding: RoundingMode
  readonly paddings: Map<number, Padding>
  /** Whether operand `input` is there. */
  has(input: number): boolean
  /** Operand `input` as the file describes it. */
  source(input: number): TfliteTensor
  /** Output as the file describes it. */
  target(output?: number): TfliteTensor
  /** The int8 tensor behind a float operand at the boundary of the graph. */
  behind(input: number): TfliteTensor | undefined
  /** Value of an operand, whatever its type in the file. */
  rawValue(input: number): number
  /** Value of an operand. @throws {UnsupportedError} when it is not an integer tensor */
  value(input: number): number
  /** Shape of an operand as TFLite sees it. */
  shape(input: number): Shape
  /** Elements of an operand that is known without running the model. @throws {UnsupportedError} when it is not */
  integers(input: number): readonly number[]
  typeOf(value: number): TensorType
  isConstant(value: number): boolean
  emit(mnemonic: string, operands: Readonly<Record<string, OperandArgument>>): number
  /**
   * To be called before an instruction that can make a tensor larger than its operands, because one whose operands are
   * constants is carried out at once.
   *
   * @throws {UnsupportedError} when a result of this shape is too large
   */
  ensureSize(shape: Shape, operands: readonly number[]): void
  constant(dtype: DType, shape: Shape, values: ArrayLike<number>): number
  /**
   * Declares an output.
   *
   * @param shape - as TFLite sees it; that of the value, where it is not given
   * @throws {UnsupportedError} when the file declares another type for it
   */
  result(value: number, details?: { output?: number; shape?: Shape; behind?: TfliteTensor }): void
  /** Tells the user something about the import. */
  note(text: string): void
}

function checkResult(target: TfliteTensor, type: TensorType, shape: Shape): void {
  // UINT8 and FLOAT32 stand for int8 at the boundary of the graph, which the operators there see to.
  const known = dtypeOfName[target.type] ?? type.dtype
  const declared = `the file declares ${target.type} [${target.shape.join(',')}] for "${target.name}"`
  ensureSupported(known === type.dtype, `it computes ${formatType(type)}, ${declared}`)
  const matches = shape.length === target.shape.length && shape.every((size, axis) => size === target.shape[axis])
  ensureSupported(matches || target.isDynamic, `it computes ${type.dtype} [${shape.join(',')}], ${declared}`)
}

/** Prepares one operator. */
export function createOperation(lowering: Lowering, operator: TfliteOperator): Operation {
  const { builder, model } = lowering
  const numberOf = (input: number): number => {
    const number = operator.inputs[input]
    ensureSupported(number !== undefined && number >= 0, `operand ${input} is missing`)
    return number
  }
  const source = (input: number) => model.tensors[numberOf(input)] as TfliteTensor
  const target = (output = 0): TfliteTensor => {
    const tensor = model.tensors[operator.outputs[output] ?? -1]
    ensureSupported(tensor !== undefined, `output ${output} is missing`)
    return tensor
  }
  const binding = (input: number) => bindingOf(lowering, numberOf(input))
  const value = (input: number): number => {
    dtypeOf(source(input))
    return binding(input).value
  }
  const isConstant = (candidate: number) => builder.constantOf(candidate) !== undefined
  const ensureSize = (shape: Shape, operands: readonly number[]) => {
    const limit = operands.length > 0 && operands.every(isConstant) ? MAX_FOLDED_ELEMENTS : MAX_ELEMENTS
    ensureSupported(elementCount(shape) <= limit, `it computes [${shape.join(',')}], more than ${limit} elements`)
  }
  return {
    operator,
    name: operator.name,
    rounding: lowering.rounding,
    paddings: lowering.paddings,
    has: (input) => (operator.inputs[input] ?? -1) >= 0,
    source,
    target,
    behind: (input) => binding(input).behind,
    rawValue: (input) => binding(input).value,
    value,
    shape: (input) => binding(input).shape,
    integers(input) {
      const constant = builder.constantOf(value(input))
      ensureSupported(constant !== undefined, `"${source(input).name}" must be a constant`)
      return [...constant.data]
    },
    typeOf: builder.typeOf,
    isConstant,
    emit(mnemonic, operands) {
      const emitted = builder.emit(mnemonic, operands)
      const { shape } = builder.typeOf(emitted)
      ensureSize(shape, [])
      if (isConstant(emitted)) lowering.foldedElements += elementCount(shape)
      ensureSupported(lowering.foldedElements <= MAX_FOLDED_ELEMENTS, 'too much is computed from constants')
      return emitted
    },
    ensureSize,
    constant: (dtype, shape, values) => builder.constant(tensorOf(dtype, shape, values)),
    result(result, { output = 0, shape = builder.typeOf(result).shape, behind } = {}) {
      const tensor = target(output)
      const number = operator.outputs[output] as number
      ensureSupported(!lowering.bindings.has(number), `"${tensor.name}" is computed twice`)
      checkResult(tensor, builder.typeOf(result), shape)
      lowering.bindings.set(number, behind ? { value: result, shape, behind } : { value: result, shape })
    },
    note: (text) => lowering.notes.add(text),
  }
}
