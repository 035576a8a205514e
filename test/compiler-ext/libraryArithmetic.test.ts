import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { int8, int16, int32, type Library, openLibrary, tensor } from './librarySetup.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary('Arithmetic.sol', 'Arithmetic')
}, 120_000)

const wrap32 = (x: bigint) => Number(BigInt.asIntN(32, x))

describe('element-wise functions', () => {
  it('add, subtract and multiply modulo 2^32, and broadcast', async () => {
    const a = int32([2, 2], 1, -2, 2147483647, 40)
    const b = int32([2], 5, 7)
    expect(await library.tensor('add', a, b)).toEqual({ dtype: 'int32', dims: [2, 2], values: [6, 5, -2147483644, 47] })
    expect((await library.tensor('sub', a, b)).values).toEqual([-4, -9, 2147483642, 33])
    expect((await library.tensor('mul', a, b)).values).toEqual([5, -14, 2147483643, 280])
    // (1 * 5 + 2) >> 2, (-14 + 2) >> 2, (2147483647 * 5 + 2) >> 2, (280 + 2) >> 2
    expect((await library.tensor('mulShift', a, b, 2)).values).toEqual([1, -3, -1610612737, 70])
  })

  it('have operators', async () => {
    const elements = fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 5, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(elements, elements, async (a, b) => {
        const expected = a.map((x, i) => {
          const [p, q] = [BigInt(x), BigInt(b[i] as number)]
          return wrap32(p + q + p * q)
        })
        const { values } = await library.tensor('operators', int32([5], ...a), int32([5], ...b))
        expect(values).toEqual(expected)
      }),
      { numRuns: 20 },
    )
  })

  it('negate, and leave only the result behind', async () => {
    const [result, alive] = (await library.value('negate', int32([3], 5, 0, -(2 ** 31)))) as [unknown, bigint]
    expect(result).toEqual([3n, [3n], int32([3], -5, 0, -(2 ** 31))[2]])
    expect(alive).toBe(64n)
  })

  it('take the larger and the smaller, of any dtype', async () => {
    const a = int8([2, 2], 1, -2, 3, -4)
    expect((await library.tensor('maximum', a, int8([1], 0))).values).toEqual([1, 0, 3, 0])
    expect((await library.tensor('minimum', int16([2], 300, -9), int16([2], 299, -8))).values).toEqual([299, -9])
  })

  it('shift right, and take reciprocal square roots', async () => {
    const shifted = await library.tensor('arithmeticRightShift', int32([3], -5, 5, 1024), int32([3], 1, 1, 10))
    expect(shifted.values).toEqual([-3, 2, 1])
    // floor(2^31 / sqrt(x))
    expect((await library.tensor('rsqrt', int32([4], 0, 1, 4, 9))).values).toEqual([
      2147483647, 2147483647, 1073741824, 715827882,
    ])
  })

  it('limit elements to a range', async () => {
    expect((await library.tensor('clamp', int8([4], -128, -1, 5, 127), -3, 4)).values).toEqual([-3, -1, 4, 4])
    expect((await library.tensor('relu', int16([3], -5, 0, 300))).values).toEqual([0, 0, 300])
    expect((await library.tensor('reluAt', int8([3], -128, -20, 7), -10)).values).toEqual([-10, -10, 7])
    expect((await library.tensor('relu', int32([2], -(2 ** 31), 2 ** 31 - 1))).values).toEqual([0, 2 ** 31 - 1])
  })

  it('look elements up', async () => {
    const squares = Array.from({ length: 256 }, (_, i) => (i - 128) ** 2)
    const looked = await library.tensor('table', int8([3], -128, 0, 12), int32([256], ...squares))
    expect(looked).toEqual({ dtype: 'int32', dims: [3], values: [16384, 0, 144] })
    const ramp = Array.from({ length: 513 }, (_, i) => 2 * i)
    // Entry 256 + 1, and half of the way to the next: (514 << 7) + 2 * 64.
    expect((await library.tensor('table', int16([1], 192), int16([513], ...ramp))).values).toEqual([65920])
  })

  it('compute softmax', async () => {
    // All exponentials are 1/2: an even distribution, 64 of 256.
    const even = int32([256], ...Array.from({ length: 256 }, () => 2 ** 30))
    expect((await library.tensor('softmax', int8([1, 4], 1, 2, 3, 4), even)).values).toEqual([-64, -64, -64, -64])
    const wide = await library.tensor('softmaxForm', int8([2], 9, 9), even, 2)
    expect(wide).toEqual({ dtype: 'int16', dims: [2], values: [16384, 16384] })
  })

  it('give numbers in another dtype, saturated', async () => {
    const x = int32([4], -70000, -129, 127, 40000)
    expect((await library.tensor('cast', x, 1)).values).toEqual([-128, -128, 127, 127])
    expect((await library.tensor('cast', x, 2)).values).toEqual([-32768, -129, 127, 32767])
    const wide = await library.tensor('cast', int8([2], -128, 127), 3)
    expect(wide).toEqual({ dtype: 'int32', dims: [2], values: [-128, 127] })
  })
})

describe('reductions', () => {
  const x = int8([2, 3], 1, -2, 3, 4, 5, -6)

  it('sum, along an axis and over several', async () => {
    expect(await library.tensor('reduceSum', x, 0)).toEqual({ dtype: 'int32', dims: [3], values: [5, 3, -3] })
    expect(await library.tensor('reduceSum', x, 1)).toEqual({ dtype: 'int32', dims: [2], values: [2, 3] })
    expect(await library.tensor('reduceSumOver', x, [0, 1], true, 10)).toEqual({
      dtype: 'int32',
      dims: [1, 1],
      values: [-55],
    })
    expect((await library.tensor('reduceSumOver', int32([2, 2], 1, 2, 3, 4), [1], false, 0)).values).toEqual([3, 7])
  })

  it('find the greatest and the least', async () => {
    expect(await library.tensor('reduceMax', x, 1)).toEqual({ dtype: 'int8', dims: [2], values: [3, 5] })
    expect((await library.tensor('reduceMaxOver', x, [1, 0], false)).values).toEqual([5])
    expect((await library.tensor('reduceMin', x, 0)).values).toEqual([1, -2, -6])
    expect(await library.tensor('reduceMinOver', x, [0], true)).toEqual({
      dtype: 'int8',
      dims: [1, 3],
      values: [1, -2, -6],
    })
  })

  it('find the position of the greatest element of a vector as a number', async () => {
    expect(await library.value('argmax', int8([1, 5], 3, 9, -1, 9, 2))).toEqual([1n, 0n])
    expect(await library.value('argmax', int32([3], -5, -7, -4))).toEqual([2n, 0n])
    expect(await library.value('argmax', int16([1], 0))).toEqual([0n, 0n])
    const long = Array.from({ length: 300 }, (_, i) => (i === 290 ? 100 : -100))
    expect(await library.value('argmax', tensor('int8', [1, 1, 300], long))).toEqual([290n, 0n])
    expect((await library.tensor('argmaxAlong', x, 0)).values).toEqual([1, 1, 0])
  })
})

/** TFLite's `MultiplyByQuantizedMultiplier` in two steps, as gemmlowp writes them. */
function multiplyByQuantizedMultiplier(x: bigint, multiplier: bigint, shift: number): bigint {
  const left = shift > 0 ? BigInt(shift) : 0n
  const right = shift > 0 ? 0n : BigInt(-shift)
  const product = x * (1n << left) * multiplier
  const nudge = product >= 0n ? 1n << 30n : 1n - (1n << 30n)
  const high = (product + nudge) / (1n << 31n)
  const mask = (1n << right) - 1n
  const remainder = BigInt.asUintN(64, high) & mask
  const threshold = (mask >> 1n) + (high < 0n ? 1n : 0n)
  return (high >> right) + (remainder > threshold ? 1n : 0n)
}

/** A word of {Quantization}: 2-complement fields at the places that its documentation gives. */
function quantization(fields: {
  dtype?: number
  once?: boolean
  leftShift?: number
  output?: number
  low?: number
  high?: number
  multiplier: number
  shift: number
  input?: number
}): bigint {
  const { dtype = 1, once = false, leftShift = 0, output = 0, low = -128, high = 127, input = 0 } = fields
  const field = (value: number, bits: number, place: number) => BigInt.asUintN(bits, BigInt(value)) << BigInt(place)
  return (
    field(dtype, 8, 0) |
    field(once ? 1 : 0, 1, 10) |
    field(leftShift, 8, 11) |
    field(output, 16, 35) |
    field(low, 32, 51) |
    field(high, 32, 83) |
    field(fields.multiplier, 31, 115) |
    field(fields.shift, 8, 146) |
    field(input, 16, 154)
  )
}

describe('rescale', () => {
  it('is what TFLite computes', async () => {
    const xs = fc.array(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), { minLength: 6, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        xs,
        fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
        fc.integer({ min: -20, max: 4 }),
        fc.integer({ min: -128, max: 127 }),
        async (x, multiplier, shift, output) => {
          const expected = x.map((value) => {
            const y = Number(multiplyByQuantizedMultiplier(BigInt(value), BigInt(multiplier), shift)) + output
            return Math.min(Math.max(y, -100), 110)
          })
          const word = quantization({ multiplier, shift, output, low: -100, high: 110 })
          expect((await library.tensor('rescale', int32([6], ...x), word)).values).toEqual(expected)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('subtracts the zero point, and shifts left first', async () => {
    // ((x + 3) << 4) / 2 + 7
    const word = quantization({
      dtype: 2,
      low: -32768,
      high: 32767,
      multiplier: 2 ** 30,
      shift: 0,
      input: -3,
      output: 7,
      leftShift: 4,
    })
    const y = await library.tensor('rescale', int8([3], -3, 0, 100), word)
    expect(y).toEqual({ dtype: 'int16', dims: [3], values: [7, 31, 831] })
  })

  it('has a scale for each channel', async () => {
    const factors = int32([2, 2], 2 ** 30, 2 ** 30, 0, -1)
    const word = quantization({ multiplier: 0, shift: 0, input: 2 })
    const y = await library.tensor('rescaleChannels', int8([2, 2], 12, 22, 32, 42), word, factors)
    // (x - 2) / 2 and (x - 2) / 4
    expect(y.values).toEqual([5, 5, 15, 10])
  })
})

describe('what does not fit reverts and says why', () => {
  const a = int32([2, 3], 1, 2, 3, 4, 5, 6)
  const fine = quantization({ multiplier: 2 ** 30, shift: 1 })
  it.each([
    ['add', [int8([1], 1), a], ['DTypeMismatch', 'a', 'int8', 'int32']],
    ['add', [a, int16([1], 1)], ['DTypeMismatch', 'b', 'int16', 'int32']],
    ['sub', [a, int32([2], 1, 2)], ['ShapesDoNotBroadcast', [2, 3], [2]]],
    ['mul', [int8([1], 1), a], ['DTypeMismatch', 'a', 'int8', 'int32']],
    ['mulShift', [a, a, 63], ['ValueOutOfRange', 'right shift', 63, 0, 62]],
    ['operators', [a, int32([2, 2], 1, 2, 3, 4)], ['ShapesDoNotBroadcast', [2, 3], [2, 2]]],
    ['negate', [int8([1], 1)], ['DTypeMismatch', 'a', 'int8', 'int32']],
    ['maximum', [a, int8([1], 1)], ['DTypeMismatch', 'b', 'int8', 'int32']],
    ['minimum', [a, int32([3, 2], 1, 2, 3, 4, 5, 6)], ['ShapesDoNotBroadcast', [2, 3], [3, 2]]],
    ['arithmeticRightShift', [a, int8([1], 1)], ['DTypeMismatch', 'b', 'int8', 'int32']],
    ['rsqrt', [int8([1], 1)], ['DTypeMismatch', 'x', 'int8', 'int32']],
    ['clamp', [int8([1], 1), -129, 5], ['ValueOutOfRange', 'low', -129, -128, 5]],
    ['clamp', [int8([1], 1), 0, 128], ['ValueOutOfRange', 'high', 128, -128, 127]],
    ['clamp', [int8([1], 1), 6, 5], ['ValueOutOfRange', 'low', 6, -128, 5]],
    ['reluAt', [int8([1], 1), 128], ['ValueOutOfRange', 'zero point', 128, -128, 127]],
    ['table', [a, int8([1], 1)], ['DTypeMismatch', 'x', 'int32', 'int8 or int16']],
    ['table', [int8([1], 1), int8([2], 1, 2)], ['ShapeMismatch', 'entries', [2], [256]]],
    ['table', [int16([1], 1), int8([1], 1)], ['DTypeMismatch', 'entries', 'int8', 'int16']],
    ['table', [int16([1], 1), int16([1], 1)], ['ShapeMismatch', 'entries', [1], [513]]],
    ['softmax', [a, a], ['DTypeMismatch', 'x', 'int32', 'int8']],
    ['softmax', [int8([1], 1), int8([1], 1)], ['DTypeMismatch', 'exponentials', 'int8', 'int32']],
    ['softmax', [int8([1], 1), a], ['ShapeMismatch', 'exponentials', [2, 3], [256]]],
    ['softmax', [tensor('int8', [4096], new Array(4096).fill(0)), a], ['ShapeMismatch', 'x', [4096], [4095]]],
    ['softmaxForm', [int8([1], 1), a, 3], ['ValueOutOfRange', 'form', 3, 0, 2]],
    [
      'rescale',
      [int8([1], 1), quantization({ multiplier: 0, shift: 0, input: 128 })],
      ['ValueOutOfRange', 'input zero point', 128, -128, 127],
    ],
    [
      'rescale',
      [a, quantization({ multiplier: 0, shift: 0, input: 1 })],
      ['ValueOutOfRange', 'input zero point', 1, 0, 0],
    ],
    [
      'rescale',
      [int16([1], 1), quantization({ multiplier: 0, shift: 0, leftShift: 16 })],
      ['ValueOutOfRange', 'left shift', 16, 0, 15],
    ],
    ['rescaleChannels', [a, fine, int8([1], 1)], ['DTypeMismatch', 'factors', 'int8', 'int32']],
    ['rescaleChannels', [a, fine, a.with(1, [3, 2])], ['ShapeMismatch', 'factors', [3, 2], [2, 3]]],
    ['reduceSum', [a, 2], ['AxisOutOfRange', 2, 2]],
    ['reduceSumOver', [a, [0, 7], false, 0], ['AxisOutOfRange', 7, 2]],
    ['reduceSumOver', [a, [0], false, 1], ['ValueOutOfRange', 'zero point', 1, 0, 0]],
    ['reduceSumOver', [int8([1], 1), [0], false, -129], ['ValueOutOfRange', 'zero point', -129, -128, 127]],
    ['reduceMax', [a, 2], ['AxisOutOfRange', 2, 2]],
    ['reduceMaxOver', [a, [2], true], ['AxisOutOfRange', 2, 2]],
    ['reduceMin', [a, 9], ['AxisOutOfRange', 9, 2]],
    ['reduceMinOver', [a, [1, 2], true], ['AxisOutOfRange', 2, 2]],
    ['argmax', [a], ['NotAVector', [2, 3]]],
    ['argmaxAlong', [a, 2], ['AxisOutOfRange', 2, 2]],
  ] as const)('%s %#', async (name, args, expected) => {
    expect(await library.failure(name, ...args)).toEqual(expected)
  })

  it('where an element reads too much, and exactly there', async () => {
    // A run of n bytes touches ceil((n - 1) / 256) + 1 leaves, at most those of the tensor.
    expect((await library.call('reach', 1, [2, 24_321], [1])).error).toBeUndefined()
    expect(await library.failure('reach', 1, [2, 24_322], [1])).toEqual(['ReachExceeded', 97, 96])
    // A run of one byte touches one leaf, one of four bytes two.
    expect((await library.call('reach', 1, [96, 300], [0])).error).toBeUndefined()
    expect(await library.failure('reach', 1, [97, 300], [0])).toEqual(['ReachExceeded', 97, 96])
    expect((await library.call('reach', 3, [48, 1, 200], [1, 0])).error).toBeUndefined()
    expect(await library.failure('reach', 3, [49, 1, 200], [1, 0])).toEqual(['ReachExceeded', 98, 96])
    expect((await library.call('reach', 1, [24_576], [0])).error).toBeUndefined()
    expect(await library.failure('reach', 1, [24_577], [0])).toEqual(['ReachExceeded', 97, 96])
    expect(await library.value('reachOfArgmax', 24_576)).toBe(0n)
    expect(await library.failure('reachOfArgmax', 24_577)).toEqual(['ReachExceeded', 97, 96])
  })
})
