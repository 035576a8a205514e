import { attributeLayout } from '../attributes.ts'
import { ensureBias, ensureConvolution, zeroPointField } from '../convolution.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { countOf, roundUp } from '../numeric.ts'
import { oneElement } from '../reach.ts'
import { type Shape, tensorType } from '../tensor.ts'
import { contractionWork, VECTOR_BYTES } from '../tiles.ts'
import {
  dilationFields,
  endTap,
  firstTap,
  padFields,
  strideFields,
  window2D,
  windowOutputSize,
  windowStart,
} from '../window.ts'

const attributes = attributeLayout([
  zeroPointField,
  ...padFields,
  ...strideFields,
  ...dilationFields,
  { name: 'groups', bits: 24, bias: 1, doc: 'groups that the channels are divided into' },
])

/**
 * Two-dimensional convolution of an NHWC tensor with OHWI weights, with int32 accumulation modulo 2^32.
 *
 * Padding contributes zero, as if it held the zero point.
 */
export const conv2d = defineCompute({
  opcode: 0x11,
  mnemonic: 'CONV2D',
  summary:
    'output[n,oy,ox,o] = wrap32(bias[o] + sum_(ky,kx,i) (x[n,oy*strideH-padTop+ky*dilationH,ox*strideW-padLeft+kx*dilationW,g*I+i] - zeroPoint) * weights[o,ky,kx,i])',
  description: `Convolves with int32 accumulation modulo 2^32. Taps outside x contribute nothing. With G groups, input and
output channels are cut into G equal runs and output channel o reads only run g = o div (O / G) of the input, of I = C / G
channels.

An output dimension is floor((input + pads - ((K - 1) * dilation + 1)) / stride) + 1.

Halts with TypeMismatch unless x and weights are int8 and bias is int32 or none; with BadAttribute when the zero point is
outside -128..127; with ShapeMismatch unless x and weights have rank 4, C = I * groups, O is a multiple of groups, bias is of
shape [O], and the window is no larger than the padded input.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'zero point, pads, strides, dilations and groups' },
    { name: 'x', kind: 'tensor', doc: 'int8 [N,H,W,C]' },
    { name: 'weights', kind: 'tensor', doc: 'int8 [O,KH,KW,I], I = C / groups' },
    { name: 'bias', kind: 'optionalTensor', doc: 'int32 [O], or 0 for none' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32 [N,OH,OW,O]' },
  infer({ attributes, x, weights, bias }) {
    ensureConvolution({ attributes, x, weights, bias }, 4)
    const { groups } = attributes
    const [batch, , , channels] = x.shape as Shape & [number, number, number, number]
    const [outputs, tapsH, tapsW, depth] = weights.shape as Shape & [number, number, number, number]
    ensure(
      channels === depth * groups,
      'ShapeMismatch',
      `x has ${channels} channels, not ${groups} groups of the weights' ${depth}`,
    )
    ensure(outputs % groups === 0, 'ShapeMismatch', `${outputs} output channels do not divide into ${groups} groups`)
    ensureBias(bias, outputs)
    const { height, width } = window2D(x.shape, [tapsH, tapsW], attributes)
    return tensorType('int32', [batch, windowOutputSize(height), windowOutputSize(width), outputs])
  },
  reads({ attributes, x, weights, bias }) {
    const [, tapsH, tapsW, depth] = weights.shape as Shape & [number, number, number, number]
    // Taps of a row of the window are neighbours when they read all channels of neighbouring pixels.
    const areNeighbours = attributes.dilationW === 1 && attributes.groups === 1
    const ofX = areNeighbours ? { runs: tapsH, elements: tapsW * depth } : { runs: tapsH * tapsW, elements: depth }
    return [
      { of: x, ...ofX },
      { of: weights, runs: 1, elements: tapsH * tapsW * depth },
      ...(bias ? [oneElement(bias)] : []),
    ]
  },
  work({ attributes, weights }, output) {
    const { groups, padTop, padLeft, padBottom, padRight, strideH, strideW } = attributes
    const [outputs, tapsH, tapsW, channels] = weights.shape as Shape & [number, number, number, number]
    const [batch, height, width] = output.shape as Shape & [number, number, number]
    const rows = countOf(batch, height, width)
    const depth = countOf(tapsH, tapsW, channels)
    const product = contractionWork(groups, rows, outputs / groups, depth)
    // Rows of x are the patches already when each holds all channels of one pixel, in order.
    const pointwise =
      tapsH * tapsW * strideH * strideW === 1 && padTop + padLeft + padBottom + padRight === 0 && groups === 1
    if (pointwise) return product
    return { ...product, patchBytes: countOf(groups, rows, roundUp(depth, VECTOR_BYTES)) }
  },
  element({ attributes, x, weights, bias }, output) {
    const { zeroPoint, groups } = attributes
    const [, inputH, inputW, channels] = x.shape as Shape & [number, number, number, number]
    const [outputs, tapsH, tapsW, depth] = weights.shape as Shape & [number, number, number, number]
    const [, outputH, outputW] = output.shape as Shape & [number, number, number]
    const { height, width } = window2D(x.shape, [tapsH, tapsW], attributes)
    const outputsPerGroup = outputs / groups
    const tapStep = width.dilation * channels
    return (index) => {
      const position = Math.floor(index / outputs)
      const row = Math.floor(position / outputW)
      const batch = Math.floor(row / outputH)
      const o = index - position * outputs
      const oy = row - batch * outputH
      const ox = position - row * outputW
      const y = windowStart(height, oy)
      const x0 = windowStart(width, ox)
      const channel = Math.floor(o / outputsPerGroup) * depth
      const firstX = firstTap(width, x0)
      const endX = endTap(width, x0)
      const endY = endTap(height, y)
      let sum = bias ? (bias.data[o] as number) : 0
      for (let ky = firstTap(height, y); ky < endY; ky++) {
        const line = (batch * inputH + y + ky * height.dilation) * inputW
        let from = (line + x0 + firstX * width.dilation) * channels + channel
        let weight = ((o * tapsH + ky) * tapsW + firstX) * depth
        for (let kx = firstX; kx < endX; kx++) {
          for (let i = 0; i < depth; i++)
            sum = (sum + Math.imul((x.data[from + i] as number) - zeroPoint, weights.data[weight + i] as number)) | 0
          from += tapStep
          weight += depth
        }
      }
      return sum
    }
  },
})
