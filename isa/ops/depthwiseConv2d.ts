import { attributeLayout } from '../attributes.ts'
import { ensureBias, ensureConvolution, zeroPointField } from '../convolution.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { countOf, roundUp } from '../numeric.ts'
import { oneElement } from '../reach.ts'
import { type Shape, tensorType } from '../tensor.ts'
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

/** What beginning a row costs, in columns. */
const ROW_COLUMNS = 8
/** Channels that the production kernel treats at once. */
const DEPTHWISE_LANES = 8

const attributes = attributeLayout([zeroPointField, ...padFields, ...strideFields, ...dilationFields])

/**
 * Convolution of each channel of an NHWC tensor on its own, with int32 accumulation modulo 2^32.
 *
 * Padding contributes zero, as if it held the zero point.
 */
export const depthwiseConv2d = defineCompute({
  opcode: 0x12,
  mnemonic: 'DEPTHWISE_CONV2D',
  summary:
    'output[n,oy,ox,o] = wrap32(bias[o] + sum_(ky,kx) (x[n,oy*strideH-padTop+ky*dilationH,ox*strideW-padLeft+kx*dilationW,o div (O/C)] - zeroPoint) * weights[ky,kx,o])',
  description: `Convolves channel by channel with int32 accumulation modulo 2^32. Taps outside x contribute nothing. With O
output channels for C input channels, output channel o reads input channel o div (O / C).

An output dimension is floor((input + pads - ((K - 1) * dilation + 1)) / stride) + 1.

Halts with TypeMismatch unless x and weights are int8 and bias is int32 or none; with BadAttribute when the zero point is
outside -128..127; with ShapeMismatch unless x has rank 4, weights have rank 3, O is a multiple of C, bias is of shape [O],
and the window is no larger than the padded input.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'zero point, pads, strides and dilations' },
    { name: 'x', kind: 'tensor', doc: 'int8 [N,H,W,C]' },
    { name: 'weights', kind: 'tensor', doc: 'int8 [KH,KW,O]' },
    { name: 'bias', kind: 'optionalTensor', doc: 'int32 [O], or 0 for none' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32 [N,OH,OW,O]' },
  infer({ attributes, x, weights, bias }) {
    ensureConvolution({ attributes, x, weights, bias }, 3)
    const [batch, , , channels] = x.shape as Shape & [number, number, number, number]
    const [tapsH, tapsW, outputs] = weights.shape as Shape & [number, number, number]
    ensure(
      outputs % channels === 0,
      'ShapeMismatch',
      `${outputs} output channels are not a multiple of the ${channels} input channels`,
    )
    ensureBias(bias, outputs)
    const { height, width } = window2D(x.shape, [tapsH, tapsW], attributes)
    return tensorType('int32', [batch, windowOutputSize(height), windowOutputSize(width), outputs])
  },
  reads({ x, weights, bias }) {
    const [tapsH, tapsW] = weights.shape as Shape & [number, number]
    const taps = { runs: tapsH * tapsW, elements: 1 }
    return [{ of: x, ...taps }, { of: weights, ...taps }, ...(bias ? [oneElement(bias)] : [])]
  },
  work({ attributes, x, weights }, output) {
    const { strideH, strideW, dilationH, dilationW } = attributes
    const [tapsH, tapsW, outputs] = weights.shape as Shape & [number, number, number]
    const [batch, height, width] = output.shape as Shape & [number, number, number]
    const [, inputH, , channels] = x.shape as Shape & [number, number, number, number]
    const lanes = roundUp(outputs, DEPTHWISE_LANES)
    // Rows and columns from the first to the last that a window touches, without rows between windows.
    const extentH = (tapsH - 1) * dilationH + 1
    const extentW = (tapsW - 1) * dilationW + 1
    const rows = Math.min(inputH, countOf(height - 1, Math.min(strideH, extentH)) + extentH)
    const columns = countOf(width - 1, strideW) + extentW
    // Channels that several outputs read are copied to a lane for each.
    const copies = outputs === channels ? 1 : 2
    return {
      depthwiseMacs: countOf(batch, height, width, roundUp(tapsH * tapsW, 2), lanes),
      depthwiseOutputs: countOf(batch, height, width, lanes),
      depthwiseInputs: countOf(copies, batch, rows, columns + ROW_COLUMNS, lanes),
      depthwiseTaps: countOf(batch, height, tapsH, tapsW),
      depthwiseWeights: countOf(roundUp(tapsH * tapsW, 2), lanes),
    }
  },
  element({ attributes, x, weights, bias }, output) {
    const { zeroPoint } = attributes
    const [, inputH, inputW, channels] = x.shape as Shape & [number, number, number, number]
    const [tapsH, tapsW, outputs] = weights.shape as Shape & [number, number, number]
    const [, outputH, outputW] = output.shape as Shape & [number, number, number]
    const { height, width } = window2D(x.shape, [tapsH, tapsW], attributes)
    const multiplier = outputs / channels
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
      const channel = Math.floor(o / multiplier)
      const firstX = firstTap(width, x0)
      const endX = endTap(width, x0)
      const endY = endTap(height, y)
      let sum = bias ? (bias.data[o] as number) : 0
      for (let ky = firstTap(height, y); ky < endY; ky++) {
        const line = (batch * inputH + y + ky * height.dilation) * inputW
        let from = (line + x0 + firstX * width.dilation) * channels + channel
        let weight = (ky * tapsW + firstX) * outputs + o
        for (let kx = firstX; kx < endX; kx++) {
          sum = (sum + Math.imul((x.data[from] as number) - zeroPoint, weights.data[weight] as number)) | 0
          from += tapStep
          weight += outputs
        }
      }
      return sum
    }
  },
})
