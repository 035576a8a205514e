import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clamp,
  countOf,
  INT32_MAX,
  INT32_MIN,
  MAX_COUNT,
  multiplyShiftLow32,
  multiplyShiftRound,
  ROUND_DOUBLE,
  ROUND_SINGLE,
  type RoundingMode,
  rescale,
  roundingDoublingHighMultiply,
  roundUp,
} from '../../isa/index.ts'
import { int32, multiplier, shift } from './integers.ts'

const runs = { numRuns: 20_000 }

/** `(x * m + nudge * 2^30 + 2^(shift-1)) >> shift` over unbounded integers. */
function exactShiftRound(x: number, m: number, bits: number, nudge: number): bigint {
  return (BigInt(x) * BigInt(m) + BigInt(nudge) * 2n ** 30n + 2n ** BigInt(bits - 1)) >> BigInt(bits)
}

/** What the documentation of `multiplyShiftRound` promises: exact below 2^53, else the sign and at least 2^52. */
function agrees(actual: number, exact: bigint): boolean {
  const magnitude = exact < 0n ? -exact : exact
  if (magnitude < 2n ** 53n) return actual === Number(exact)
  return Math.sign(actual) === (exact < 0n ? -1 : 1) && Math.abs(actual) >= 2 ** 52
}

/** gemmlowp's SaturatingRoundingDoublingHighMul, in its own steps: a nudge by the sign, division towards zero. */
function highMultiply(a: bigint, b: bigint): bigint {
  const product = a * b
  return (product + (product >= 0n ? 2n ** 30n : 1n - 2n ** 30n)) / 2n ** 31n
}

/** gemmlowp's RoundingDivideByPOT, in its own steps. */
function divideByPowerOfTwo(x: bigint, exponent: bigint): bigint {
  const mask = 2n ** exponent - 1n
  const threshold = (mask >> 1n) + (x < 0n ? 1n : 0n)
  return (x >> exponent) + ((x & mask) > threshold ? 1n : 0n)
}

describe('multiplyShiftRound', () => {
  it('is the formula over unbounded integers', () => {
    const bits = fc.integer({ min: 1, max: 62 })
    fc.assert(
      fc.property(int32, int32, bits, fc.constantFrom(-1, 0, 1), (x, m, n, sign) => {
        const nudge = n > 31 ? sign : 0
        return agrees(multiplyShiftRound(x, m, n, nudge), exactShiftRound(x, m, n, nudge))
      }),
      runs,
    )
  })

  it('is exact at the ends of every range', () => {
    const ends = [INT32_MIN, INT32_MIN + 1, -1, 0, 1, INT32_MAX - 1, INT32_MAX]
    for (const x of ends)
      for (const m of ends)
        for (let bits = 1; bits <= 62; bits++)
          for (const nudge of bits > 31 ? [-1, 0, 1] : [0])
            expect(agrees(multiplyShiftRound(x, m, bits, nudge), exactShiftRound(x, m, bits, nudge))).toBe(true)
  })
})

describe('rescale', () => {
  it('rounds twice as gemmlowp does, for shifts to the right', () => {
    const right = fc.integer({ min: -31, max: 0 })
    fc.assert(
      fc.property(int32, multiplier, right, (x, m, s) => {
        const expected = divideByPowerOfTwo(highMultiply(BigInt(x), BigInt(m)), BigInt(-s))
        return rescale(x, m, s, ROUND_DOUBLE) === Number(expected)
      }),
      runs,
    )
  })

  it('rounds once, half upwards, in the other mode', () => {
    fc.assert(
      fc.property(int32, multiplier, shift, (x, m, s) =>
        agrees(rescale(x, m, s, ROUND_SINGLE), exactShiftRound(x, m, 31 - s, 0)),
      ),
      runs,
    )
  })

  it('clamps to every dtype as exact arithmetic would', () => {
    const modes = fc.constantFrom<RoundingMode>(ROUND_DOUBLE, ROUND_SINGLE)
    fc.assert(
      fc.property(int32, multiplier, shift, modes, (x, m, s, mode) => {
        const nudge = mode === ROUND_DOUBLE && s < 0 ? (x >= 0 ? 1 : -1) : 0
        const exact = exactShiftRound(x, m, 31 - s, nudge)
        const expected = exact < BigInt(INT32_MIN) ? INT32_MIN : exact > BigInt(INT32_MAX) ? INT32_MAX : Number(exact)
        return clamp(rescale(x, m, s, mode), INT32_MIN, INT32_MAX) === expected
      }),
      runs,
    )
  })
})

describe('multiplyShiftLow32', () => {
  it('is the low 32 bits of the shifted product', () => {
    fc.assert(
      fc.property(int32, int32, fc.integer({ min: 0, max: 62 }), (a, b, bits) => {
        const exact = bits === 0 ? BigInt(a) * BigInt(b) : exactShiftRound(a, b, bits, 0)
        return multiplyShiftLow32(a, b, bits) === Number(BigInt.asIntN(32, exact))
      }),
      runs,
    )
  })
})

describe('roundingDoublingHighMultiply', () => {
  it('is gemmlowp, but for the pair that saturates there', () => {
    fc.assert(
      fc.property(int32, int32, (a, b) => {
        fc.pre(a !== INT32_MIN || b !== INT32_MIN)
        return roundingDoublingHighMultiply(a, b) === Number(highMultiply(BigInt(a), BigInt(b)))
      }),
      runs,
    )
  })

  it('does not saturate', () => {
    expect(roundingDoublingHighMultiply(INT32_MIN, INT32_MIN)).toBe(2 ** 31)
  })
})

describe('countOf', () => {
  it('is the product, or 2^53-1 where that is less', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 24 - 1 }), { maxLength: 8 }), (factors) => {
        const exact = factors.reduce((product, factor) => product * BigInt(factor), 1n)
        return countOf(...factors) === Number(exact < BigInt(MAX_COUNT) ? exact : BigInt(MAX_COUNT))
      }),
    )
  })
})

describe('roundUp', () => {
  it('is the least multiple that is not below', () => {
    expect([0, 1, 15, 16, 17].map((x) => roundUp(x, 16))).toEqual([0, 16, 16, 16, 32])
  })
})
