import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { int8, int16, int32, type Library, none, numbers, openLibrary, tensor } from './librarySetup.ts'

let layers: Library
let parameters: Library
beforeAll(async () => {
  layers = await openLibrary('Layers.sol', 'Layers')
  parameters = await openLibrary('Parameters.sol', 'Parameters')
}, 120_000)

type Step = readonly [name: string, ...args: readonly unknown[]]

/** A word that functions of the contract make one after another, each from the last. */
async function build(start: Step, ...steps: readonly Step[]): Promise<bigint> {
  let word = (await parameters.value(...start)) as bigint
  for (const [name, ...args] of steps) word = (await parameters.value(name, word, ...args)) as bigint
  return word
}

const unit: Step = ['fromMultiplier', 2 ** 30, 1]
const half: Step = ['fromMultiplier', 2 ** 30, 0]
const valid: Step = ['valid']
const same: Step = ['same']

describe('parameters of quantization', () => {
  it('have defaults, and are what was set', async () => {
    const says = async (...steps: readonly [Step, ...Step[]]) =>
      ((await parameters.value('says', await build(...steps))) as bigint[]).map(Number)
    expect(await says(['fromMultiplier', 2 ** 31 - 1, -31])).toEqual([2 ** 31 - 1, -31, 0, 0, 0, 1, -128, 127, 0, 0])
    const all = await says(
      ['fromMultiplier', 5, 30],
      ['withInputZeroPoint', -32768],
      ['withWeightsZeroPoint', 127],
      ['withDType', 2],
      ['withOutputZeroPoint', -300],
      ['withRange', -32768, 32767],
      ['withSingleRounding'],
      ['withLeftShift', 15],
    )
    expect(all).toEqual([5, 30, -32768, 127, -300, 2, -32768, 32767, 1, 15])
    expect(await says(unit, ['withOutputZeroPoint', -5], ['withRange', -100, 90], ['withRelu'])).toEqual([
      2 ** 30,
      1,
      0,
      0,
      -5,
      1,
      -5,
      90,
      0,
      0,
    ])
    expect((await says(unit, ['withInputZeroPoint', 9], ['withInputZeroPoint', -3]))[2]).toBe(-3)
    expect((await says(unit, ['withDType', 3])).slice(5, 8)).toEqual([3, -(2 ** 31), 2 ** 31 - 1])
  })

  it('refuse what their fields can not hold', async () => {
    const q = await build(unit, ['withOutputZeroPoint', 7])
    const failures: readonly (readonly [Step, readonly unknown[]])[] = [
      [
        ['fromMultiplier', 2 ** 31, 0],
        ['ValueOutOfRange', 'factor', 2 ** 31, 0, 2 ** 31 - 1],
      ],
      [
        ['fromMultiplier', 0, 31],
        ['ValueOutOfRange', 'places', 31, -31, 30],
      ],
      [
        ['withInputZeroPoint', q, 32768],
        ['ValueOutOfRange', 'input zero point', 32768, -32768, 32767],
      ],
      [
        ['withWeightsZeroPoint', q, -129],
        ['ValueOutOfRange', 'weights zero point', -129, -128, 127],
      ],
      [
        ['withOutputZeroPoint', q, 128],
        ['ValueOutOfRange', 'output zero point', 128, -128, 127],
      ],
      [
        ['withDType', q, 3],
        ['ValueOutOfRange', 'output zero point', 7, 0, 0],
      ],
      [
        ['withRange', q, -129, 5],
        ['ValueOutOfRange', 'least', -129, -128, 5],
      ],
      [
        ['withRange', q, 6, 5],
        ['ValueOutOfRange', 'least', 6, -128, 5],
      ],
      [
        ['withRange', q, 0, 128],
        ['ValueOutOfRange', 'greatest', 128, -128, 127],
      ],
      [
        ['withLeftShift', q, 23],
        ['ValueOutOfRange', 'left shift', 23, 0, 22],
      ],
      [
        ['withRelu', await build(unit, ['withRange', -9, -1])],
        ['ValueOutOfRange', 'least', 0, -128, -1],
      ],
      [
        ['fromScale', 1, 0],
        ['ScaleOutOfRange', 1, 0],
      ],
      [
        ['fromScale', 1, 2n ** 128n],
        ['ScaleOutOfRange', 1, 2n ** 128n],
      ],
      [
        ['fromScale', 2n ** 200n, 3],
        ['ScaleOutOfRange', 2n ** 200n, 3],
      ],
    ]
    for (const [step, expected] of failures) expect(await parameters.failure(...step)).toEqual(expected)
  })

  it('take the scale that TFLite computes', async () => {
    // 0.003 = 0.768 * 2^-8, and 0.768 * 2^31 = 1649267441.664
    expect(await parameters.value('fromScale', 3, 1000)).toEqual([1649267442n, -8n])
    expect(await parameters.value('fromScale', 1, 1)).toEqual([2n ** 30n, 1n])
    expect(await parameters.value('fromScale', 7, 8)).toEqual([1879048192n, 0n])
    // 1 / 3 = 0.666.. * 2^-1
    expect(await parameters.value('fromScale', 1, 3)).toEqual([1431655765n, -1n])
    // The fraction (2^32 - 1) / 2^32 rounds to 1, which is 1/2 with one more in the exponent.
    expect(await parameters.value('fromScale', 2n ** 32n - 1n, 2n ** 32n)).toEqual([2n ** 30n, 1n])
    expect(await parameters.value('fromScale', 0, 5)).toEqual([0n, 0n])
    // The least and the greatest, and what is beyond them.
    expect(await parameters.value('fromScale', 1, 2n ** 32n)).toEqual([2n ** 30n, -31n])
    expect(await parameters.value('fromScale', 1, 2n ** 33n)).toEqual([0n, 0n])
    expect(await parameters.value('fromScale', 2n ** 30n - 1n, 1)).toEqual([2147483646n, 30n])
    expect(await parameters.value('fromScale', 2n ** 30n, 1)).toEqual([2n ** 31n - 1n, 30n])
    expect(await parameters.value('fromScale', 2n ** 128n - 1n, 1)).toEqual([2n ** 31n - 1n, 30n])
  })

  it('are the nearest there are to any rational scale', async () => {
    const number = fc.bigInt({ min: 1n, max: 2n ** 40n })
    const wide = fc.bigInt({ min: 1n, max: 2n ** 128n - 1n })
    const scales = fc.array(fc.oneof(fc.tuple(number, number), fc.tuple(wide, wide)), { minLength: 60, maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(scales, async (list) => {
        const [multipliers, shifts] = (await parameters.value('fromScales', list)) as [bigint[], bigint[]]
        list.forEach(([n, d], i) => {
          const [m, s] = [multipliers[i] as bigint, shifts[i] as bigint]
          if (m === 0n) expect(n << 32n < d || n * 2n ** 32n <= d).toBe(true)
          else if (s === 30n && m === 2n ** 31n - 1n) expect(n + d > d << 29n).toBe(true)
          else {
            expect(m >= 2n ** 30n && m < 2n ** 31n).toBe(true)
            // |m * 2^(s - 31) - n / d| is at most half of 2^(s - 31): both sides times d * 2^(31 - s).
            const [up, down] = s <= 31n ? [31n - s, 0n] : [0n, s - 31n]
            const difference = ((m * d) << down) - (n << up)
            expect(2n * (difference < 0n ? -difference : difference) <= d << down).toBe(true)
          }
        })
      }),
      { numRuns: 4, endOnFailure: true },
    )
  })
})

/** Sums of products over rows, as MATMUL defines them. */
function dense(
  x: readonly number[],
  weights: readonly number[],
  bias: readonly number[],
  zeroPoints: readonly [number, number],
): number[] {
  const [n, k] = [bias.length, weights.length / bias.length]
  return Array.from({ length: (x.length / k) * n }, (_, index) => {
    const [row, column] = [Math.floor(index / n), index % n]
    let sum = bias[column] as number
    for (let i = 0; i < k; i++)
      sum += ((x[row * k + i] as number) - zeroPoints[0]) * ((weights[column * k + i] as number) - zeroPoints[1])
    return sum
  })
}

/** value / 2, a half up as TFLite's doubling high multiplication rounds it, and limited to int8. */
const halved = (value: number, zeroPoint = 0) => Math.max(-128, Math.min(127, Math.floor((value + 1) / 2) + zeroPoint))

describe('products of matrices', () => {
  it('are int32 sums', async () => {
    const y = await layers.tensor('matmul', int8([2, 3], 1, 2, 3, 4, 5, 6), int8([2, 3], 1, 0, -1, 2, 2, 2))
    expect(y).toEqual({ dtype: 'int32', dims: [2, 2], values: [-2, 12, -2, 30] })
    const stacked = await layers.tensor('matmul', int16([2, 1, 2], 100, 200, 300, -400), int8([2, 2], 1, 2, 3, 4))
    expect(stacked).toEqual({ dtype: 'int32', dims: [2, 1, 2], values: [500, 1100, -500, -700] })
  })

  it('have biases, zero points and a quantized output', async () => {
    const [x, w, bias] = [
      [10, -20, 30, 4, 5, 6],
      [1, 2, 3, -4, 5, -6],
      [7, -9],
    ] as const
    const sums = dense(x, w, bias, [3, -1])
    const operands = [int8([2, 3], ...x), int8([2, 3], ...w), int32([2], ...bias)]
    expect((await layers.tensor('matmulZeroPoints', ...operands, 3, -1)).values).toEqual(sums)
    const q = await build(half, ['withInputZeroPoint', 3], ['withWeightsZeroPoint', -1])
    expect(await layers.tensor('matmulQuantized', ...operands, q)).toEqual({
      dtype: 'int8',
      dims: [2, 2],
      values: sums.map((sum) => halved(sum)),
    })
  })
})

describe('a fully connected layer', () => {
  const element = fc.integer({ min: -12, max: 12 })
  const list = (length: number) => fc.array(element, { minLength: length, maxLength: length })

  it('is a product of matrices with a bias, rescaled, and leaves only its output', async () => {
    await fc.assert(
      fc.asyncProperty(list(10), list(15), list(3), element, async (x, w, bias, zeroPoint) => {
        const q = await build(
          half,
          ['withInputZeroPoint', zeroPoint],
          ['withWeightsZeroPoint', 2],
          ['withOutputZeroPoint', 5],
        )
        const expected = dense(x, w, bias, [zeroPoint, 2]).map((sum) => halved(sum, 5))
        const operands = [tensor('int8', [3, 5], w), tensor('int32', [3], bias), q]
        const [y, alive] = (await layers.value('fullyConnected', tensor('int8', [2, 5], x), ...operands)) as [
          unknown,
          bigint,
        ]
        expect(numbers(y)).toEqual({ dtype: 'int8', dims: [2, 3], values: expected })
        expect(alive).toBe(64n)
        // Rows of five elements, whatever the shape.
        const flat = (await layers.value('fullyConnected', tensor('int8', [1, 10, 1], x), ...operands)) as [
          unknown,
          bigint,
        ]
        expect(flat).toEqual([y, 64n])
      }),
      { numRuns: 8 },
    )
  })

  it('keeps leading axes, takes a vector, and needs no bias', async () => {
    const weights = int8([2, 2], 1, 0, 0, 2)
    const q = await build(unit)
    const of = async (x: unknown) =>
      numbers(((await layers.value('fullyConnected', x, weights, none, q)) as [unknown])[0])
    expect(await of(int8([2, 1, 2], 1, 2, 3, 4))).toEqual({ dtype: 'int8', dims: [2, 1, 2], values: [1, 4, 3, 8] })
    expect(await of(int8([2], 9, 8))).toEqual({ dtype: 'int8', dims: [1, 2], values: [9, 16] })
    expect((await of(int16([1, 2], 300, -9))).values).toEqual([127, -18])
  })

  it('has a scale for each output', async () => {
    const factors = int32([2, 2], 2 ** 30, 2 ** 30, 1, -1)
    const q = await build(unit, ['withInputZeroPoint', 1])
    const operands = [int8([1, 2], 11, 21), int8([2, 2], 1, 1, 1, 1), int32([2], 0, 2), q, factors]
    const [y, alive] = (await layers.value('fullyConnectedChannels', ...operands)) as [unknown, bigint]
    expect(numbers(y).values).toEqual([30, 8])
    expect(alive).toBe(64n)
  })
})

type Geometry = {
  readonly pads: readonly [number, number, number, number]
  readonly strides: readonly [number, number]
  readonly dilations: readonly [number, number]
  readonly groups: number
}

/** A convolution by its definition, over images of one batch. */
function convolve(
  x: (y: number, x: number, c: number) => number,
  [height, width, channels]: readonly [number, number, number],
  weights: (o: number, y: number, x: number, i: number) => number,
  [outputs, kernelH, kernelW]: readonly [number, number, number],
  { pads, strides, dilations, groups }: Geometry,
): number[] {
  const out = (padded: number, axis: 0 | 1, kernel: number) =>
    Math.floor((padded - ((kernel - 1) * dilations[axis] + 1)) / strides[axis]) + 1
  const [outH, outW] = [out(height + pads[0] + pads[2], 0, kernelH), out(width + pads[1] + pads[3], 1, kernelW)]
  const depth = channels / groups
  const result: number[] = []
  for (let oy = 0; oy < outH; oy++)
    for (let ox = 0; ox < outW; ox++)
      for (let o = 0; o < outputs; o++) {
        let sum = 0
        for (let ky = 0; ky < kernelH; ky++)
          for (let kx = 0; kx < kernelW; kx++)
            for (let i = 0; i < depth; i++) {
              const iy = oy * strides[0] - pads[0] + ky * dilations[0]
              const ix = ox * strides[1] - pads[1] + kx * dilations[1]
              if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue
              sum += x(iy, ix, Math.floor(o / (outputs / groups)) * depth + i) * weights(o, ky, kx, i)
            }
        result.push(sum)
      }
  return result
}

const random = (length: number, seed: number) => Array.from({ length }, (_, i) => ((i * 37 + seed * 101) % 41) - 20)

describe('convolutions', () => {
  const [height, width, channels] = [5, 6, 4] as const
  const image = random(height * width * channels, 1)
  const x = tensor('int8', [1, height, width, channels], image)
  const at = (zeroPoint: number) => (y: number, xx: number, c: number) =>
    (image[(y * width + xx) * channels + c] as number) - zeroPoint

  it('have pads, strides, dilations and groups', async () => {
    const kernel = random(2 * 3 * 2 * 2, 2)
    const geometry: Geometry = { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2], groups: 2 }
    const window = await build(
      valid,
      ['withPads', geometry.pads],
      ['withStride', 2, 1],
      ['withDilation', 1, 2],
      ['withGroups', 2],
    )
    const weights = (o: number, y: number, xx: number, i: number) => kernel[((o * 3 + y) * 2 + xx) * 2 + i] as number
    const expected = convolve(at(-3), [height, width, channels], weights, [2, 3, 2], geometry)
    const w = tensor('int8', [2, 3, 2, 2], kernel)
    expect(await layers.tensor('conv2d', x, w, int32([2], 0, 0), window, -3)).toEqual({
      dtype: 'int32',
      dims: [1, 3, 5, 2],
      values: expected,
    })
    const biased = await layers.tensor('conv2d', x, w, int32([2], 1000, -7), window, -3)
    expect(biased.values).toEqual(expected.map((sum, i) => sum + (i % 2 === 0 ? 1000 : -7)))
    const q = await build(half, ['withInputZeroPoint', -3])
    const small = await layers.tensor('conv2dQuantized', x, w, window, q)
    expect(small).toEqual({ dtype: 'int8', dims: [1, 3, 5, 2], values: expected.map((sum) => halved(sum)) })
    const factors = int32([2, 2], 2 ** 30, 2 ** 30, 1, 0)
    const each = await layers.tensor('conv2dChannels', x, w, window, q, factors)
    const clamped = (value: number) => Math.max(-128, Math.min(127, value))
    expect(each.values).toEqual(expected.map((sum, i) => (i % 2 === 0 ? clamped(sum) : halved(sum))))
  })

  it('are padded as TFLite pads for SAME', async () => {
    const kernel = random(3 * 3 * 4, 3)
    const weights = (_: number, y: number, xx: number, i: number) => kernel[(y * 3 + xx) * 4 + i] as number
    const w = tensor('int8', [1, 3, 3, 4], kernel)
    // Output ceil(5 / 2) = 3 and ceil(6 / 2) = 3; totals (3 - 1) * 2 + 3 - 5 = 2 and 1, the odd one after.
    const window = await build(same, ['withStride', 2, 2])
    const geometry: Geometry = { pads: [1, 0, 1, 1], strides: [2, 2], dilations: [1, 1], groups: 1 }
    const expected = convolve(at(0), [height, width, channels], weights, [1, 3, 3], geometry)
    expect(await layers.tensor('conv2d', x, w, none, window, 0)).toEqual({
      dtype: 'int32',
      dims: [1, 3, 3, 1],
      values: expected,
    })
    // A dilated kernel spans five rows and columns.
    const dilated: Geometry = { pads: [2, 2, 2, 2], strides: [1, 1], dilations: [2, 2], groups: 1 }
    const y = await layers.tensor('conv2d', x, w, none, await build(same, ['withDilation', 2, 2]), 0)
    expect(y.dims).toEqual([1, 5, 6, 1])
    expect(y.values).toEqual(convolve(at(0), [height, width, channels], weights, [1, 3, 3], dilated))
    // Explicit pads take the place of SAME.
    const placed = await parameters.value('placed', await build(same, ['withPads', [1, 2, 3, 4]]), [5, 6, 3, 3])
    expect(placed).toBe((1n << 16n) | (2n << 32n) | (3n << 48n) | (4n << 64n))
    // Where strides pass over the rest of the input, nothing is padded.
    expect(await parameters.value('placed', await build(same, ['withStride', 3, 3]), [7, 8, 1, 1])).toBe(
      (2n << 80n) | (2n << 96n),
    )
  })

  it('go channel by channel', async () => {
    const kernel = random(2 * 2 * 8, 4)
    const w = tensor('int8', [2, 2, 8], kernel)
    const geometry: Geometry = { pads: [0, 1, 0, 0], strides: [1, 2], dilations: [2, 1], groups: 4 }
    const weights = (o: number, y: number, xx: number) => kernel[(y * 2 + xx) * 8 + o] as number
    const expected = convolve(at(5), [height, width, channels], weights, [8, 2, 2], geometry)
    const window = await build(valid, ['withPads', [0, 1, 0, 0]], ['withStride', 1, 2], ['withDilation', 2, 1])
    const y = await layers.tensor('depthwiseConv2d', x, w, int32([8], 1, 2, 3, 4, 5, 6, 7, 8), window, 5)
    expect(y.dims).toEqual([1, 3, 3, 8])
    expect(y.values).toEqual(expected.map((sum, i) => sum + 1 + (i % 8)))
    const q = await build(half, ['withInputZeroPoint', 5])
    expect((await layers.tensor('depthwiseConv2dQuantized', x, w, window, q)).values).toEqual(
      expected.map((sum) => halved(sum)),
    )
    const factors = int32([2, 8], ...new Array(8).fill(2 ** 30), ...new Array(8).fill(0))
    expect((await layers.tensor('depthwiseConv2dChannels', x, w, window, q, factors)).values).toEqual(
      expected.map((sum) => halved(sum)),
    )
  })

  it('are reversed', async () => {
    // Each pixel of 1 x 2 adds its multiple of [1, 2, 3]: [1, 2, 3, 0, 0] + [0, 0, 10, 20, 30].
    const pixels = int8([1, 1, 2, 1], 1, 10)
    const kernel = int8([1, 1, 3, 1], 1, 2, 3)
    const apart = await build(valid, ['withStride', 1, 2])
    const full = await layers.tensor('transposeConv2d', pixels, kernel, int32([1], 100), apart, 0)
    expect(full).toEqual({ dtype: 'int32', dims: [1, 1, 5, 1], values: [101, 102, 113, 120, 130] })
    // SAME: 2 * 2 columns; one too many, cut off after.
    const cut = await layers.tensor('transposeConv2d', pixels, kernel, none, await build(same, ['withStride', 1, 2]), 0)
    expect(cut.values).toEqual([1, 2, 13, 20])
    const padded = await build(valid, ['withStride', 1, 2], ['withPads', [0, 1, 0, 2]])
    expect((await layers.tensor('transposeConv2d', pixels, kernel, none, padded, 0)).values).toEqual([2, 13])
    const q = await build(half, ['withInputZeroPoint', -1])
    const small = await layers.tensor('transposeConv2dQuantized', pixels, kernel, apart, q)
    // (2, 4, 6 + 11, 22, 33) / 2
    expect(small.values).toEqual([1, 2, 9, 11, 17])
    const factors = int32([2, 1], 2 ** 30, 1)
    const each = await layers.tensor('transposeConv2dChannels', pixels, kernel, apart, q, factors)
    expect(each.values).toEqual([2, 4, 17, 22, 33])
  })
})

describe('pools', () => {
  const x = int8([1, 2, 4, 1], 1, 2, -3, -4, 5, 7, -6, -8)

  it('are side by side unless said otherwise', async () => {
    // 15 / 4 = 3.75 and -21 / 4 = -5.25
    expect(await layers.tensor('avgPool2d', x, 2, 2)).toEqual({ dtype: 'int8', dims: [1, 1, 2, 1], values: [4, -5] })
    expect((await layers.tensor('maxPool2d', x, 2, 2)).values).toEqual([7, -3])
    expect((await layers.tensor('maxPool2d', int32([1, 1, 4, 1], 1, 9, -70000, 5), 1, 2)).values).toEqual([9, 5])
  })

  it('have pads that do not count, and strides', async () => {
    const window = await build(valid, ['withPads', [1, 0, 0, 1]], ['withStride', 1, 2])
    expect(await layers.tensor('maxPool2dAt', x, 2, 3, window)).toEqual({
      dtype: 'int8',
      dims: [1, 2, 2, 1],
      values: [2, -3, 7, -3],
    })
    // Rows -1..0 and columns 0..2: (1 + 2 - 3) / 3; columns 2..3 of the same: -7 / 2 away from zero.
    expect((await layers.tensor('avgPool2dAt', x, 2, 3, window)).values).toEqual([0, -4, 1, -5])
    const padded = await layers.tensor('maxPool2dAt', x, 3, 3, await build(same, ['withStride', 2, 2]))
    expect(padded).toEqual({ dtype: 'int8', dims: [1, 1, 2, 1], values: [7, -3] })
  })
})

describe('what does not fit reverts and says why', () => {
  const vector = int8([3], 1, 2, 3)
  const a = int8([2, 3], 1, 2, 3, 4, 5, 6)
  const wide = int32([2], 1, 2)
  const pixels = int8([1, 2, 2, 1], 1, 2, 3, 4)
  const kernel = int8([1, 1, 1, 1], 1)
  const window = 0

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['matmul', [vector, a], ['RankMismatch', 'a', [3], 2]],
    ['matmul', [a, vector], ['RankMismatch', 'b', [3], 2]],
    ['matmul', [a, int8([2, 2], 1, 2, 3, 4)], ['ShapeMismatch', 'b', [2, 2], [2, 3]]],
    ['matmul', [int8([2, 1, 1], 1, 2), int8([3, 1, 1], 1, 2, 3)], ['ShapesDoNotBroadcast', [2, 1, 1], [3, 1, 1]]],
    ['matmul', [int32([1, 1], 1), int8([1, 1], 1)], ['DTypeMismatch', 'a', 'int32', 'int8 or int16']],
    ['matmul', [int8([1, 1], 1), int16([1, 1], 1)], ['DTypeMismatch', 'b', 'int16', 'int8']],
    ['matmulZeroPoints', [a, a, none, 128, 0], ['ValueOutOfRange', 'zero point', 128, -128, 127]],
    ['matmulZeroPoints', [a, a, none, 0, -129], ['ValueOutOfRange', 'zero point', -129, -128, 127]],
    ['matmulZeroPoints', [int16([1, 1], 1), kernelMatrix(), none, 1, 0], ['ValueOutOfRange', 'zero point', 1, 0, 0]],
    ['matmulZeroPoints', [a, a, int8([2], 1, 2), 0, 0], ['DTypeMismatch', 'bias', 'int8', 'int32']],
    ['matmulZeroPoints', [a, a, int32([3], 1, 2, 3), 0, 0], ['ShapeMismatch', 'bias', [3], [2]]],
    ['fullyConnected', [a, vector, none, 0], ['RankMismatch', 'weights', [3], 2]],
    [
      'fullyConnected',
      [int8([1, 64], ...random(64, 1)), int8([2, 63], ...random(126, 1)), none, 0],
      ['ShapeMismatch', 'x', [1, 64], [1, 63]],
    ],
    ['fullyConnected', [int32([1, 3], 1, 2, 3), a, none, 0], ['DTypeMismatch', 'x', 'int32', 'int8 or int16']],
    ['fullyConnected', [a, int16([1, 3], 1, 2, 3), none, 0], ['DTypeMismatch', 'weights', 'int16', 'int8']],
    ['fullyConnected', [a, a, int32([1], 1), 0], ['ShapeMismatch', 'bias', [1], [2]]],
    ['fullyConnected', [a, a, none, 1n << 11n], ['ValueOutOfRange', 'left shift', 1, 0, 0]],
    ['fullyConnected', [a, a, none, 200n << 154n], ['ValueOutOfRange', 'zero point', 200, -128, 127]],
    ['fullyConnectedChannels', [a, a, none, 0, wide], ['ShapeMismatch', 'factors', [2], [2, 2]]],
    ['conv2d', [a, kernel, none, window, 0], ['RankMismatch', 'x', [2, 3], 4]],
    ['conv2d', [pixels, a, none, window, 0], ['RankMismatch', 'weights', [2, 3], 4]],
    ['conv2d', [int16([1, 1, 1, 1], 1), kernel, none, window, 0], ['DTypeMismatch', 'x', 'int16', 'int8']],
    ['conv2d', [pixels, int16([1, 1, 1, 1], 1), none, window, 0], ['DTypeMismatch', 'weights', 'int16', 'int8']],
    ['conv2d', [pixels, int8([1, 1, 1, 2], 1, 1), none, window, 0], ['ShapeMismatch', 'x', [1, 2, 2, 1], [1, 2, 2, 2]]],
    ['conv2d', [pixels, kernel, wide, window, 0], ['ShapeMismatch', 'bias', [2], [1]]],
    ['conv2d', [pixels, kernel, none, window, 128], ['ValueOutOfRange', 'zero point', 128, -128, 127]],
    ['conv2d', [pixels, int8([1, 3, 1, 1], 1, 1, 1), none, window, 0], ['WindowTooLarge', 1, 3, 2]],
    ['conv2d', [pixels, int8([1, 1, 2, 1], 1, 1), none, 1n << 128n, 0], ['WindowTooLarge', 2, 3, 2]],
    [
      'conv2d',
      [int8([1, 1, 1, 2], 1, 1), kernel, none, 1n << 144n, 0],
      ['ShapeMismatch', 'weights', [1, 1, 1, 1], [2, 1, 1, 1]],
    ],
    ['conv2dQuantized', [pixels, kernel, window, 1n << 170n], ['ValueOutOfRange', 'weights zero point', 1, 0, 0]],
    ['depthwiseConv2d', [pixels, kernel, none, window, 0], ['RankMismatch', 'weights', [1, 1, 1, 1], 3]],
    [
      'depthwiseConv2d',
      [int8([1, 1, 1, 2], 1, 1), int8([1, 1, 3], 1, 1, 1), none, window, 0],
      ['ShapeMismatch', 'weights', [1, 1, 3], [1, 1, 4]],
    ],
    ['depthwiseConv2d', [pixels, int8([1, 1, 1], 1), none, 1n << 144n, 0], ['WindowNotSupported', 'groups']],
    [
      'transposeConv2d',
      [pixels, int8([1, 1, 1, 2], 1, 1), none, window, 0],
      ['ShapeMismatch', 'weights', [1, 1, 1, 2], [1, 1, 1, 1]],
    ],
    ['transposeConv2d', [pixels, kernel, none, 1n << 112n, 0], ['WindowNotSupported', 'dilation']],
    ['transposeConv2d', [pixels, kernel, none, 1n << 144n, 0], ['WindowNotSupported', 'groups']],
    ['transposeConv2d', [pixels, kernel, none, 2n << 16n, 0], ['ValueOutOfRange', 'pads', 2, 0, 1]],
    ['avgPool2d', [int16([1, 1, 1, 1], 1), 1, 1], ['DTypeMismatch', 'x', 'int16', 'int8']],
    ['avgPool2d', [a, 1, 1], ['RankMismatch', 'x', [2, 3], 4]],
    ['maxPool2d', [pixels, 3, 1], ['WindowTooLarge', 1, 3, 2]],
    ['maxPool2d', [pixels, 0, 1], ['ValueOutOfRange', 'height', 0, 1, 65536]],
    ['maxPool2dAt', [pixels, 1, 65537, 0], ['ValueOutOfRange', 'width', 65537, 1, 65536]],
    ['maxPool2dAt', [pixels, 1, 1, 1n << 32n], ['ValueOutOfRange', 'left', 1, 0, 0]],
    ['maxPool2dAt', [pixels, 2, 2, 2n << 48n], ['ValueOutOfRange', 'bottom', 2, 0, 1]],
    ['avgPool2dAt', [pixels, 1, 1, 1n << 112n], ['WindowNotSupported', 'dilation']],
    ['avgPool2dAt', [pixels, 1, 1, 1n << 144n], ['WindowNotSupported', 'groups']],
  ])('%s %#', async (name, args, expected) => {
    expect(await layers.failure(name, ...args)).toEqual(expected)
  })

  it('of windows', async () => {
    const failures: readonly (readonly [Step, readonly unknown[]])[] = [
      [
        ['withPads', 0, [0, 65536, 0, 0]],
        ['ValueOutOfRange', 'left', 65536, 0, 65535],
      ],
      [
        ['withStride', 0, 0, 1],
        ['ValueOutOfRange', 'height', 0, 1, 65536],
      ],
      [
        ['withStride', 0, 1, 65537],
        ['ValueOutOfRange', 'width', 65537, 1, 65536],
      ],
      [
        ['withDilation', 0, 1, 0],
        ['ValueOutOfRange', 'width', 0, 1, 65536],
      ],
      [
        ['withGroups', 0, 0],
        ['ValueOutOfRange', 'groups', 0, 1, 2 ** 24],
      ],
    ]
    for (const [step, expected] of failures) expect(await parameters.failure(...step)).toEqual(expected)
  })

  // Layers: 0 matmul, 1 conv2d, 2 depthwiseConv2d, 3 transposeConv2d, 4 avgPool2d, 5 maxPool2d. A run of n bytes touches
  // ceil((n - 1) / 256) + 1 leaves, and 96 are within reach.
  it.each<[string, number, number, readonly number[], readonly number[], bigint, number | undefined]>([
    // 47 + 1 leaves of each operand; one more byte makes 49.
    ['matmul', 0, 1, [8, 12_033], [8, 12_033], 0n, undefined],
    ['matmul', 0, 1, [8, 12_034], [8, 12_034], 0n, 98],
    ['matmul of int16', 0, 2, [8, 7937], [8, 7937], 0n, undefined],
    ['matmul of int16', 0, 2, [8, 8200], [8, 8200], 0n, 100],
    // Rows of 3 * 1024 bytes: 3 * 13; 9 * 1024 bytes: 37.
    ['conv2d', 1, 1, [1, 8, 8, 1024], [4, 3, 3, 1024], 0n, undefined],
    // 3 * 25 + 73
    ['conv2d', 1, 1, [1, 8, 8, 2048], [4, 3, 3, 2048], 0n, 148],
    // Dilated columns: 9 runs of 512 bytes are 27, the kernel 19; of 1536 bytes 63 and 55.
    ['conv2d, dilated', 1, 1, [1, 8, 8, 512], [4, 3, 3, 512], 1n << 128n, undefined],
    ['conv2d, dilated', 1, 1, [1, 8, 8, 1536], [4, 3, 3, 1536], 1n << 128n, 118],
    ['depthwiseConv2d', 2, 1, [1, 32, 32, 512], [6, 8, 512], 0n, undefined],
    ['depthwiseConv2d', 2, 1, [1, 32, 32, 512], [7, 7, 512], 0n, 98],
    // 3 * (3 * 512 bytes: 7) + 9 * 3
    ['transposeConv2d', 3, 1, [1, 8, 8, 512], [4, 3, 3, 512], 0n, undefined],
    ['transposeConv2d', 3, 1, [1, 8, 8, 1536], [4, 3, 3, 1536], 0n, 120],
    ['avgPool2d', 4, 1, [1, 32, 32, 64], [9, 10], 0n, undefined],
    ['avgPool2d', 4, 1, [1, 32, 32, 64], [10, 10], 0n, 100],
    ['maxPool2d of one channel', 5, 1, [1, 200, 200, 1], [48, 200], 0n, undefined],
    ['maxPool2d of one channel', 5, 1, [1, 200, 200, 1], [49, 200], 0n, 98],
  ])('%s where an element reads too much, %#', async (_, layer, kind, x, w, window, leaves) => {
    if (leaves === undefined) expect((await layers.call('onZeros', layer, kind, x, w, window)).error).toBeUndefined()
    else expect(await layers.failure('onZeros', layer, kind, x, w, window)).toEqual(['ReachExceeded', leaves, 96])
  })

  function kernelMatrix() {
    return int8([1, 1], 1)
  }
})
