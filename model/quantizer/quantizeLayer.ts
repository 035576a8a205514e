import { clamp, dtypeCode, INT32_MAX, INT32_MIN, type RoundingMode, type Shape, tensorOf } from '../../isa/index.ts'
import type { ProgramBuilder } from '../builder.ts'
import { activationRange, type Quantization, quantizeMultiplier, roundHalfAway, softmaxTable } from '../quantization.ts'
import { type Activation, type Axis, type Layer, type LayerOf, sameShape, slideAxes, tapsOf } from './floatGraph.ts'

const INT8_STEPS = 255
/** Weights are symmetric around 0 and leave out -128. */
const WEIGHT_MAX = 127
/** Largest bias. Products fill the other half of int32: see {@link MAX_PRODUCTS}. */
const BIAS_MAX = 2 ** 30
/** Products of a weight and an activation, each below 127 * 255, whose sum stays below 2^30. */
const MAX_PRODUCTS = Math.floor(BIAS_MAX / (WEIGHT_MAX * INT8_STEPS))
/** Bits that ADD keeps below an input step, as TFLite does. */
const ADD_SHIFT = 20
/** Axes 1 and 2 of NHWC. */
const HEIGHT_AND_WIDTH = 0b0110

type WeightedLayer = LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'> | LayerOf<'dense'>

/** Weights in [-127, 127] with a scale for each output channel, and the bias in steps of `inputScale * scale`. */
function quantizeWeights(layer: WeightedLayer, inputScale: number) {
  const { weights, bias } = layer
  const channels = bias.length
  const perChannel = weights.data.length / channels
  if (perChannel > MAX_PRODUCTS)
    throw new RangeError(
      `layer ${layer.name}: ${perChannel} weights a channel, at most ${MAX_PRODUCTS} fit an int32 sum`,
    )
  const channelOf = (index: number) =>
    layer.op === 'depthwiseConv2d' ? index % channels : Math.floor(index / perChannel)
  const largest = new Float64Array(channels)
  weights.data.forEach((weight, index) => {
    const channel = channelOf(index)
    largest[channel] = Math.max(largest[channel] as number, Math.abs(weight))
  })
  // Where weights are tiny beside the bias their scale follows the bias, which must fit; all zeros: any scale will do.
  const scales = Array.from(bias, (value, channel) => {
    const forWeights = (largest[channel] as number) / WEIGHT_MAX
    return Math.fround(Math.max(forWeights, Math.abs(value) / (inputScale * BIAS_MAX))) || 1
  })
  const quantized = Array.from(weights.data, (weight, index) =>
    clamp(roundHalfAway(weight / (scales[channelOf(index)] as number)), -WEIGHT_MAX, WEIGHT_MAX),
  )
  const biases = Array.from(bias, (value, channel) => roundHalfAway(value / (inputScale * (scales[channel] as number))))
  return {
    scales,
    weights: tensorOf('int8', weights.shape, quantized),
    bias: tensorOf('int32', [channels], biases),
  }
}

/** A value of the program under construction, and the reals that it stands for. */
export type QuantizedValue = { readonly value: number; readonly quantization: Quantization }

/** What the lowering of a layer needs beside the layer. */
export type LayerContext = {
  readonly builder: ProgramBuilder
  readonly rounding: RoundingMode
  readonly input: QuantizedValue
  /** Quantization and shape of the layer's result. */
  readonly output: Quantization
  readonly shape: Shape
}

/** RESCALE of int32 sums to the layer's int8 output, by one factor or by one for each channel. */
function rescaleToOutput(
  { builder, rounding, output }: LayerContext,
  sums: number,
  factors: readonly number[],
  activation: Activation = 'none',
): number {
  const [low, high] = activationRange(activation, output, 'int8')
  const attributes = { dtype: dtypeCode.int8, rounding, outputZeroPoint: output.zeroPoint, low, high }
  if (factors.every((factor) => factor === factors[0]))
    return builder.emit('RESCALE', { attributes, x: sums, ...quantizeMultiplier(factors[0] as number) })
  const pairs = factors.map(quantizeMultiplier)
  const packed = [...pairs.map(({ multiplier }) => multiplier), ...pairs.map(({ shift }) => shift)]
  return builder.emit('RESCALE', {
    attributes: { ...attributes, perChannel: 2 },
    x: sums,
    multiplier: builder.constant(tensorOf('int32', [2, pairs.length], packed)),
    shift: 0,
  })
}

function windowAttributes([rows, columns]: readonly [Axis, Axis]) {
  return {
    padTop: rows.padBefore,
    padLeft: columns.padBefore,
    padBottom: rows.padAfter,
    padRight: columns.padAfter,
    strideH: rows.stride,
    strideW: columns.stride,
  }
}

/** An int32 contraction, then one RESCALE that also applies the activation. */
function lowerWeighted(layer: WeightedLayer, context: LayerContext): number {
  const { builder, input, output } = context
  const { scale, zeroPoint } = input.quantization
  const { scales, weights, bias } = quantizeWeights(layer, scale)
  const constants = { weights: builder.constant(weights), bias: builder.constant(bias) }
  const factors = scales.map((weightScale) => (scale * weightScale) / output.scale)
  const contract = () => {
    if (layer.op === 'dense')
      return builder.emit('MATMUL', {
        attributes: { zeroPointA: zeroPoint },
        a: input.value,
        b: constants.weights,
        bias: constants.bias,
      })
    const axes = slideAxes(layer, builder.typeOf(input.value).shape, tapsOf(layer))
    return builder.emit(layer.op === 'conv2d' ? 'CONV2D' : 'DEPTHWISE_CONV2D', {
      attributes: { zeroPoint, ...windowAttributes(axes) },
      x: input.value,
      ...constants,
    })
  }
  return rescaleToOutput(context, contract(), factors, layer.activation)
}

/** Both inputs are brought to one fine scale, 2^-20 of twice the coarser one, and added there. */
function lowerAdd(layer: LayerOf<'add'>, context: LayerContext, other: QuantizedValue): number {
  const { builder, rounding, input, output } = context
  const common = 2 * Math.max(input.quantization.scale, other.quantization.scale)
  const widen = ({ value, quantization: { scale, zeroPoint } }: QuantizedValue) =>
    builder.emit('RESCALE', {
      attributes: {
        dtype: dtypeCode.int32,
        rounding,
        inputShift: ADD_SHIFT,
        inputZeroPoint: zeroPoint,
        low: INT32_MIN,
        high: INT32_MAX,
      },
      x: value,
      ...quantizeMultiplier(scale / common),
    })
  const sums = builder.emit('TADD', { a: widen(input), b: widen(other) })
  return rescaleToOutput(context, sums, [common / (2 ** ADD_SHIFT * output.scale)], layer.activation)
}

/**
 * Emits the instructions of one layer and gives the value of its result.
 *
 * @param valueAt - a value of the graph, by its number there
 * @throws {RangeError} naming the layer, when its int32 sums could overflow
 */
export function lowerLayer(layer: Layer, context: LayerContext, valueAt: (value: number) => QuantizedValue): number {
  const { builder, rounding, input, shape } = context
  const x = input.value
  const inputShape = builder.typeOf(x).shape
  switch (layer.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'dense':
      return lowerWeighted(layer, context)
    case 'maxPool':
    case 'avgPool': {
      const [windowH, windowW] = layer.window
      const attributes = { windowH, windowW, ...windowAttributes(slideAxes(layer, inputShape, layer.window)) }
      return builder.emit(layer.op === 'maxPool' ? 'MAX_POOL2D' : 'AVG_POOL2D', { attributes, x })
    }
    case 'globalAveragePool': {
      const { scale, zeroPoint } = input.quantization
      const [, height = 1, width = 1] = inputShape
      const sums = builder.emit('REDUCE_SUM', { attributes: { axes: HEIGHT_AND_WIDTH, zeroPoint }, x })
      return rescaleToOutput(context, sums, [scale / (height * width * context.output.scale)])
    }
    case 'flatten':
    case 'reshape':
      return sameShape(shape, inputShape) ? x : builder.emit('RESHAPE', { type: { dtype: 'int8', shape }, x })
    case 'add':
      return lowerAdd(layer, context, valueAt(layer.other))
    case 'softmax': {
      const table = builder.constant(tensorOf('int32', [256], softmaxTable(input.quantization.scale, 1, rounding)))
      return builder.emit('SOFTMAX', { attributes: {}, x, table })
    }
  }
}
