import { attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { LINE_ELEMENTS, PRODUCT_STEPS, packedBytes, paddedOutputs, tileColumns, tileDepth } from '../contraction.ts'
import { ensureBias, ensureConvolution, zeroPointField } from '../convolution.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { countOf } from '../numeric.ts'
import { oneElement } from '../reach.ts'
import { MAX_DIMENSION, type Shape, tensorType } from '../tensor.ts'
import { strideFields } from '../window.ts'

const attributes = attributeLayout([
  zeroPointField,
  { name: 'padTop', bits: 16, doc: 'rows of the full result cut off above' },
  { name: 'padLeft', bits: 16, doc: 'columns of the full result cut off at the left' },
  ...strideFields,
  { name: 'outputH', bits: 24, doc: 'height of the output' },
  { name: 'outputW', bits: 24, doc: 'width of the output' },
])

/**
 * Where an output position is written from along one axis: input i with tap `position + pad - i * stride`.
 *
 * @returns the first and the last input whose tap lies in the window; none when first > last
 */
function sources(position: number, window: number, stride: number, input: number): readonly [number, number] {
  return [Math.max(0, Math.ceil((position - window + 1) / stride)), Math.min(input - 1, Math.floor(position / stride))]
}

/**
 * How outputs along one axis fall into phases: positions that are the same modulo the stride read the same taps.
 *
 * @returns `phases` and `taps`: of the phases that have both; `positions`: outputs in them; `reads`: pairs of an output and a tap
 */
function phasesOf(output: number, pad: number, stride: number, window: number) {
  const rest = window % stride
  /** Positions from `pad` on, `count` of them, that are less than `part` modulo the stride. */
  const below = (part: number, count: number) => {
    const upTo = (end: number) => Math.floor(end / stride) * part + Math.min(end % stride, part)
    return upTo(pad + count) - upTo(pad)
  }
  const positionsOf = (count: number) => below(Math.min(stride, window), count)
  const readsOf = (count: number) => count * Math.floor(window / stride) + below(rest, count)
  const period = Math.min(output, stride)
  return { phases: positionsOf(period), taps: readsOf(period), positions: positionsOf(output), reads: readsOf(output) }
}

/** Transposed convolution: every input pixel adds its own multiple of the kernel to the output. */
export const transposeConv2d = defineCompute({
  opcode: 0x13,
  mnemonic: 'TRANSPOSE_CONV2D',
  summary:
    'output[n,oy,ox,o] = wrap32(bias[o] + sum over (iy,ky,ix,kx,i) with iy*strideH-padTop+ky = oy and ix*strideW-padLeft+kx = ox of (x[n,iy,ix,i] - zeroPoint) * weights[o,ky,kx,i])',
  description: `Every input pixel adds its multiple of the kernel to the output, at a distance of the strides; what falls
outside the output is dropped, and what nothing reaches holds the bias. Accumulation is int32 modulo 2^32.

Halts with TypeMismatch unless x and weights are int8 and bias is int32 or none; with BadAttribute when the zero point is
outside -128..127 or outputH or outputW is 0; with ShapeMismatch unless x and weights have rank 4, C is that of the weights,
and bias is of shape [O].`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'zero point, pads, strides and output size' },
    { name: 'x', kind: 'tensor', doc: 'int8 [N,H,W,C]' },
    { name: 'weights', kind: 'tensor', doc: 'int8 [O,KH,KW,C]' },
    { name: 'bias', kind: 'optionalTensor', doc: 'int32 [O], or 0 for none' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32 [N,outputH,outputW,O]' },
  infer({ attributes, x, weights, bias }) {
    ensureConvolution({ attributes, x, weights, bias }, 4)
    const { outputH, outputW } = attributes
    ensureAttribute('outputH', outputH, 1, MAX_DIMENSION)
    ensureAttribute('outputW', outputW, 1, MAX_DIMENSION)
    const [batch, , , channels] = x.shape as Shape & [number, number, number, number]
    const [outputs, , , depth] = weights.shape as Shape & [number, number, number, number]
    ensure(channels === depth, 'ShapeMismatch', `x has ${channels} channels, weights have ${depth}`)
    ensureBias(bias, outputs)
    return tensorType('int32', [batch, outputH, outputW, outputs])
  },
  reads({ attributes, x, weights, bias }) {
    const [, tapsH, tapsW, channels] = weights.shape as Shape & [number, number, number, number]
    const rows = Math.ceil(tapsH / attributes.strideH)
    const columns = Math.ceil(tapsW / attributes.strideW)
    return [
      { of: x, runs: rows, elements: columns * channels },
      { of: weights, runs: rows * columns, elements: channels },
      ...(bias ? [oneElement(bias)] : []),
    ]
  },
  work({ attributes, x, weights }, output) {
    const [batch, , , channels] = x.shape as Shape & [number, number, number, number]
    const [outputs, tapsH, tapsW] = weights.shape as Shape & [number, number, number]
    const [, outputH, outputW] = output.shape as Shape & [number, number, number]
    const height = phasesOf(outputH, attributes.padTop, attributes.strideH, tapsH)
    const width = phasesOf(outputW, attributes.padLeft, attributes.strideW, tapsW)
    const phases = height.phases * width.phases
    // Pixels of a whole number of pairs make one run.
    const rowDepth =
      channels % 2 === 0 ? width.reads * channels + tileDepth(width.positions, 0) : tileDepth(width.reads, channels)
    const lines = height.positions + height.taps - height.phases
    const columns = width.positions + width.taps - width.phases
    const written = countOf(batch, height.positions, width.positions)
    return {
      tileMacs: countOf(batch, height.reads, rowDepth, tileColumns(outputs)),
      tileOutputs: paddedOutputs(written, outputs, phases > 1),
      panelBytes: packedBytes(1, outputs, height.taps * width.taps, channels),
      widenedElements: countOf(batch, lines, columns * channels + LINE_ELEMENTS * width.phases),
      productSteps: countOf(batch, phases, PRODUCT_STEPS),
    }
  },
  element({ attributes, x, weights, bias }, output) {
    const { zeroPoint, padTop, padLeft, strideH, strideW } = attributes
    const [, inputH, inputW, channels] = x.shape as Shape & [number, number, number, number]
    const [outputs, tapsH, tapsW] = weights.shape as Shape & [number, number, number]
    const [, outputH, outputW] = output.shape as Shape & [number, number, number]
    return (index) => {
      const position = Math.floor(index / outputs)
      const row = Math.floor(position / outputW)
      const batch = Math.floor(row / outputH)
      const o = index - position * outputs
      const oy = row - batch * outputH + padTop
      const ox = position - row * outputW + padLeft
      const [firstY, lastY] = sources(oy, tapsH, strideH, inputH)
      const [firstX, lastX] = sources(ox, tapsW, strideW, inputW)
      let sum = bias ? (bias.data[o] as number) : 0
      for (let iy = firstY; iy <= lastY; iy++) {
        const ky = oy - iy * strideH
        for (let ix = firstX; ix <= lastX; ix++) {
          const kx = ox - ix * strideW
          const from = ((batch * inputH + iy) * inputW + ix) * channels
          const weight = ((o * tapsH + ky) * tapsW + kx) * channels
          for (let i = 0; i < channels; i++)
            sum = (sum + Math.imul((x.data[from + i] as number) - zeroPoint, weights.data[weight + i] as number)) | 0
        }
      }
      return sum
    }
  },
})
