import { elementCount, type Shape } from '../../isa/index.ts'
import { ensureSupported } from '../tflite/operation.ts'
import type { TfliteOperator } from '../tflite/reader.ts'
import { checkWindow, fusedActivation } from '../tflite/window.ts'
import { type Activation, type ElementFunction, type FloatTensor, sameShape } from './layers.ts'
import type { TfliteTranslation } from './tfliteGraph.ts'

type Handler = (operator: TfliteOperator, translation: TfliteTranslation) => number

const activations: Readonly<Record<string, Activation>> = {
  none: 'none',
  relu: 'relu',
  relu6: 'relu6',
  reluN1To1: [-1, 1],
  relu0To1: [0, 1],
}

function activationOf(code: number): Activation {
  return activations[fusedActivation(code)] ?? 'none'
}

function weightsOf({ has, constant }: TfliteTranslation): { weights: FloatTensor; bias: FloatTensor | undefined } {
  const weights = constant(1)
  ensureSupported(weights !== undefined, 'its weights are not a constant')
  const bias = has(2) ? constant(2) : undefined
  ensureSupported(bias !== undefined || !has(2), 'its bias is not a constant')
  return { weights, bias }
}

function axisFromFront(axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis
  ensureSupported(own >= 0 && own < rank, `axis ${axis} of rank ${rank}`)
  return own
}

const convolve =
  (isDepthwise: boolean): Handler =>
  (operator, translation) => {
    const options = operator.options(isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D')
    checkWindow(options)
    const { weights, bias } = weightsOf(translation)
    ensureSupported(weights.shape.length === 4, `its weights have rank ${weights.shape.length}`)
    const outputs = weights.shape[isDepthwise ? 3 : 0] as number
    const input = translation.value(0)
    const sliding = {
      stride: [options.strideH, options.strideW] as const,
      dilation: [options.dilationH, options.dilationW] as const,
      padding: options.padding === 0 ? ('same' as const) : ('valid' as const),
      bias: bias?.data ?? new Float32Array(outputs),
      activation: activationOf(options.activation),
    }
    if (isDepthwise)
      return translation.add(
        { op: 'depthwiseConv2d', weights: { ...weights, shape: weights.shape.slice(1) }, ...sliding },
        input,
      )
    const groups = (translation.shapeOf(input).at(-1) as number) / (weights.shape[3] as number)
    return translation.add({ op: 'conv2d', groups, weights, ...sliding }, input)
  }

const fullyConnected: Handler = (operator, translation) => {
  const { activation, weightsFormat } = operator.options('FULLY_CONNECTED')
  ensureSupported(weightsFormat === 0, 'its weights are shuffled')
  const { weights, bias } = weightsOf(translation)
  const [outputs = 0, inputs = 0] = weights.shape
  const x = translation.value(0)
  const count = elementCount(translation.shapeOf(x))
  ensureSupported(count % inputs === 0, `its input is [${translation.shapeOf(x)}], its weights [${weights.shape}]`)
  const rows = translation.add({ op: 'reshape', shape: [count / inputs, inputs] }, x)
  const dense = translation.add(
    { op: 'dense', weights, bias: bias?.data ?? new Float32Array(outputs), activation: activationOf(activation) },
    rows,
  )
  return translation.add({ op: 'reshape', shape: translation.declared }, dense)
}

const pool =
  (op: 'maxPool' | 'avgPool'): Handler =>
  (operator, translation) => {
    const options = operator.options('POOL_2D')
    checkWindow(options)
    const pooled = translation.add(
      {
        op,
        window: [options.windowH, options.windowW],
        stride: [options.strideH, options.strideW],
        padding: options.padding === 0 ? 'same' : 'valid',
      },
      translation.value(0),
    )
    return translation.add({ op: 'clip', activation: activationOf(options.activation) }, pooled)
  }

/** Numbers of a constant along the last axis of a shape; undefined where it is no such constant. */
function alongLast(constant: FloatTensor | undefined, shape: Shape): Float32Array | undefined {
  if (!constant || constant.shape.length > shape.length) return undefined
  const channels = shape.at(-1) as number
  const isFlat = constant.shape.slice(0, -1).every((size) => size === 1)
  if (constant.data.length === 1) return new Float32Array(channels).fill(constant.data[0] as number)
  return isFlat && constant.data.length === channels ? constant.data : undefined
}

const binary =
  (op: 'add' | 'sub' | 'mul' | 'maximum' | 'minimum', table: 'ADD' | 'SUB' | 'MUL' | undefined): Handler =>
  (operator, translation) => {
    const activation = table ? activationOf(operator.options(table).activation) : 'none'
    const x = translation.value(0)
    const numbers = alongLast(translation.constant(1), translation.shapeOf(x))
    if (!numbers || !table) return translation.add({ op, other: translation.value(1), activation }, x)
    const factor = op === 'mul' ? numbers : numbers.map(() => 1)
    const offset = op === 'add' ? numbers : numbers.map((value) => (op === 'mul' ? 0 : -value))
    return translation.add({ op: 'affine', factor, offset, activation }, x)
  }

const clip =
  (activation: Activation): Handler =>
  (_, translation) =>
    translation.add({ op: 'clip', activation }, translation.value(0))

const map =
  (apply: ElementFunction, alpha?: number): Handler =>
  (operator, translation) => {
    const own = operator.name === 'LEAKY_RELU' ? operator.options('LEAKY_RELU').alpha : alpha
    return translation.add({ op: 'map', apply, ...(own === undefined ? {} : { alpha: own }) }, translation.value(0))
  }

const reduce =
  (op: 'mean' | 'max'): Handler =>
  (operator, translation) => {
    const x = translation.value(0)
    const rank = translation.shapeOf(x).length
    const axes = translation.integers(1).map((axis) => axisFromFront(axis, rank))
    return translation.add({ op, axes, keepDims: operator.options('REDUCER').keepDims }, x)
  }

/** Everything that gives the same elements in another shape, which the file declares. */
const reshape: Handler = (_, translation) =>
  translation.add({ op: 'reshape', shape: translation.declared }, translation.value(0))

const concatenate: Handler = (operator, translation) => {
  const { axis, activation } = operator.options('CONCATENATION')
  const [first, ...others] = operator.inputs.map((__, input) => translation.value(input)) as [number, ...number[]]
  const own = axisFromFront(axis, translation.shapeOf(first).length)
  const joined = others.length > 0 ? translation.add({ op: 'concat', others, axis: own }, first) : first
  return translation.add({ op: 'clip', activation: activationOf(activation) }, joined)
}

const pad: Handler = (operator, translation) => {
  ensureSupported(operator.name === 'PAD' || translation.constant(2)?.data[0] === 0, 'it pads by other than 0')
  const pads = translation.integers(1)
  const side = (which: number) => pads.filter((_, index) => index % 2 === which)
  return translation.add({ op: 'pad', before: side(0), after: side(1) }, translation.value(0))
}

const transpose: Handler = (_, translation) =>
  translation.add({ op: 'transpose', permutation: translation.integers(1) }, translation.value(0))

const softmax: Handler = (operator, translation) => {
  const { beta } = operator.options('SOFTMAX')
  ensureSupported(beta === 1, `its beta is ${beta}`)
  return translation.add({ op: 'softmax' }, translation.value(0))
}

const argMax: Handler = (_, translation) => {
  const x = translation.value(0)
  const [axis = -1] = translation.integers(1)
  return translation.add({ op: 'argMax', axis: axisFromFront(axis, translation.shapeOf(x).length) }, x)
}

/** Weights that the file keeps in another type. */
const dequantize: Handler = (_, translation) => translation.value(0)

const handlers: Readonly<Record<string, Handler>> = {
  ABS: map('abs'),
  ADD: binary('add', 'ADD'),
  ARG_MAX: argMax,
  AVERAGE_POOL_2D: pool('avgPool'),
  CONCATENATION: concatenate,
  CONV_2D: convolve(false),
  DEPTHWISE_CONV_2D: convolve(true),
  DEQUANTIZE: dequantize,
  ELU: map('elu', 1),
  EXP: map('exp'),
  EXPAND_DIMS: reshape,
  FULLY_CONNECTED: fullyConnected,
  GELU: map('gelu'),
  HARD_SWISH: map('hardSwish'),
  LEAKY_RELU: map('leakyRelu'),
  LOGISTIC: map('sigmoid'),
  MAXIMUM: binary('maximum', undefined),
  MAX_POOL_2D: pool('maxPool'),
  MEAN: reduce('mean'),
  MINIMUM: binary('minimum', undefined),
  MUL: binary('mul', 'MUL'),
  PAD: pad,
  PADV2: pad,
  REDUCE_MAX: reduce('max'),
  RELU: clip('relu'),
  RELU6: clip('relu6'),
  RELU_0_TO_1: clip([0, 1]),
  RELU_N1_TO_1: clip([-1, 1]),
  RESHAPE: reshape,
  SOFTMAX: softmax,
  SQRT: map('sqrt'),
  SQUEEZE: reshape,
  SUB: binary('sub', 'SUB'),
  TANH: map('tanh'),
  TRANSPOSE: transpose,
}

/**
 * Adds the layers of an operator and gives the value of its result.
 *
 * @throws {UnsupportedError} when the operator is not supported, or its result is not of the shape that the file declares
 */
export function translateTfliteOperator(operator: TfliteOperator, translation: TfliteTranslation): number {
  const handler = Object.hasOwn(handlers, operator.name) ? handlers[operator.name] : undefined
  ensureSupported(handler !== undefined, 'the operator is not supported')
  const value = handler(operator, translation)
  const shape = translation.shapeOf(value)
  ensureSupported(
    sameShape(shape, translation.declared),
    `it computes [${shape.join(',')}], the file declares [${translation.declared.join(',')}]`,
  )
  return value
}
