import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expOnNegativeValues, logistic, roundingDivideByPowerOfTwo, tanh } from '../../model/fixedPoint.ts'
import {
  activationRange,
  hardSwishTable,
  logisticTable,
  quantizeMultiplier,
  softmaxTable,
  tanhTable,
} from '../../model/quantization.ts'
import { fixedPoint } from './tflite/reference.ts'

describe('quantizeMultiplier', () => {
  it.each([
    [0, 0, 0],
    [0.5, 2 ** 30, 0],
    [1, 2 ** 30, 1],
    [0.75, 3 * 2 ** 29, 0],
    [3, 3 * 2 ** 29, 2],
    // Rounds to 2^31, which is halved.
    [1 - 2 ** -33, 2 ** 30, 1],
    // The last factor that is not flushed to zero, and the first that is.
    [2 ** -32, 2 ** 30, -31],
    [2 ** -33, 0, 0],
    [Number.MIN_VALUE, 0, 0],
    [2 ** 29, 2 ** 30, 30],
    [2 ** 30, 2 ** 31 - 1, 30],
  ])('%d becomes %d with shift %d', (scale, multiplier, shift) => {
    expect(quantizeMultiplier(scale)).toEqual({ multiplier, shift })
  })

  it('rounds the bits of a double as an independent reading of them does', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -40, max: 2 ** 29, noNaN: true }), (scale) => {
        const { multiplier, shift } = quantizeMultiplier(scale)
        expect({ m: BigInt(multiplier), s: shift }).toEqual(fixedPoint(scale))
      }),
    )
  })

  it.each([-1, Number.NaN, Infinity])('refuses %d', (scale) => {
    expect(() => quantizeMultiplier(scale)).toThrow(/^scale: /)
  })
})

describe('activationRange', () => {
  it.each([
    ['none', 0.1, 5, -128, 127],
    ['relu', 0.1, 5, 5, 127],
    ['relu6', 0.1, 5, 5, 65],
    ['relu6', 0.01, -128, -128, 127],
    ['reluN1To1', 0.4, 0, -3, 3],
    ['relu0To1', 0.1, 0, 0, 10],
  ] as const)('%s at scale %d and zero point %d is %d..%d', (activation, scale, zeroPoint, low, high) => {
    expect(activationRange(activation, { scale, zeroPoint }, 'int8')).toEqual([low, high])
  })
})

describe('fixed-point functions', () => {
  it('round halves away from zero', () => {
    expect([-6, -5, -2, 2, 5, 6].map((x) => roundingDivideByPowerOfTwo(x, 2))).toEqual([-2, -1, -1, 1, 1, 2])
  })

  it('are near the real ones', () => {
    for (let x = -15.9; x <= 15.9; x += 0.0371) {
      const q4 = Math.round(x * 2 ** 27)
      expect(Math.abs(logistic(q4) / 2 ** 31 - 1 / (1 + Math.exp(-q4 / 2 ** 27)))).toBeLessThan(2 ** -22)
      expect(Math.abs(tanh(q4) / 2 ** 31 - Math.tanh(q4 / 2 ** 27))).toBeLessThan(2 ** -22)
      const q5 = -Math.abs(Math.round(x * 2 ** 27))
      expect(Math.abs(expOnNegativeValues(q5, 5) / 2 ** 31 - Math.exp(q5 / 2 ** 26))).toBeLessThan(2 ** -22)
    }
  })

  it('have gemmlowp saturation at their ends', () => {
    expect([expOnNegativeValues(0, 5), logistic(0), tanh(0)]).toEqual([2 ** 31 - 1, 2 ** 30, 0])
    expect(tanh(2 ** 31 - 1)).toBe(2 ** 31 - 1)
    expect(logistic(-(2 ** 31) + 1) + logistic(2 ** 31 - 1)).toBe(2 ** 31 - 1)
  })
})

describe('tables', () => {
  it('softmax: exponentials that end where TFLite skips', () => {
    const table = softmaxTable(0.25, 1, 0)
    expect(table[0]).toBe(2 ** 31 - 1)
    for (let d = 0; d <= 124; d++)
      expect(Math.abs((table[d] as number) / 2 ** 31 - Math.exp(-d / 4))).toBeLessThan(1e-6)
    // The exponent of the factor, 2^24, is 25: differences beyond floor(31 * 2^26 / 2^25) = 62 are skipped.
    expect(table.indexOf(0)).toBe(63)
  })

  it('softmax: refuses a scale that TFLite refuses', () => {
    expect(() => softmaxTable(2 ** -26, 1, 0)).toThrow(/beta \* scale/)
  })

  it('logistic and tanh saturate beyond their domain and are monotone', () => {
    for (const table of [logisticTable({ scale: 0.2, zeroPoint: 3 }, 0), tanhTable({ scale: 0.2, zeroPoint: 3 }, 1)]) {
      expect([table[0], table[255]]).toEqual([-128, 127])
      expect(table.every((value, index) => index === 0 || value >= (table[index - 1] as number))).toBe(true)
    }
  })

  it('hard swish refuses scales that TFLite refuses', () => {
    expect(() => hardSwishTable({ scale: 1, zeroPoint: 0 }, { scale: 1 / 256, zeroPoint: 0 })).toThrow(/^scales: /)
  })
})
