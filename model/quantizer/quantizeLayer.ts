import { dtypeCode, tensorOf } from '../../isa/index.ts'
import { floatTable, quantizeMultiplier, softmaxTable } from '../quantization.ts'
import { elementFunction } from './elementFunctions.ts'
import type { Layer, LayerOf } from './layers.ts'
import {
  type LayerContext,
  outputRange,
  type QuantizedValue,
  requantize,
  rescaleToOutput,
  sameReals,
  widen,
} from './lowering.ts'
import { axisBits, lowerConcat, lowerMove } from './lowerMoves.ts'
import { lowerAffine, lowerWeighted } from './lowerWeighted.ts'
import { quantizeValues, SOFTMAX_OUTPUT } from './scales.ts'

/** Bits that ADD keeps below an input step, as TFLite does. */
const ADD_SHIFT = 20

/** Both operands are brought to one fine scale, 2^-20 of twice the coarser one, and added or subtracted there. */
function lowerSum(layer: LayerOf<'add' | 'sub'>, context: LayerContext): number {
  const [left, right] = context.operands as readonly [QuantizedValue, QuantizedValue]
  const common = 2 * Math.max(left.quantization.scale, right.quantization.scale)
  const fine = (operand: QuantizedValue) => widen(context, operand, ADD_SHIFT, operand.quantization.scale / common)
  const sums = context.builder.emit(layer.op === 'add' ? 'TADD' : 'TSUB', { a: fine(left), b: fine(right) })
  return rescaleToOutput(context, sums, [common / (2 ** ADD_SHIFT * context.output.scale)], layer.activation)
}

/** Operands without their zero points, the product, and back. */
function lowerMul(layer: LayerOf<'mul'>, context: LayerContext): number {
  const [left, right] = context.operands as readonly [QuantizedValue, QuantizedValue]
  const product = context.builder.emit('TMUL', { attributes: {}, a: widen(context, left), b: widen(context, right) })
  const factor = (left.quantization.scale * right.quantization.scale) / context.output.scale
  return rescaleToOutput(context, product, [factor], layer.activation)
}

function lowerMatmul(layer: LayerOf<'matmul'>, context: LayerContext): number {
  const [left, right] = context.operands as readonly [QuantizedValue, QuantizedValue]
  const sums = context.builder.emit('MATMUL', {
    attributes: { zeroPointA: left.quantization.zeroPoint, zeroPointB: right.quantization.zeroPoint },
    a: left.value,
    b: right.value,
  })
  const factor = (left.quantization.scale * right.quantization.scale) / context.output.scale
  return rescaleToOutput(context, sums, [factor], layer.activation)
}

function lowerExtremum(layer: LayerOf<'maximum' | 'minimum'>, context: LayerContext): number {
  const [a, b] = context.operands.map((operand) => requantize(context, operand)) as [number, number]
  const value = context.builder.emit(layer.op === 'maximum' ? 'MAXIMUM' : 'MINIMUM', { a, b })
  return requantize(context, { value, quantization: context.output }, layer.activation)
}

/** Sum along axes, then a RESCALE that divides. */
function lowerMean(axes: readonly number[], keepDims: boolean, context: LayerContext): number {
  const { builder, output } = context
  const [{ value, quantization }] = context.operands as readonly [QuantizedValue]
  const { shape } = builder.typeOf(value)
  const count = axes.reduce((product, axis) => product * (shape[axis] as number), 1)
  const attributes = { axes: axisBits(axes), keepDims: keepDims ? 1 : 0, zeroPoint: quantization.zeroPoint }
  const sums = builder.emit('REDUCE_SUM', { attributes, x: value })
  return rescaleToOutput(context, sums, [quantization.scale / (count * output.scale)])
}

/** SOFTMAX; in 16 bits first where the output is not what its int8 form gives. */
function lowerSoftmax(context: LayerContext): number {
  const { builder, rounding, output } = context
  const [{ value, quantization }] = context.operands as readonly [QuantizedValue]
  const table = builder.constant(tensorOf('int32', [256], softmaxTable(quantization.scale, 1, rounding)))
  const isPlain = sameReals(output, SOFTMAX_OUTPUT)
  const softened = builder.emit('SOFTMAX', { attributes: { form: isPlain ? 0 : 1 }, x: value, table })
  if (isPlain) return softened
  const [low, high] = outputRange('none', output)
  return builder.emit('RESCALE', {
    attributes: {
      dtype: dtypeCode.int8,
      rounding,
      inputZeroPoint: -32768,
      outputZeroPoint: output.zeroPoint,
      low,
      high,
    },
    x: softened,
    ...quantizeMultiplier(2 ** -16 / output.scale),
  })
}

function lowerMap(layer: LayerOf<'map'>, { builder, operands, output }: LayerContext): number {
  const [{ value, quantization }] = operands as readonly [QuantizedValue]
  const entries = floatTable(quantization, output, elementFunction(layer))
  return builder.emit('TABLE', { x: value, table: builder.constant(tensorOf('int8', [256], entries)) })
}

/**
 * Emits the instructions of one layer and gives the value of its result.
 *
 * @throws {RangeError} when its int32 sums could overflow, or an operand is not what its instruction takes
 */
export function lowerLayer(layer: Layer, context: LayerContext): number {
  const { builder, output } = context
  switch (layer.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'dense':
      return lowerWeighted(layer, context)
    case 'affine':
      return lowerAffine(layer, context)
    case 'matmul':
      return lowerMatmul(layer, context)
    case 'maxPool':
    case 'avgPool':
    case 'max':
    case 'flatten':
    case 'reshape':
    case 'transpose':
    case 'pad':
    case 'slice':
      return lowerMove(layer, context)
    case 'concat':
      return lowerConcat(layer, context)
    case 'globalAveragePool':
      return lowerMean([1, 2], false, context)
    case 'mean':
      return lowerMean(layer.axes, layer.keepDims, context)
    case 'argMax':
      return builder.emit('ARGMAX', { attributes: { axis: layer.axis }, x: context.operands[0]?.value })
    case 'add':
    case 'sub':
      return lowerSum(layer, context)
    case 'mul':
      return lowerMul(layer, context)
    case 'maximum':
    case 'minimum':
      return lowerExtremum(layer, context)
    case 'clip':
      return requantize(context, context.operands[0] as QuantizedValue, layer.activation)
    case 'map':
      return lowerMap(layer, context)
    case 'softmax':
      return lowerSoftmax(context)
    case 'constant':
      return builder.constant(tensorOf('int8', layer.tensor.shape, quantizeValues(layer.tensor.data, output)))
  }
}
