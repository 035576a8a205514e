import { attributeLayout } from '../attributes.ts'
import { LINE_ELEMENTS, matrixWork, PRODUCT_STEPS, tileWork } from '../contraction.ts'
import { ensureBias, ensureConvolution, zeroPointField } from '../convolution.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { countOf, MAX_COUNT, roundUp } from '../numeric.ts'
import { oneElement } from '../reach.ts'
import { elementCount, type Shape, tensorType } from '../tensor.ts'
import { VECTOR_BYTES } from '../tiles.ts'
import {
  dilationFields,
  endTap,
  extentOf,
  firstTap,
  padFields,
  strideFields,
  type WindowAxis,
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

/** Output channels that cost as much as one. */
const LEAST_OUTPUTS = 4
/** Most channels of groups that are multiplied together. */
const UNIT_CHANNELS = 8
/** Most values that a window spans where x is widened line by line. */
const MAX_WINDOW = 2 ** 18
/** What finding a run of neighbours that lies apart costs, in elements. */
const RUN_ELEMENTS = 128

/**
 * Most pairs of a position and a tap along one axis that read the input: each tap at most at every position, and at as many
 * as there are strides in the input; each position likewise.
 */
function mostReads({ input, window, stride, dilation }: WindowAxis, positions: number): number {
  return Math.min(
    countOf(window, Math.min(positions, Math.ceil(input / stride))),
    countOf(positions, Math.min(window, Math.ceil(input / dilation))),
  )
}

/** Most positions of a window without dilation that reach the input. */
function positionsInside({ input, window, stride }: WindowAxis, positions: number): number {
  return Math.min(positions, Math.ceil((input + window - 1) / stride))
}

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
  work({ attributes, x, weights }, output) {
    const { groups, padTop, padLeft, padBottom, padRight, strideH, strideW, dilationW } = attributes
    const [outputs, tapsH, tapsW, depth] = weights.shape as Shape & [number, number, number, number]
    const [batch, outputH, outputW] = output.shape as Shape & [number, number, number]
    const channels = x.shape[3] as number
    const rows = countOf(batch, outputH, outputW)
    // Rows of x are those of a matrix when each holds all channels of one pixel, in order.
    const isPointwise =
      tapsH * tapsW * strideH * strideW * groups === 1 && padTop + padLeft + padBottom + padRight === 0
    if (isPointwise) {
      const [left, right] = [elementCount(x.shape), elementCount(weights.shape)]
      return matrixWork({ count: 1, rows, columns: outputs, depth: channels, left, right, isByte: true })
    }
    const { height, width } = window2D(x.shape, [tapsH, tapsW], attributes)
    const isRun = groups === 1 && dilationW === 1
    const runs = isRun ? tapsH : tapsH * tapsW
    // Groups of few channels are multiplied together.
    const outputsOfGroup = outputs / groups
    const together = Math.min(Math.floor(LEAST_OUTPUTS / outputsOfGroup), Math.floor(UNIT_CHANNELS / depth))
    const unitGroups = Math.min(groups, Math.max(1, together))
    const units = Math.ceil(groups / unitGroups)
    const product = tileWork({
      count: units,
      rows,
      columns: unitGroups * outputsOfGroup,
      pieces: runs,
      depth: isRun ? tapsW * channels : unitGroups * depth,
      areBetween: units > 1,
    })

    const lines = (outputH - 1) * Math.min(strideH, extentOf(height)) + extentOf(height)
    const columns = (outputW - 1) * strideW + extentOf(width)
    const runElements = roundUp(isRun ? tapsW * channels : channels, VECTOR_BYTES)
    const linesElements = countOf(lines, columns, channels)
    const patchesElements = countOf(outputH, outputW, runs, runElements + RUN_ELEMENTS)
    if (extentOf(height) * extentOf(width) * channels > MAX_WINDOW || linesElements > patchesElements) {
      const found = countOf(
        batch,
        mostReads(height, outputH),
        isRun ? positionsInside(width, outputW) : mostReads(width, outputW),
      )
      const elements = countOf(rows, runs, runElements) + countOf(found, RUN_ELEMENTS)
      return { ...product, widenedElements: Math.min(elements, MAX_COUNT) }
    }
    const lineElements = roundUp(columns * channels, VECTOR_BYTES) + LINE_ELEMENTS
    return {
      ...product,
      widenedElements: countOf(batch, lines, lineElements),
      productSteps: countOf(batch, units, PRODUCT_STEPS),
    }
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
