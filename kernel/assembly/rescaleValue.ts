// What every way of rescaling shares. A value v, multiplier m and shift are as in isa/ops/rescale.ts, and n = 31 -
// shift.

/** 2^31, which rounds a product that is a fraction of 2^32. */
export const HALF: i64 = 1 << 31

/**
 * `floor((v * factor + rounding) / 2^32)` for int32 lanes of v and uint32 lanes of factor, where it fits int32.
 *
 * The product is unsigned, because a factor of up to 2^32-1 does not fit a signed lane: a negative v counts as v +
 * 2^32, which makes the high word too large by `factor`. `correction` takes that back for negative v, and may take 1
 * more.
 */
@inline
export function highProduct(v: v128, factor: v128, correction: v128, rounding: v128): v128 {
  const low = i64x2.add(i64x2.extmul_low_i32x4_u(v, factor), rounding)
  const high = i64x2.add(i64x2.extmul_high_i32x4_u(v, factor), rounding)
  const words = v128.shuffle<i32>(low, high, 1, 3, 5, 7)
  return i32x4.sub(words, v128.and(i32x4.shr_s(v, 31), correction))
}

/** `(v * m + r) >> n`. The product is at most 2^62 - 2^31 in magnitude and r at most 2^61 + 2^30: no overflow. */
@inline
export function scaleOne(v: i32, m: i32, n: i32, isDouble: bool): i64 {
  let rounding: i64 = (1 as i64) << (n - 1)
  if (isDouble && n > 31) rounding += (((v >> 31) | 1) as i64) << 30
  return ((v as i64) * (m as i64) + rounding) >> n
}

/** `(x - zeroPoint) << shift` for the element at an address. */
@inline
export function valueOne<X>(address: usize, zeroPoint: i32, shift: i32): i32 {
  return ((load<X>(address) as i32) - zeroPoint) << shift
}

/** Adds the zero point, clamps and stores one element. */
@inline
export function storeOne<Y>(address: usize, q: i64, zeroPoint: i32, low: i32, high: i32): void {
  store<Y>(address, min(max(q + (zeroPoint as i64), low as i64), high as i64) as Y)
}

/**
 * `(x - zeroPoint) * scale` for four elements, scale = 2^shift. It fits int32: the type rule limits the shift. A shift
 * by a variable would take longer.
 */
@inline
export function values<X>(address: usize, zeroPoint: v128, scale: v128): v128 {
  if (sizeof<X>() === 4) return v128.load(address)
  const x =
    sizeof<X>() === 2
      ? v128.load16x4_s(address)
      : i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(address)))
  return i32x4.mul(i32x4.sub(x, zeroPoint), scale)
}

// int8 results for n >= 32 take a short second step. The first leaves p = v * m / 2^31, floored or rounded, and the
// result is p / 2^e with e = n - 31, rounded half upwards. p is shifted by a multiple of 4 below e, saturated to int16
// and divided by the rest, 2^1..2^7, in a rounding multiplication. Floors compose; and what saturates is at least 2^15
// / 2^7 in magnitude after it, beyond int8 whatever the zero point.

/** The most that is left for the rounding multiplication to shift. */
export const MAX_NEAR_SHIFT: i32 = 7

/** How far to shift p for lanes whose n are at least `least` >= 32: 0, 4, .. 24; shifts by constants are faster. */
@inline
export function nearShift(least: i32): i32 {
  return min((least - 32) & ~3, 24)
}

/** The multiplier, in Q15, that shifts what is left. */
@inline
export function nearFactor(n: i32, shift: i32): i16 {
  const factor = 1 << (46 + shift - n)
  return factor as i16
}

@inline
function narrowShifted(p0: v128, p1: v128, shift: i32): v128 {
  return i16x8.narrow_i32x4_s(i32x4.shr_s(p0, shift), i32x4.shr_s(p1, shift))
}

/** Shifts eight lanes by a {@link nearShift} and saturates them to int16. */
@inline
export function narrowNear(p0: v128, p1: v128, shift: i32): v128 {
  if (shift === 4) return narrowShifted(p0, p1, 4)
  if (shift === 8) return narrowShifted(p0, p1, 8)
  if (shift === 0) return i16x8.narrow_i32x4_s(p0, p1)
  if (shift === 12) return narrowShifted(p0, p1, 12)
  if (shift === 16) return narrowShifted(p0, p1, 16)
  if (shift === 20) return narrowShifted(p0, p1, 20)
  return narrowShifted(p0, p1, 24)
}

/** The zero point of outputs of type Y as {@link storeValues} takes it. */
@inline
export function zeroPointLanes<Y>(zeroPoint: i32): v128 {
  return sizeof<Y>() === 1 ? i16x8.splat(zeroPoint as i16) : i32x4.splat(zeroPoint)
}

/** A bound of outputs of type Y as {@link storeValues} takes it. */
@inline
export function boundLanes<Y>(bound: i32, zeroPoint: i32): v128 {
  return sizeof<Y>() === 1 ? i8x16.splat(bound as i8) : i32x4.splat(bound - zeroPoint)
}

/**
 * Adds the zero point to 16 values, clamps and stores them as int8.
 *
 * Equal to clamping over unbounded integers: int16 saturation changes only sums that are beyond int8 before and after,
 * on the same side, because a zero point is at most 128 in magnitude.
 *
 * @param q0 - int16 [8], of values saturated to at least -256..255
 */
@inline
export function storeBytes(address: usize, q0: v128, q1: v128, zeroPoint: v128, low: v128, high: v128): void {
  const bytes = i8x16.narrow_i16x8_s(i16x8.add_sat_s(q0, zeroPoint), i16x8.add_sat_s(q1, zeroPoint))
  v128.store(address, i8x16.min_s(i8x16.max_s(bytes, low), high))
}

/**
 * Adds the zero point to 16 values, clamps and stores them.
 *
 * int16: the bounds are taken less the zero point, so that values are clamped first and the sum can't overflow. int32
 * has no zero point.
 */
@inline
export function storeValues<Y>(
  address: usize,
  q0: v128,
  q1: v128,
  q2: v128,
  q3: v128,
  zeroPoint: v128,
  low: v128,
  high: v128,
): void {
  if (sizeof<Y>() === 1) {
    storeBytes(address, i16x8.narrow_i32x4_s(q0, q1), i16x8.narrow_i32x4_s(q2, q3), zeroPoint, low, high)
    return
  }
  let y0 = i32x4.min_s(i32x4.max_s(q0, low), high)
  let y1 = i32x4.min_s(i32x4.max_s(q1, low), high)
  let y2 = i32x4.min_s(i32x4.max_s(q2, low), high)
  let y3 = i32x4.min_s(i32x4.max_s(q3, low), high)
  if (sizeof<Y>() === 2) {
    y0 = i32x4.add(y0, zeroPoint)
    y1 = i32x4.add(y1, zeroPoint)
    y2 = i32x4.add(y2, zeroPoint)
    y3 = i32x4.add(y3, zeroPoint)
    v128.store(address, i16x8.narrow_i32x4_s(y0, y1))
    v128.store(address, i16x8.narrow_i32x4_s(y2, y3), 16)
  } else {
    v128.store(address, y0)
    v128.store(address, y1, 16)
    v128.store(address, y2, 32)
    v128.store(address, y3, 48)
  }
}
