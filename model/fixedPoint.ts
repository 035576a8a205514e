import { INT32_MAX, roundingDoublingHighMultiply as multiply } from '../isa/index.ts'

/**
 * Fixed-point exponential, logistic and hyperbolic tangent, bit for bit as gemmlowp's `fixedpoint.h` computes them in
 * int32. They only fill tables off chain: no instruction runs them.
 *
 * Qa.b has a integer bits and b fractional bits beside the sign. `multiply` is gemmlowp's
 * `SaturatingRoundingDoublingHighMul`: the product of Qa.b and Qc.d in Q(a+c).(31-a-c). No operand pair here is its one
 * saturating case, -2^31 squared.
 */

/** gemmlowp's `RoundingDivideByPOT`: `x / 2^exponent`, rounded half away from zero. */
export function roundingDivideByPowerOfTwo(x: number, exponent: number): number {
  const quotient = Math.round(Math.abs(x) / 2 ** exponent)
  return x < 0 ? -quotient : quotient
}

/** exp(a) for a in [-1/4, 0): the Taylor series around -1/8. Q0.31 in and out. */
function expOnQuarter(a: number): number {
  const expMinusEighth = 1895147668
  const third = 715827883
  const x = a + 2 ** 28
  const x2 = multiply(x, x)
  const x3 = multiply(x2, x)
  const x4 = multiply(x2, x2)
  // x^4/24 + x^3/6 + x^2/2 = ((x^4/4 + x^3) / 3 + x^2) / 2
  const tail = roundingDivideByPowerOfTwo(multiply(roundingDivideByPowerOfTwo(x4, 2) + x3, third) + x2, 1)
  return expMinusEighth + multiply(expMinusEighth, x + tail)
}

/** exp(-2^k) in Q0.31, for k from -2 up. */
const expOfMinusPower = [1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242] as const

/**
 * `exp(a)` for a <= 0.
 *
 * @param a - Q(integerBits), -2^31..0
 * @param integerBits - 0..5
 * @returns Q0.31, 0..2^31-1
 */
export function expOnNegativeValues(a: number, integerBits: number): number {
  if (a === 0) return INT32_MAX
  const fractionalBits = 31 - integerBits
  const quarter = 2 ** (fractionalBits - 2)
  // a = inQuarter - remainder, with inQuarter in [-1/4, 0) and remainder a multiple of 1/4.
  const inQuarter = (a & (quarter - 1)) - quarter
  const remainder = inQuarter - a
  let result = expOnQuarter(inQuarter * 2 ** integerBits)
  expOfMinusPower.forEach((factor, index) => {
    const exponent = index - 2
    if (integerBits > exponent && remainder & (1 << (fractionalBits + exponent))) result = multiply(result, factor)
  })
  return result
}

/** `2 / (1 + a)` for a in (0, 1], by three Newton-Raphson steps. Q0.31 in, Q2.29 out. */
function twoOverOnePlus(a: number): number {
  // The sum is positive, so half of it rounds half up.
  const halfDenominator = Math.floor((a + INT32_MAX + 1) / 2)
  let x = 1515870810 + multiply(halfDenominator, -1010580540)
  for (let step = 0; step < 3; step++) x += multiply(x, 2 ** 29 - multiply(halfDenominator, x)) * 4
  return x
}

/** Left shift that saturates at the largest int32; the operand is not negative. */
function saturatingShift(x: number, shift: number): number {
  return Math.min(x * 2 ** shift, INT32_MAX)
}

/**
 * `1 / (1 + exp(-a))`.
 *
 * @param a - Q4.27
 * @returns Q0.31
 */
export function logistic(a: number): number {
  if (a === 0) return 2 ** 30
  // 2 / (1 + e) in Q2.29 read as Q1.30 is 1 / (1 + e).
  const positive = saturatingShift(twoOverOnePlus(expOnNegativeValues(-Math.abs(a), 4)), 1)
  return a > 0 ? positive : INT32_MAX - positive
}

/**
 * `tanh(a)`.
 *
 * @param a - Q4.27
 * @returns Q0.31
 */
export function tanh(a: number): number {
  if (a === 0) return 0
  // Q4.27 read as Q5.26 is twice the value: tanh(a) = (1 - e) / (1 + e) = 2 / (1 + e) - 1 with e = exp(-2a).
  const magnitude = saturatingShift(twoOverOnePlus(expOnNegativeValues(-Math.abs(a), 5)) - 2 ** 29, 2)
  return a < 0 ? -magnitude : magnitude
}
