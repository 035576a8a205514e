import { describe, expect, it } from 'vitest'
import {
  importSpec,
  int8s,
  ints,
  mnemonics,
  oneOperator,
  type Rounding,
  roundings,
  runSpec,
  saturate,
  scaled,
} from './reference.ts'
import type { ModelSpec, OperatorSpec, TensorSpec } from './writer.ts'

const f32 = Math.fround
const SAME = 0
const VALID = 1

type Window = {
  readonly padding: number
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
}

/** Padding before an axis and size of the output, as TFLite computes them. */
function windowAxis(size: number, kernel: number, stride: number, dilation: number, padding: number) {
  const extent = (kernel - 1) * dilation + 1
  const output = padding === SAME ? Math.ceil(size / stride) : Math.ceil((size - extent + 1) / stride)
  const total = padding === SAME ? Math.max((output - 1) * stride + extent - size, 0) : 0
  return { output, before: total >> 1 }
}

/** Accumulators of a convolution of one image, as a sum over every output, tap and input channel. */
function convolve(
  x: { data: readonly number[]; shape: readonly [number, number, number]; zeroPoint: number },
  kernel: readonly [number, number],
  outputs: number,
  { padding, stride, dilation }: Window,
  weightAt: (output: number, ky: number, kx: number, channel: number) => number,
  bias: readonly number[],
): { values: number[]; shape: number[] } {
  const [height, width, channels] = x.shape
  const vertical = windowAxis(height, kernel[0], stride[0], dilation[0], padding)
  const horizontal = windowAxis(width, kernel[1], stride[1], dilation[1], padding)
  const values: number[] = []
  for (let oy = 0; oy < vertical.output; oy++)
    for (let ox = 0; ox < horizontal.output; ox++)
      for (let output = 0; output < outputs; output++) {
        let sum = bias[output] ?? 0
        for (let ky = 0; ky < kernel[0]; ky++)
          for (let kx = 0; kx < kernel[1]; kx++) {
            const iy = oy * stride[0] + ky * dilation[0] - vertical.before
            const ix = ox * stride[1] + kx * dilation[1] - horizontal.before
            if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue
            for (let channel = 0; channel < channels; channel++) {
              const value = (x.data[(iy * width + ix) * channels + channel] as number) - x.zeroPoint
              sum += value * weightAt(output, ky, kx, channel)
            }
          }
        values.push(sum)
      }
  return { values, shape: [1, vertical.output, horizontal.output, outputs] }
}

const input = { shape: [1, 7, 6, 4], scale: f32(0.031), zeroPoint: -7 } as const
const data = int8s(7 * 6 * 4, 11)
const image = { data, shape: [7, 6, 4], zeroPoint: input.zeroPoint } as const
const output = { scale: f32(0.3), zeroPoint: 4 }

function finish(values: readonly number[], scales: readonly number[], rounding: Rounding, low = -128): number[] {
  return values.map((sum, index) => {
    const scale = scales[index % scales.length] as number
    return saturate(scaled(sum, (input.scale * scale) / output.scale, rounding) + output.zeroPoint, low)
  })
}

const windows: readonly (Window & { name: string })[] = [
  { name: 'SAME, stride 2', padding: SAME, stride: [2, 2], dilation: [1, 1] },
  { name: 'VALID, stride 1 and 2', padding: VALID, stride: [1, 2], dilation: [1, 1] },
  { name: 'SAME, dilation 2 and 3', padding: SAME, stride: [1, 1], dilation: [2, 3] },
]

describe.each(windows)('$name', (window) => {
  const options = {
    padding: window.padding,
    strideH: window.stride[0],
    strideW: window.stride[1],
    dilationH: window.dilation[0],
    dilationW: window.dilation[1],
  }
  it.each(roundings)('CONV_2D by channel, with bias and a fused RELU, %s rounding', (rounding) => {
    const scales = [0.02, 0.05, 0.011].map(f32)
    const weights = int8s(3 * 3 * 2 * 4, 12)
    const bias = [100, -2000, 1 << 20]
    const at = (o: number, ky: number, kx: number, c: number) => weights[((o * 3 + ky) * 2 + kx) * 4 + c] as number
    const { values, shape } = convolve(image, [3, 2], 3, window, at, bias)
    const spec = oneOperator(
      'CONV_2D',
      {
        input,
        weights: { shape: [3, 3, 2, 4], data: weights, scale: scales },
        bias: { type: 'INT32', shape: [3], data: bias },
      },
      { y: { shape, ...output } },
      { ...options, activation: 1 },
    )
    expect(runSpec(spec, [data], rounding)).toEqual([finish(values, scales, rounding, output.zeroPoint)])
  })

  it('CONV_2D in groups, without bias, one scale', () => {
    const weights = int8s(4 * 3 * 3 * 2, 13)
    const at = (o: number, ky: number, kx: number, c: number) =>
      Math.floor(c / 2) === Math.floor(o / 2) ? (weights[((o * 3 + ky) * 3 + kx) * 2 + (c % 2)] as number) : 0
    const { values, shape } = convolve(image, [3, 3], 4, window, at, [])
    const spec = oneOperator(
      'CONV_2D',
      { input, weights: { shape: [4, 3, 3, 2], data: weights, scale: f32(0.02) } },
      { y: { shape, ...output } },
      options,
    )
    expect(runSpec(spec, [data])).toEqual([finish(values, [f32(0.02)], 'double')])
  })

  it('DEPTHWISE_CONV_2D with a multiplier', () => {
    const weights = int8s(3 * 2 * 8, 14)
    const scales = Array.from({ length: 8 }, (_, index) => f32(0.01 + index / 500))
    const at = (o: number, ky: number, kx: number, c: number) =>
      c === o >> 1 ? (weights[(ky * 2 + kx) * 8 + o] as number) : 0
    const { values, shape } = convolve(image, [3, 2], 8, window, at, [])
    const spec = oneOperator(
      'DEPTHWISE_CONV_2D',
      { input, weights: { shape: [1, 3, 2, 8], data: weights, scale: scales, dimension: 3 } },
      { y: { shape, ...output } },
      { ...options, multiplier: 2 },
    )
    expect(runSpec(spec, [data])).toEqual([finish(values, scales, 'double')])
  })
})

describe('PAD before a convolution', () => {
  const pads = [0, 0, 1, 2, 0, 3, 0, 0]
  const padded = { shape: [1, 10, 9, 4], scale: input.scale, zeroPoint: input.zeroPoint }
  const weights = { shape: [2, 3, 3, 4], data: int8s(72, 15), scale: f32(0.02) }
  const spec = (fill: TensorSpec | undefined): ModelSpec => ({
    tensors: {
      input,
      pads: { type: 'INT32', shape: [4, 2], data: pads },
      ...(fill ? { fill } : {}),
      padded,
      weights,
      y: { shape: [1, 8, 7, 2], ...output },
    },
    operators: [
      { name: fill ? 'PADV2' : 'PAD', inputs: ['input', 'pads', ...(fill ? ['fill'] : [])], outputs: ['padded'] },
      {
        name: 'CONV_2D',
        inputs: ['padded', 'weights', ''],
        outputs: ['y'],
        options: { padding: VALID, strideH: 1, strideW: 1 },
      },
    ],
    inputs: ['input'],
    outputs: ['y'],
  })
  const expected = (fill: number) => {
    const filled = Array.from({ length: 10 * 9 * 4 }, (_, index) => {
      const [y, x, c] = [Math.floor(index / 36) - 1, Math.floor(index / 4) % 9, index % 4]
      return y >= 0 && y < 7 && x < 6 ? (data[(y * 6 + x) * 4 + c] as number) : fill
    })
    const at = (o: number, ky: number, kx: number, c: number) => weights.data[((o * 3 + ky) * 3 + kx) * 4 + c] as number
    const window = { padding: VALID, stride: [1, 1], dilation: [1, 1] } as const
    const { values } = convolve({ ...image, data: filled, shape: [10, 9, 4] }, [3, 3], 2, window, at, [])
    return finish(values, [weights.scale], 'double')
  }

  it('goes into its pads', () => {
    expect(mnemonics(importSpec(spec(undefined)).program)).toEqual(['CONV2D', 'RESCALE'])
    expect(runSpec(spec(undefined), [data])).toEqual([expected(input.zeroPoint)])
  })

  it('stays where it is not by the zero point', () => {
    const fill = { shape: [1], data: [50], scale: input.scale, zeroPoint: input.zeroPoint }
    expect(mnemonics(importSpec(spec(fill)).program)).toEqual(['PAD', 'CONV2D', 'RESCALE'])
    expect(runSpec(spec(fill), [data])).toEqual([expected(50)])
  })

  it('stays where the convolution reads its input by another zero point', () => {
    const { tensors, operators, ...rest } = spec(undefined)
    const model: ModelSpec = {
      ...rest,
      tensors: { ...tensors, renamed: { ...padded, zeroPoint: 9 }, size: ints(1, 10, 9, 4) },
      operators: [
        operators[0] as OperatorSpec,
        { name: 'RESHAPE', inputs: ['padded', 'size'], outputs: ['renamed'] },
        { ...(operators[1] as OperatorSpec), inputs: ['renamed', 'weights', ''] },
      ],
    }
    expect(mnemonics(importSpec(model).program)).toEqual(['PAD', 'CONV2D', 'RESCALE'])
  })
})

describe('TRANSPOSE_CONV', () => {
  it.each([
    ['SAME', SAME, [1, 8, 6, 2]],
    ['VALID', VALID, [1, 9, 7, 2]],
  ])('%s, stride 2', (_, padding, shape) => {
    const x = { shape: [1, 4, 3, 2], scale: input.scale, zeroPoint: 3 }
    const values = int8s(24, 16)
    const weights = int8s(2 * 3 * 3 * 2, 17)
    const bias = [50, -70]
    const [, height, width] = shape as [number, number, number, number]
    const cutBefore = (size: number) =>
      padding === SAME ? Math.max((Math.ceil(size / 2) - 1) * 2 + 3 - size, 0) >> 1 : 0
    const sums = Array.from({ length: height * width * 2 }, (_value, index) => bias[index % 2] as number)
    for (let iy = 0; iy < 4; iy++)
      for (let ix = 0; ix < 3; ix++)
        for (let ky = 0; ky < 3; ky++)
          for (let kx = 0; kx < 3; kx++) {
            const [oy, ox] = [iy * 2 + ky - cutBefore(height), ix * 2 + kx - cutBefore(width)]
            if (oy < 0 || oy >= height || ox < 0 || ox >= width) continue
            for (let o = 0; o < 2; o++)
              for (let c = 0; c < 2; c++) {
                const at = (oy * width + ox) * 2 + o
                const product =
                  ((values[(iy * 3 + ix) * 2 + c] as number) - x.zeroPoint) *
                  (weights[((o * 3 + ky) * 3 + kx) * 2 + c] as number)
                sums[at] = (sums[at] as number) + product
              }
          }
    const spec = oneOperator(
      'TRANSPOSE_CONV',
      {
        size: ints(...shape),
        weights: { shape: [2, 3, 3, 2], data: weights, scale: f32(0.02) },
        x,
        bias: { type: 'INT32', shape: [2], data: bias },
      },
      { y: { shape, ...output } },
      { padding, strideH: 2, strideW: 2 },
    )
    expect(runSpec(spec, [values])).toEqual([finish(sums, [f32(0.02)], 'double')])
  })
})
