import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Digit, heldOutDigits, PIXEL_QUANTIZATION, trainingDigits } from '../../examples/mnist/digits.ts'
import { elementCount, ROUND_DOUBLE, ROUND_SINGLE, type Shape, tensorOf } from '../../isa/index.ts'
import { decodeModel } from '../../model/file.ts'
import { evaluateFloat } from '../../model/floatEvaluate.ts'
import { countMacs, type FloatGraph, type FloatTensor, type Layer } from '../../model/floatGraph.ts'
import { interpret } from '../../model/interpreter.ts'
import type { Program } from '../../model/program.ts'
import type { Quantization } from '../../model/quantization.ts'
import { dequantizeValues, quantizationOf, quantize, quantizeValues } from '../../model/quantize.ts'

function floats(shape: Shape, values: ArrayLike<number>): FloatTensor {
  return { shape, data: Float32Array.from(values) }
}

/** Numbers in [-1, 1) that follow from a seed. */
function numbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 31 - 1
  }
}

function randomTensor(shape: Shape, next: () => number): FloatTensor {
  return floats(shape, Array.from({ length: elementCount(shape) }, next))
}

function run(program: Program, pixels: Int8Array): Int8Array {
  const [output] = interpret(program, [tensorOf('int8', program.inputs[0]?.shape ?? [], pixels)])
  return output?.data as Int8Array
}

function argmax(values: ArrayLike<number>): number {
  return Array.from(values).reduce((best, value, index, all) => (value > (all[best] as number) ? index : best), 0)
}

function mnemonics({ steps }: Program): string[] {
  return steps.map(({ instruction }) => instruction.mnemonic)
}

function lastOf(graph: FloatGraph, input: Float32Array): Float32Array {
  return evaluateFloat(graph, input).at(-1)?.data as Float32Array
}

const relu = { activation: 'relu' } as const
const linear = { activation: 'none' } as const
const sliding = { stride: [1, 1], padding: 'valid' } as const

describe('float evaluator', () => {
  const layer = (shape: Shape, layer: Layer, values: readonly number[]) => [
    ...lastOf({ inputShape: shape, layers: [layer] }, Float32Array.from(values)),
  ]
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9]

  it('convolves without padding', () => {
    const weights = floats([1, 2, 2, 1], [1, 0, 0, -1])
    const conv: Layer = { name: 'c', op: 'conv2d', weights, bias: Float32Array.of(10), ...sliding, ...linear }
    expect(layer([1, 3, 3, 1], conv, image)).toEqual([6, 6, 6, 6])
  })

  it('pads the odd row and column at the end', () => {
    const weights = floats([1, 2, 2, 1], [1, 10, 100, 1000])
    const conv: Layer = {
      name: 'c',
      op: 'conv2d',
      weights,
      bias: Float32Array.of(0),
      stride: [1, 1],
      padding: 'same',
      ...linear,
    }
    expect(layer([1, 3, 3, 1], conv, image)).toEqual([5421, 6532, 603, 8754, 9865, 906, 87, 98, 9])
  })

  it('reads one input channel for each output channel of a depthwise convolution', () => {
    const weights = floats([1, 1, 4], [1, 2, 3, 4])
    const bias = Float32Array.of(0, 0, 0, 0.5)
    const conv: Layer = { name: 'd', op: 'depthwiseConv2d', weights, bias, ...sliding, ...linear }
    expect(layer([1, 1, 2, 2], conv, [1, 10, 2, 20])).toEqual([1, 2, 30, 40.5, 2, 4, 60, 80.5])
  })

  it('averages only positions inside the image', () => {
    const pool: Layer = { name: 'p', op: 'avgPool', window: [2, 2], stride: [2, 2], padding: 'same' }
    expect(layer([1, 3, 3, 1], pool, image)).toEqual([3, 4.5, 7.5, 9])
    expect(layer([1, 3, 3, 1], { ...pool, op: 'maxPool' }, image)).toEqual([5, 6, 8, 9])
  })

  it('adds, clamps, pools and normalises', () => {
    const add: Layer = { name: 'a', op: 'add', other: 0, activation: 'relu6' }
    expect(layer([1, 4], add, [-1, 2, 3, 4])).toEqual([0, 4, 6, 6])
    expect(layer([1, 2, 1, 2], { name: 'g', op: 'globalAveragePool' }, [1, 10, 3, 30])).toEqual([2, 20])
    const [a, b] = layer([1, 2], { name: 's', op: 'softmax' }, [Math.log(3), 0])
    expect(a).toBeCloseTo(0.75, 6)
    expect(b).toBeCloseTo(0.25, 6)
  })

  it('counts a product for each output and weight', () => {
    const weights = floats([2, 3, 3, 1], new Array(18).fill(0))
    const conv: Layer = { name: 'c', op: 'conv2d', weights, bias: new Float32Array(2), ...sliding, ...relu }
    expect(countMacs({ inputShape: [1, 5, 5, 1], layers: [conv] })).toBe(3 * 3 * 2 * 9)
  })

  it('names the layer that does not fit', () => {
    const dense: Layer = {
      name: 'head',
      op: 'dense',
      weights: floats([2, 3], new Array(6).fill(1)),
      bias: new Float32Array(2),
      ...relu,
    }
    const graph = (layer: Layer, inputShape: Shape): FloatGraph => ({ inputShape, layers: [layer] })
    expect(() => evaluateFloat(graph(dense, [1, 4]), new Float32Array(4))).toThrow(
      'layer head (dense): weights are [2,3], expected [2,4]',
    )
    expect(() => evaluateFloat(graph(dense, [1, 3]), new Float32Array(4))).toThrow('input: 4 numbers, [1,3] has 3')
    expect(() => evaluateFloat(graph({ name: 'x', op: 'flatten', input: 1 }, [1, 3]), new Float32Array(3))).toThrow(
      'layer x (flatten): value 1 is not known before layer 0',
    )
  })
})

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
    // Input scale 1, zero point -128. Weight scales 1 and 2, so biases count in steps of 1 and 2. Outputs span
    // [-254, 256]: scale 2, zero point -1.
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

function rangeOf(values: Float32Array): { min: number; max: number } {
  return { min: Math.min(0, ...values), max: Math.max(0, ...values) }
}

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
        const drawn = randomTensor(graph.inputShape, next).data
        const input = quantizationOf(rangeOf(drawn))
        const pixels = quantizeValues(drawn, input)
        const exact = dequantizeValues(pixels, input)
        const { program, output } = quantize(graph, [drawn, exact], { rounding })
        const actual = dequantizeValues(run(program, pixels), output)
        const limit = bound(layer, exact, input, output)
        return lastOf(graph, exact).every((value, index) => Math.abs(value - (actual[index] as number)) <= limit)
      }),
      { numRuns: 200 },
    )
  })
})

describe('on digits', () => {
  const pixelsOf = (pixels: Int8Array) => dequantizeValues(pixels, PIXEL_QUANTIZATION)

  /** Random convolutions, and the mean features of each class as a linear classifier: a network without training. */
  function classMeans(digits: readonly Digit[]): FloatGraph {
    const next = numbers(3)
    const conv = {
      name: 'conv',
      op: 'conv2d',
      weights: randomTensor([6, 5, 5, 1], next),
      bias: new Float32Array(6),
      stride: [2, 2],
      padding: 'same',
      ...relu,
    } as const
    const pool = { name: 'pool', op: 'maxPool', window: [2, 2], stride: [2, 2], padding: 'valid' } as const
    const features: FloatGraph = { inputShape: [1, 28, 28, 1], layers: [conv, pool, { name: 'flat', op: 'flatten' }] }
    const means = Array.from({ length: 10 }, (_, label) => {
      const own = digits.filter((digit) => digit.label === label).slice(0, 20)
      const sum = new Float32Array(7 * 7 * 6)
      for (const { pixels } of own)
        lastOf(features, pixelsOf(pixels)).forEach((value, index) => {
          sum[index] = (sum[index] as number) + value / own.length
        })
      return sum
    })
    const bias = Float32Array.from(means, (mean) => -mean.reduce((sum, value) => sum + value * value, 0) / 2)
    const weights = floats(
      [10, 7 * 7 * 6],
      means.flatMap((mean) => [...mean]),
    )
    return { ...features, layers: [...features.layers, { name: 'dense', op: 'dense', weights, bias, ...linear }] }
  }

  it('loses at most one digit in a hundred to quantization', () => {
    const training = trainingDigits()
    const graph = classMeans(training)
    const calibration = training.filter((_, index) => index % 180 === 0)
    const { program, input } = quantize(
      graph,
      calibration.map(({ pixels }) => pixelsOf(pixels)),
    )
    expect(input).toEqual(PIXEL_QUANTIZATION)
    const digits = heldOutDigits(200)
    const right = (classify: (pixels: Int8Array) => ArrayLike<number>) =>
      digits.filter(({ pixels, label }) => argmax(classify(pixels)) === label).length
    const float = right((pixels) => lastOf(graph, pixelsOf(pixels)))
    const int8 = right((pixels) => run(program, pixels))
    expect(float).toBeGreaterThan(120)
    expect(float - int8).toBeLessThanOrEqual(2)
  })

  it('classifies held-out digits with the committed model as its summary says', () => {
    const folder = new URL('../../examples/mnist/', import.meta.url)
    const program = decodeModel(readFileSync(new URL('model.tensor', folder)))
    const { accuracy } = JSON.parse(readFileSync(new URL('model.json', folder), 'utf8')) as {
      accuracy: { digits: number; float: number; int8: number }
    }
    const digits = heldOutDigits(accuracy.digits)
    const right = digits.filter(({ pixels, label }) => argmax(run(program, pixels)) === label).length
    expect(right / digits.length).toBe(accuracy.int8)
    expect(accuracy.float - accuracy.int8).toBeLessThanOrEqual(0.01)
    expect(accuracy.int8).toBeGreaterThanOrEqual(0.975)
  })
})
