import { elementCount } from '../../isa/index.ts'
import type { LayerOf, WeightedLayer } from './layers.ts'
import { type LayerContext, type QuantizedValue, rescaleToOutput, reshapeTo } from './lowering.ts'
import { quantizeWeights } from './quantizeWeights.ts'
import { type Axis, slideAxes, tapsOf } from './window.ts'

/** Pads and strides of a window, as the attribute words name them. */
export function windowAttributes([rows, columns]: readonly [Axis, Axis]) {
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
export function lowerWeighted(layer: WeightedLayer, context: LayerContext): number {
  const { builder, output } = context
  const [input] = context.operands as readonly [QuantizedValue]
  const { scale, zeroPoint } = input.quantization
  const { scales, weights, bias } = quantizeWeights(layer, scale)
  const constants = { weights: builder.constant(weights), bias: builder.constant(bias) }
  const contract = () => {
    if (layer.op === 'dense')
      return builder.emit('MATMUL', {
        attributes: { zeroPointA: zeroPoint },
        a: input.value,
        b: constants.weights,
        bias: constants.bias,
      })
    const axes = slideAxes(layer, builder.typeOf(input.value).shape, tapsOf(layer))
    const attributes = {
      zeroPoint,
      ...windowAttributes(axes),
      dilationH: axes[0].dilation,
      dilationW: axes[1].dilation,
    }
    return layer.op === 'conv2d'
      ? builder.emit('CONV2D', {
          attributes: { ...attributes, groups: layer.groups ?? 1 },
          x: input.value,
          ...constants,
        })
      : builder.emit('DEPTHWISE_CONV2D', { attributes, x: input.value, ...constants })
  }
  const factors = scales.map((weightScale) => (scale * weightScale) / output.scale)
  return rescaleToOutput(context, contract(), factors, layer.activation)
}

/** A factor and an offset for each channel: a depthwise convolution of one tap, whose weights are all +-127. */
export function lowerAffine({ name, factor, offset, activation }: LayerOf<'affine'>, context: LayerContext): number {
  const { builder, shape } = context
  const [input] = context.operands as readonly [QuantizedValue]
  const channels = factor.length
  const image = reshapeTo(builder, input.value, [1, elementCount(shape) / channels, 1, channels])
  const scaled = lowerWeighted(
    {
      name,
      op: 'depthwiseConv2d',
      weights: { shape: [1, 1, channels], data: factor },
      bias: offset,
      stride: [1, 1],
      padding: 'valid',
      activation,
    },
    { ...context, operands: [{ ...input, value: image }] },
  )
  return reshapeTo(builder, scaled, shape)
}
