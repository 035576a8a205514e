import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ROUND_DOUBLE, ROUND_SINGLE, tensorOf } from '../../../isa/index.ts'
import type { Quantization } from '../../../model/quantization.ts'
import type { FloatGraph, Layer } from '../../../model/quantizer/floatGraph.ts'
import { dequantizeValues, quantizationOf, quantize, quantizeValues } from '../../../model/quantizer/quantize.ts'
import { floats, lastOf, linear, mnemonics, numbers, randomTensor, rangeOf, relu, run } from './networks.ts'

describe('quantization of a range', () => {
  it.each([
    [0, 255, 1, -128],
    [-128, 127, 1, 0],
    [-255, 0, 1, 127],
    [-64, 191, 1, -64],
    [0, 0, 1, -128],
  ])('[%d, %d] has scale %d and zero point %d', (min, max, scale, zeroPoint) => {
    expect(quantizationOf({ min, max })).toEqual({ scale, zeroPoint })
  })

  it('rounds to nearest, halves away from zero, and saturates', () => {
    const quantization = { scale: 0.5, zeroPoint: 10 }
    expect([...quantizeValues([0, 0.25, -0.25, 0.2, 1, 1000, -1000], quantization)]).toEqual([
      10, 11, 9, 10, 12, 127, -128,
    ])
    expect([...dequantizeValues([10, 12, -128], quantization)]).toEqual([0, 1, -69])
  })
})

describe('quantize', () => {
  const dense = (
    weights: readonly (readonly number[])[],
    bias: readonly number[],
    activation: 'none' | 'relu' | 'relu6',
  ) =>
    ({
      name: 'dense',
      op: 'dense',
      weights: floats([weights.length, weights[0]?.length ?? 0], weights.flat()),
      bias: Float32Array.from(bias),
      activation,
    }) as const

  it('quantizes a dense layer as computed by hand', () => {
    // Input scale 1, zero point -128. Weight scales 1 and 2, so biases count in steps of 1 and 2.
    const graph: FloatGraph = {
      inputShape: [1, 2],
      layers: [
        dense(
          [
            [1, 127],
            [-254, 2],
          ],
          [5, 6],
          'none',
        ),
      ],
    }
    const { program, input, output } = quantize(graph, [
      Float32Array.of(255, 0),
      Float32Array.of(1, 0),
      Float32Array.of(0, 255),
    ])
    expect(input).toEqual({ scale: 1, zeroPoint: -128 })
    expect(mnemonics(program)).toEqual(['MATMUL', 'RESCALE'])
    const [weights, bias] = program.constants
    expect(weights).toEqual(tensorOf('int8', [2, 2], [1, 127, -127, 1]))
    expect(bias).toEqual(tensorOf('int32', [2], [5, 3]))
    // Reals -64764..32390 of 255 steps: scale 381, zero point 42.
    expect(output.scale).toBeCloseTo(97154 / 255, 3)
    expect(output.zeroPoint).toBe(42)
    // x = (100, 50): 100 + 6350 + 5 = 6455 is 16.94 steps; -25400 + 100 + 6 = -25294 is -66.4 steps.
    expect([...run(program, Int8Array.of(-28, -78))]).toEqual([42 + 17, 42 - 66])
  })

  it('keeps zero exact and applies relu6 in the rescaling', () => {
    const graph: FloatGraph = { inputShape: [1, 1], layers: [dense([[1], [-1]], [0, 0], 'relu6')] }
    const { program, output } = quantize(graph, [Float32Array.of(-8), Float32Array.of(8)])
    expect(output).toEqual({ scale: Math.fround(6 / 255), zeroPoint: -128 })
    const { zeroPoint } = quantizationOf({ min: -8, max: 8 })
    expect([...run(program, Int8Array.of(zeroPoint))]).toEqual([-128, -128])
    expect([...run(program, Int8Array.of(127))]).toEqual([127, -128])
    expect([...run(program, Int8Array.of(-128))]).toEqual([-128, 127])
  })

  it('clamps at 6 where calibration saw only zeros', () => {
    const graph: FloatGraph = { inputShape: [1, 2], layers: [dense([[1, -5]], [0], 'relu6')] }
    const { program, input, output } = quantize(graph, [Float32Array.of(8, 8), Float32Array.of(0, 0)])
    expect(output).toEqual({ scale: 1, zeroPoint: -128 })
    expect([...run(program, quantizeValues([8, 0], input))]).toEqual([-128 + 6])
    expect([...run(program, quantizeValues([0, 8], input))]).toEqual([-128])
  })

  it('keeps a bias beside weights of zero, tiny or absent', () => {
    const graph: FloatGraph = { inputShape: [1, 1], layers: [dense([[0], [1e-30], [0], [1]], [100, -3, 0, 0], 'none')] }
    const { program, output } = quantize(graph, [Float32Array.of(1)])
    const real = dequantizeValues(run(program, Int8Array.of(127)), output)
    const expected = [100, -3, 0, 1]
    real.forEach((value, index) => {
      expect(Math.abs(value - (expected[index] as number))).toBeLessThanOrEqual(output.scale / 2 + 1e-6)
    })
  })

  it('lowers every layer to the instruction that does it', () => {
    const next = numbers(7)
    const graph: FloatGraph = {
      inputShape: [1, 8, 8, 2],
      layers: [
        {
          name: 'conv',
          op: 'conv2d',
          weights: randomTensor([4, 3, 3, 2], next),
          bias: randomTensor([4], next).data,
          stride: [1, 1],
          padding: 'same',
          ...relu,
        },
        {
          name: 'depthwise',
          op: 'depthwiseConv2d',
          weights: randomTensor([3, 3, 4], next),
          bias: randomTensor([4], next).data,
          stride: [1, 1],
          padding: 'same',
          ...linear,
        },
        { name: 'residual', op: 'add', other: 1, ...relu },
        { name: 'max', op: 'maxPool', window: [2, 2], stride: [2, 2], padding: 'valid' },
        { name: 'avg', op: 'avgPool', window: [2, 2], stride: [1, 1], padding: 'same' },
        { name: 'mean', op: 'globalAveragePool' },
        { name: 'flat', op: 'flatten' },
        { name: 'shape', op: 'reshape', shape: [1, 2, 2] },
        { name: 'soft', op: 'softmax' },
      ],
    }
    const sample = randomTensor(graph.inputShape, next).data
    const { program, output, report } = quantize(graph, [sample])
    expect(mnemonics(program)).toEqual([
      'CONV2D',
      'RESCALE',
      'DEPTHWISE_CONV2D',
      'RESCALE',
      'RESCALE',
      'RESCALE',
      'TADD',
      'RESCALE',
      'MAX_POOL2D',
      'AVG_POOL2D',
      'REDUCE_SUM',
      'RESCALE',
      'RESHAPE',
      'SOFTMAX',
    ])
    expect(output).toEqual({ scale: 1 / 256, zeroPoint: -128 })
    expect(report.map(({ name }) => name)).toEqual(graph.layers.map(({ name }) => name))
    expect(report[3]?.scale).toBe(report[2]?.scale)
    expect(report[5]?.scale).not.toBe(report[4]?.scale)
    const int8 = dequantizeValues(run(program, quantizeValues(sample, quantizationOf(rangeOf(sample)))), output)
    lastOf(graph, sample).forEach((value, index) => {
      expect(Math.abs(value - (int8[index] as number))).toBeLessThan(0.02)
    })
  })

  it('refuses no samples, samples of another size, numbers that are not finite and sums that overflow', () => {
    const graph: FloatGraph = { inputShape: [1, 1], layers: [dense([[1]], [0], 'none')] }
    expect(() => quantize(graph, [])).toThrow('calibration: at least one sample is needed')
    expect(() => quantize(graph, [new Float32Array(2)])).toThrow('input: 2 numbers')
    expect(() => quantize(graph, [Float32Array.of(Number.NaN)])).toThrow('calibration: value 0 is NaN')
    const wide: FloatGraph = { inputShape: [1, 40000], layers: [dense([new Array(40000).fill(1)], [0], 'none')] }
    expect(() => quantize(wide, [new Float32Array(40000)])).toThrow('layer dense: 40000 weights a channel')
  })
})

describe('error of a single layer', () => {
  /**
   * Largest error of one layer on inputs that int8 represents exactly: each weight and the bias are off by half a step of
   * theirs, and RESCALE by a step (half by rounding to nearest; rounding twice and the multiplier's 31 bits add less).
   */
  function bound(layer: Layer, input: Float32Array, inputQuantization: Quantization, output: Quantization): number {
    if (!('weights' in layer)) return output.scale
    const perChannel = layer.weights.data.length / layer.bias.length
    const largestWeight = Math.max(...layer.weights.data.map(Math.abs))
    const largestInput = Math.max(...input.map(Math.abs))
    const weightStep = Math.max(largestWeight / 127, 1e-9)
    return output.scale + (perChannel * largestInput * weightStep) / 2 + (inputQuantization.scale * weightStep) / 2
  }

  /**
   * Pixels from -128 to 127 under a scale so short that their real values are exact in float32: calibration on those finds
   * the same quantization again.
   */
  function pixelsOfFullRange(count: number, next: () => number): { input: Quantization; pixels: Int8Array } {
    const integer = (min: number, max: number) => min + Math.floor(((next() + 1) / 2) * (max - min + 1))
    const input = { scale: integer(1, 255) / 8192, zeroPoint: integer(-128, 127) }
    const between = Array.from({ length: count - 2 }, () => integer(-128, 127))
    return { input, pixels: Int8Array.of(-128, ...between, 127) }
  }

  const layers = (next: () => number): Layer[] => [
    {
      name: 'conv',
      op: 'conv2d',
      weights: randomTensor([3, 3, 2, 2], next),
      bias: randomTensor([3], next).data,
      stride: [2, 1],
      padding: 'same',
      ...relu,
    },
    {
      name: 'depthwise',
      op: 'depthwiseConv2d',
      weights: randomTensor([2, 3, 4], next),
      bias: randomTensor([4], next).data,
      stride: [1, 2],
      padding: 'valid',
      activation: 'relu6',
    },
    { name: 'max', op: 'maxPool', window: [3, 2], stride: [2, 2], padding: 'same' },
    { name: 'avg', op: 'avgPool', window: [3, 3], stride: [2, 2], padding: 'same' },
    { name: 'mean', op: 'globalAveragePool' },
    { name: 'add', op: 'add', other: 0, ...relu },
  ]

  it.each([
    ['double', ROUND_DOUBLE],
    ['single', ROUND_SINGLE],
  ] as const)('stays within half a step of each operand, rounding %s', (_, rounding) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 5 }), (seed, which) => {
        const next = numbers(seed)
        const layer = layers(next)[which] as Layer
        const graph: FloatGraph = { inputShape: [1, 5, 6, 2], layers: [layer] }
        const { input, pixels } = pixelsOfFullRange(60, next)
        const exact = dequantizeValues(pixels, input)
        const quantized = quantize(graph, [exact], { rounding })
        expect(quantized.input).toEqual(input)
        const actual = dequantizeValues(run(quantized.program, pixels), quantized.output)
        const limit = bound(layer, exact, input, quantized.output)
        return lastOf(graph, exact).every((value, index) => Math.abs(value - (actual[index] as number)) <= limit)
      }),
      { numRuns: 200 },
    )
  })
})
