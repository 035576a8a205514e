/**
 * The integer arithmetic of the instruction set. Every function is exact: doubles are used only where each
 * intermediate is an integer below 2^53 or a multiple of a power of two, and the argument is given.
 */

export const INT32_MIN = -(2 ** 31)
export const INT32_MAX = 2 ** 31 - 1

/** `min(max(x, low), high)`. */
export function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x
}

export type RoundingMode = 0 | 1
/** Rounds twice, as TFLite Micro and CMSIS-NN do. */
export const ROUND_DOUBLE: RoundingMode = 0
/** Rounds once, as XNNPACK and ruy do. */
export const ROUND_SINGLE: RoundingMode = 1

// Looking powers of two up is ten times as fast as computing them in the engine's pow.
const POWERS_OF_TWO: readonly number[] = Array.from({ length: 63 }, (_, exponent) => 2 ** exponent)

function powerOfTwo(exponent: number): number {
  return POWERS_OF_TWO[exponent] as number
}

/**
 * `(x * m + nudge * 2^30 + 2^(shift-1)) >> shift`, floored, over unbounded integers.
 *
 * The result is exact wherever it is below 2^53 in magnitude; above, its sign is right and its magnitude is at least 2^52,
 * so that clamping to any dtype is exact.
 *
 * With x = xh * 2^16 + xl: xh * m < 2^47 and xl * m < 2^47 are exact. For shift >= 17 the low 16 bits of xl * m cannot
 * reach the result, because every other term is a multiple of 2^16; the rest is below 2^48 and divides by a power of two.
 *
 * @param x - int32
 * @param m - int32
 * @param shift - 1..62
 * @param nudge - -1, 0 or 1; nonzero only with shift >= 32
 */
export function multiplyShiftRound(x: number, m: number, shift: number, nudge: number): number {
  const high = (x >> 16) * m
  const low = (x & 0xffff) * m
  if (shift >= 17) {
    const sum = high + Math.floor(low / 65536) + nudge * 16384 + powerOfTwo(shift - 17)
    return Math.floor(sum / powerOfTwo(shift - 16))
  }
  return high * powerOfTwo(16 - shift) + Math.floor((low + powerOfTwo(shift - 1)) / powerOfTwo(shift))
}

/**
 * Rescales by a fixed-point factor: `x * m * 2^(s - 31)`, rounded.
 *
 * Mode double rounds to nearest with ties upward, after moving x * m by 2^30 away from zero when the shift is above 31
 * (equal to gemmlowp's SaturatingRoundingDoublingHighMul followed by RoundingDivideByPOT). Mode single only rounds.
 *
 * @param x - int32
 * @param m - 0..2^31-1, a Q0.31 multiplier
 * @param s - -31..30, positive to the left
 * @returns exact below 2^53 in magnitude; larger results have the right sign, for clamping
 */
export function rescale(x: number, m: number, s: number, mode: RoundingMode): number {
  const shift = 31 - s
  const nudge = mode === ROUND_DOUBLE && shift > 31 ? (x >= 0 ? 1 : -1) : 0
  return multiplyShiftRound(x, m, shift, nudge)
}

/**
 * Low 32 bits, as int32, of `(a * b + 2^(shift-1)) >> shift`; of `a * b` for shift 0.
 *
 * @param shift - 0..62
 */
export function multiplyShiftLow32(a: number, b: number, shift: number): number {
  if (shift === 0) return Math.imul(a, b)
  if (shift >= 17) return multiplyShiftRound(a, b, shift, 0) | 0
  // Each term is an exact double, and ToInt32 is exact modulo 2^32 where their sum would not be.
  const high = ((a >> 16) * b * powerOfTwo(16 - shift)) | 0
  return (high + Math.floor(((a & 0xffff) * b + powerOfTwo(shift - 1)) / powerOfTwo(shift))) | 0
}

/** `(a * b + 2^30) >> 31`: gemmlowp's rounding doubling high multiply, without its one saturating case. */
export function roundingDoublingHighMultiply(a: number, b: number): number {
  return multiplyShiftRound(a, b, 31, 0)
}

/** Largest exact integer count; {@link countOf} saturates here. */
export const MAX_COUNT = Number.MAX_SAFE_INTEGER

/**
 * Product of nonnegative integers, saturating at 2^53-1.
 *
 * No gas limit buys a saturated count, so it always ends as out of gas. Rounding of doubles is monotone: a product that
 * is above 2^53-1 can't round to less.
 */
export function countOf(...factors: readonly number[]): number {
  let product = 1
  for (const factor of factors) product *= factor
  return Math.min(product, MAX_COUNT)
}

/** `x` rounded up to a multiple of `quantum`. */
export function roundUp(x: number, quantum: number): number {
  return Math.ceil(x / quantum) * quantum
}
