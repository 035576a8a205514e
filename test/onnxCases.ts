import {
  type DType,
  dtypeCode,
  dtypeRange,
  elementCount,
  encodeType,
  ROUND_SINGLE,
  type Shape,
  type Tensor,
  tensorOf,
} from '../isa/index.ts'
import { quantizeMultiplier } from '../model/quantization.ts'
import { type Call, type CallOperand, call, type InstructionCase } from './instructionCase.ts'
import { type OnnxTensor, type OnnxTest, onnxTests } from './onnx.ts'

/** Tests that no sequence of instructions expresses, and why. */
export const inexpressible: ReadonlyMap<string, string> = new Map([
  ['test_dequantizelinear', 'gives float32'],
  ['test_dequantizelinear_axis', 'gives float32'],
  ['test_dequantizelinear_blocked', 'gives float32'],
  ['test_dynamicquantizelinear', 'chooses the scale from float32 data'],
  ['test_dynamicquantizelinear_max_adjusted', 'chooses the scale from float32 data'],
  ['test_dynamicquantizelinear_min_adjusted', 'chooses the scale from float32 data'],
  ['test_div_int8', 'divides by data'],
  ['test_mod_mixed_sign_int8', 'divides by data'],
])

/** Adds a call to a case; gives the operand that stands for its result. */
type Add = (
  mnemonic: string,
  attributes: Readonly<Record<string, number>> | undefined,
  ...operands: readonly CallOperand[]
) => CallOperand

/** Adds the calls of a test; the last one's result is the test's output. */
type Lowering = (add: Add, test: OnnxTest) => void

/** The factor 1 as multiplier and shift of RESCALE. */
const UNIT = [2n ** 30n, 1n] as const

const channelsLast = [0, 2, 3, 1]
const channelsSecond = [0, 3, 1, 2]

function input({ name, inputs }: OnnxTest, position: number): OnnxTensor {
  const tensor = inputs[position]
  if (!tensor) throw new RangeError(`${name}: no input ${position}`)
  return tensor
}

/** What uint8 values are moved by to become int8; a zero point moves with them. */
function offsetOf({ dtype }: OnnxTensor): number {
  return dtype === 'uint8' ? -128 : 0
}

/** The dtype that holds a tensor: int8 for uint8 less 128 and for bool, int32 for float32 whose values are integers. */
function dtypeOf({ dtype }: OnnxTensor): DType {
  if (dtype === 'float32' || dtype === 'int32') return 'int32'
  return dtype === 'int16' ? 'int16' : 'int8'
}

function toTensor(tensor: OnnxTensor): Tensor {
  const values = tensor.values.map((value) => value + offsetOf(tensor))
  return tensorOf(dtypeOf(tensor), tensor.shape.length === 0 ? [1] : tensor.shape, values)
}

/** The one value of an input; a quantized one moves as {@link toTensor} moves it. */
function scalar(test: OnnxTest, position: number): number {
  const tensor = input(test, position)
  return (tensor.values[0] as number) + offsetOf(tensor)
}

function transpose(add: Add, x: CallOperand, permutation: readonly number[]): CallOperand {
  return add('TRANSPOSE', Object.fromEntries(permutation.map((axis, position) => [`axis${position}`, axis])), x)
}

function reshape(add: Add, x: CallOperand, dtype: DType, shape: Shape): CallOperand {
  return add('RESHAPE', undefined, encodeType({ dtype, shape }), x)
}

/** RESCALE by the factor 1: to int32, or from it with saturation. */
function convert(add: Add, x: CallOperand, dtype: DType): CallOperand {
  const [low, high] = dtypeRange[dtype]
  return add('RESCALE', { dtype: dtypeCode[dtype], low, high }, x, ...UNIT)
}

function int32Inputs(add: Add, test: OnnxTest): [CallOperand, CallOperand] {
  return [convert(add, toTensor(input(test, 0)), 'int32'), convert(add, toTensor(input(test, 1)), 'int32')]
}

function int32Scalar(value: number): Tensor {
  return tensorOf('int32', [1], [value])
}

/** Arithmetic on int8 is modulo 2^8 in ONNX: the low byte is moved to the top and back. */
function arithmetic(mnemonic: string, attributes?: Readonly<Record<string, number>>): Lowering {
  return (add, test) => {
    const result = add(mnemonic, attributes, ...int32Inputs(add, test))
    const top = add('TMUL', { shift: 0 }, result, int32Scalar(2 ** 24))
    convert(add, add('ARITHMETIC_RIGHT_SHIFT', undefined, top, int32Scalar(24)), 'int8')
  }
}

function extremum(mnemonic: string): Lowering {
  return (add, test) => add(mnemonic, undefined, toTensor(input(test, 0)), toTensor(input(test, 1)))
}

/** 1 where x > y, else 0. */
function above(add: Add, x: CallOperand, y: CallOperand): CallOperand {
  return add('CLAMP', { low: 0, high: 1 }, add('TSUB', undefined, x, y))
}

function not(add: Add, x: CallOperand): CallOperand {
  return add('TSUB', undefined, int32Scalar(1), x)
}

function comparison(compare: (add: Add, a: CallOperand, b: CallOperand) => CallOperand): Lowering {
  return (add, test) => convert(add, compare(add, ...int32Inputs(add, test)), 'int8')
}

/** MATMUL wants the contracted axis innermost in both operands; ONNX has it second to last in b. */
function columnsAsRows(add: Add, tensor: OnnxTensor): CallOperand {
  const rank = tensor.shape.length
  return transpose(add, toTensor(tensor), [...tensor.shape.keys()].slice(0, -2).concat(rank - 1, rank - 2))
}

/** Accumulators to 8 bits by a real factor, rounded once as ONNX Runtime does. */
function requantize(add: Add, x: CallOperand, factor: number, outputZeroPoint: number): CallOperand {
  const { multiplier, shift } = quantizeMultiplier(factor)
  const attributes = { dtype: dtypeCode.int8, rounding: ROUND_SINGLE, outputZeroPoint, low: -128, high: 127 }
  return add('RESCALE', attributes, x, BigInt(multiplier), BigInt.asUintN(256, BigInt(shift)))
}

const matMulInteger: Lowering = (add, test) => {
  const zeroPoints = { zeroPointA: scalar(test, 2), zeroPointB: scalar(test, 3) }
  add('MATMUL', zeroPoints, toTensor(input(test, 0)), columnsAsRows(add, input(test, 1)), 0n)
}

/** Inputs of the QLinear operators: x, its scale and zero point, w, its scale and zero point, those of the output. */
function qLinearFactor(test: OnnxTest): number {
  return (scalar(test, 1) * scalar(test, 4)) / scalar(test, 6)
}

const qLinearMatMul: Lowering = (add, test) => {
  const zeroPoints = { zeroPointA: scalar(test, 2), zeroPointB: scalar(test, 5) }
  const product = add('MATMUL', zeroPoints, toTensor(input(test, 0)), columnsAsRows(add, input(test, 3)), 0n)
  requantize(add, product, qLinearFactor(test), scalar(test, 7))
}

/** One tap is a product of matrices, which has the zero point of weights that CONV2D has not. */
const qLinearConv: Lowering = (add, test) => {
  const [batch, channels, height, width] = input(test, 0).shape as [number, number, number, number]
  const filters = input(test, 3).shape[0] as number
  const zeroPoints = { zeroPointA: scalar(test, 2), zeroPointB: scalar(test, 5) }
  const image = transpose(add, toTensor(input(test, 0)), channelsLast)
  const pixels = reshape(add, image, 'int8', [batch * height * width, channels])
  const matrix = reshape(add, toTensor(input(test, 3)), 'int8', [filters, channels])
  const output = requantize(add, add('MATMUL', zeroPoints, pixels, matrix, 0n), qLinearFactor(test), scalar(test, 7))
  transpose(add, reshape(add, output, 'int8', [batch, height, width, filters]), channelsSecond)
}

/** CONV2D has no zero point of weights: the tests' weights, less their own, fit int8. */
const convInteger: Lowering = (add, test) => {
  const { shape, values } = input(test, 1)
  const filterSize = elementCount(shape.slice(1))
  const zeroPoints = test.inputs[3]?.values ?? []
  const weights = values.map((value, index) => value - (zeroPoints[Math.floor(index / filterSize)] ?? 0))
  const [padTop = 0, padLeft = 0, padBottom = 0, padRight = 0] = test.attributes.get('pads') ?? []
  const product = add(
    'CONV2D',
    { zeroPoint: scalar(test, 2), padTop, padLeft, padBottom, padRight },
    transpose(add, toTensor(input(test, 0)), channelsLast),
    transpose(add, tensorOf('int8', shape, weights), channelsLast),
    0n,
  )
  transpose(add, product, channelsSecond)
}

/** How a quantized tensor is laid out so that everything with one scale shares an index of the last axis. */
type ChannelLayout = { readonly split: Shape; readonly permutation: readonly number[]; readonly channels: number }

function channelLayout({ attributes, inputs: [x, scale] }: OnnxTest): ChannelLayout {
  const shape = x?.shape ?? []
  const channels = elementCount(scale?.shape ?? [])
  const block = attributes.get('block_size')?.[0]
  if (block !== undefined) {
    const [rows, columns] = shape as [number, number]
    return { split: [rows, columns / block, block], permutation: [2, 0, 1], channels }
  }
  if (channels === 1) return { split: [...shape, 1], permutation: [...[...shape, 1].keys()], channels }
  return { split: shape, permutation: channelsLast, channels }
}

/**
 * Quantizes integers. Exact as long as no quotient is a tie, or a tie whose upper neighbour is even: ONNX rounds half to
 * even, RESCALE half upwards.
 */
const quantizeLinear: Lowering = (add, test) => {
  const x = input(test, 0)
  const output = test.outputs[0] as OnnxTensor
  const { split, permutation, channels } = channelLayout(test)
  const factors = input(test, 1).values.map((scale) => quantizeMultiplier(1 / scale))
  const zeroPoints = Array.from({ length: channels }, (_, c) => (test.inputs[2]?.values[c] ?? 0) + offsetOf(output))
  const rows = elementCount(x.shape) / channels
  const moved = transpose(add, reshape(add, toTensor(x), 'int32', split), permutation)
  const scaled = add(
    'RESCALE',
    { dtype: dtypeCode.int32, perChannel: 1, rounding: ROUND_SINGLE, low: -(2 ** 31), high: 2 ** 31 - 1 },
    reshape(add, moved, 'int32', [rows, channels]),
    tensorOf(
      'int32',
      [channels],
      factors.map(({ multiplier }) => multiplier),
    ),
    tensorOf(
      'int8',
      [channels],
      factors.map(({ shift }) => shift),
    ),
  )
  const quantized = convert(
    add,
    add('TADD', undefined, scaled, tensorOf('int32', [channels], zeroPoints)),
    dtypeOf(output),
  )
  const movedShape = permutation.map((axis) => split[axis] as number)
  const inverse = permutation.map((_, axis) => permutation.indexOf(axis))
  const back = transpose(add, reshape(add, quantized, dtypeOf(output), movedShape), inverse)
  reshape(add, back, dtypeOf(output), output.shape)
}

const lowerings: ReadonlyMap<string, Lowering> = new Map([
  ['Add', arithmetic('TADD')],
  ['Sub', arithmetic('TSUB')],
  ['Mul', arithmetic('TMUL', { shift: 0 })],
  ['Max', extremum('MAXIMUM')],
  ['Min', extremum('MINIMUM')],
  ['Greater', comparison((add, a, b) => above(add, a, b))],
  ['GreaterOrEqual', comparison((add, a, b) => not(add, above(add, b, a)))],
  ['Less', comparison((add, a, b) => above(add, b, a))],
  ['LessOrEqual', comparison((add, a, b) => not(add, above(add, a, b)))],
  ['Equal', comparison((add, a, b) => not(add, add('TADD', undefined, above(add, a, b), above(add, b, a))))],
  ['MatMulInteger', matMulInteger],
  ['ConvInteger', convInteger],
  ['QLinearMatMul', qLinearMatMul],
  ['QLinearConv', qLinearConv],
  ['QuantizeLinear', quantizeLinear],
])

/**
 * Every node test of ONNX that is not {@link inexpressible} as a sequence of instructions; none when the tests are not
 * at hand.
 *
 * @throws {RangeError} naming a test whose operator has no lowering
 */
export function onnxCases(): InstructionCase[] {
  const expressible = onnxTests().filter(({ name }) => !inexpressible.has(name))
  return expressible.map((test) => {
    const lower = lowerings.get(test.operator)
    if (!lower) throw new RangeError(`${test.name}: no lowering for ${test.operator}`)
    const calls: Call[] = []
    lower((mnemonic, attributes, ...operands) => {
      calls.push(call(mnemonic, attributes, ...operands))
      return { call: calls.length - 1 }
    }, test)
    return { name: test.name, calls, expected: toTensor(test.outputs[0] as OnnxTensor) }
  })
}
