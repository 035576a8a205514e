// RESCALE where the multiplier shifts to the left or not at all: n = 31 - shift is 1..31, and r = 2^(n-1) in either
// rounding. The product has 64 bits, of which the result is 32 from bit n on, where it fits.

/**
 * `(v * m + r) >> n` of four lanes, saturated to int32, each lane with its own n in 1..31.
 *
 * Of the 64-bit words `v * m + r`, at most 2^62 in magnitude, the high half times 2^(32-n) and the low half shifted right
 * by n make up the result; the shift is the high half of a product, too. It fits when the high half is within
 * -2^(n-1)..2^(n-1)-1.
 *
 * @param m - int32 lanes
 * @param power - `2^(32-n)` in lanes
 * @param limit - `2^(n-1) - 1` in lanes
 */
@inline
export function scaleLeft(v: v128, m: v128, power: v128, limit: v128): v128 {
  const rounding = i32x4.add(limit, i32x4.splat(1))
  const first = i64x2.add(i64x2.extmul_low_i32x4_s(v, m), i64x2.extend_low_i32x4_u(rounding))
  const second = i64x2.add(i64x2.extmul_high_i32x4_s(v, m), i64x2.extend_high_i32x4_u(rounding))
  const high = v128.shuffle<i32>(first, second, 1, 3, 5, 7)
  const low = v128.shuffle<i32>(first, second, 0, 2, 4, 6)
  const shifted = v128.shuffle<i32>(
    i64x2.extmul_low_i32x4_u(low, power),
    i64x2.extmul_high_i32x4_u(low, power),
    1,
    3,
    5,
    7,
  )
  const fitting = v128.or(i32x4.mul(high, power), shifted)
  const beyond = v128.or(i32x4.gt_s(high, limit), i32x4.lt_s(high, v128.not(limit)))
  const extreme = v128.xor(i32x4.shr_s(high, 31), i32x4.splat(0x7fffffff))
  return v128.bitselect(extreme, fitting, beyond)
}
