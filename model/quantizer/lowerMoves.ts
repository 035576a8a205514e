import { encodeAxisWord, tensorOf } from '../../isa/index.ts'
import type { LayerOf } from './layers.ts'
import {
  type LayerContext,
  type QuantizedValue,
  requantize,
  rescaleToOutput,
  reshapeTo,
  sameReals,
} from './lowering.ts'
import { windowAttributes } from './lowerWeighted.ts'
import { slideAxes } from './window.ts'

/** A bit for each axis. */
export function axisBits(axes: readonly number[]): number {
  return axes.reduce((bits, axis) => bits | (1 << axis), 0)
}

function transpose({ builder, shape }: LayerContext, x: number, permutation: readonly number[]): number {
  const { shape: from } = builder.typeOf(x)
  const moved = permutation.filter((axis) => from[axis] !== 1)
  if (moved.every((axis, index) => index === 0 || axis > (moved[index - 1] as number)))
    return reshapeTo(builder, x, shape)
  const attributes = Object.fromEntries(permutation.map((axis, index) => [`axis${index}`, axis]))
  return builder.emit('TRANSPOSE', { attributes, x })
}

function pad({ builder }: LayerContext, { value, quantization }: QuantizedValue, layer: LayerOf<'pad'>): number {
  const attributes: Record<string, number> = { value: quantization.zeroPoint }
  layer.before.forEach((count, axis) => {
    attributes[`before${axis}`] = count
    attributes[`after${axis}`] = layer.after[axis] as number
  })
  return builder.emit('PAD', { attributes, x: value })
}

/**
 * Means that a file quantizes in another way than their input: sums by a depthwise convolution with ones, which one
 * RESCALE divides, so that they are rounded once. Undefined where windows reach over the border.
 */
function averageBySums(layer: LayerOf<'avgPool'>, context: LayerContext): number | undefined {
  const { builder, output } = context
  const [{ value, quantization }] = context.operands as readonly [QuantizedValue]
  const { shape } = builder.typeOf(value)
  const axes = slideAxes(layer, shape, layer.window)
  if (sameReals(quantization, output) || axes.some(({ padBefore, padAfter }) => padBefore + padAfter > 0))
    return undefined
  const channels = shape[3] as number
  const [tapsH, tapsW] = layer.window
  const ones = new Int8Array(tapsH * tapsW * channels).fill(1)
  const sums = builder.emit('DEPTHWISE_CONV2D', {
    attributes: { zeroPoint: quantization.zeroPoint, ...windowAttributes(axes) },
    x: value,
    weights: builder.constant(tensorOf('int8', [tapsH, tapsW, channels], ones)),
  })
  return rescaleToOutput(context, sums, [quantization.scale / (tapsH * tapsW * output.scale)])
}

type Move = LayerOf<'maxPool' | 'avgPool' | 'max' | 'flatten' | 'reshape' | 'transpose' | 'pad' | 'slice'>

/** Emits a layer that moves or picks values, and a RESCALE where its output has another quantization. */
export function lowerMove(layer: Move, context: LayerContext): number {
  const { builder, shape } = context
  const [input] = context.operands as readonly [QuantizedValue]
  const x = input.value
  const averaged = layer.op === 'avgPool' ? averageBySums(layer, context) : undefined
  if (averaged !== undefined) return averaged
  const moved = (): number => {
    switch (layer.op) {
      case 'maxPool':
      case 'avgPool': {
        const [windowH, windowW] = layer.window
        const axes = slideAxes(layer, builder.typeOf(x).shape, layer.window)
        const attributes = { windowH, windowW, ...windowAttributes(axes) }
        return builder.emit(layer.op === 'maxPool' ? 'MAX_POOL2D' : 'AVG_POOL2D', { attributes, x })
      }
      case 'max':
        return builder.emit('REDUCE_MAX', {
          attributes: { axes: axisBits(layer.axes), keepDims: layer.keepDims ? 1 : 0 },
          x,
        })
      case 'flatten':
      case 'reshape':
        return reshapeTo(builder, x, shape)
      case 'transpose':
        return transpose(context, x, layer.permutation)
      case 'pad':
        return pad(context, input, layer)
      case 'slice':
        return builder.emit('SLICE', {
          begin: encodeAxisWord(layer.begin),
          size: encodeAxisWord(layer.size),
          stride: encodeAxisWord(layer.stride, 1),
          x,
        })
    }
  }
  return requantize(context, { value: moved(), quantization: input.quantization })
}

/** CONCAT of everything at the output's quantization. Halves are joined, so that a value is copied log2(n) times. */
export function lowerConcat({ axis }: LayerOf<'concat'>, context: LayerContext): number {
  const join = (values: readonly number[]): number => {
    if (values.length === 1) return values[0] as number
    const middle = Math.ceil(values.length / 2)
    const [a, b] = [join(values.slice(0, middle)), join(values.slice(middle))]
    return context.builder.emit('CONCAT', { attributes: { axis }, a, b })
  }
  return join(context.operands.map((operand) => requantize(context, operand)))
}
