// Averages of windows: sums divided by the count of taps, by exact multiplication with a reciprocal.

import { SCRATCH } from '../layout'
import { sumOfColumns } from './reductionGrid'
import { loadUpTo } from './reductionLanes'

/** Sums of as many int8, and half of the count more, fit int16. */
export const MOST_INT16_TAPS: u32 = 255

/**
 * Bits by which a product with {@link reciprocal} is shifted to divide by n: the least shift with 2^shift >= 129 n^2.
 *
 * With m = ceil(2^shift / n) = (2^shift + e) / n, 0 <= e < n, the product of m and a, 0 <= a <= 128 n + n / 2, is
 * 2^shift * (a / n) + a * e / n. Its shift is floor(a / n) when a * e < 2^shift, and a * e < 129 n^2.
 */
@inline
export function reciprocalShift(n: u64): i32 {
  return 64 - (clz(129 * n * n - 1) as i32)
}

/** `ceil(2^shift / n)`: below 2^16 for n up to 255, below 2^23 for the 24576 taps that the type rule allows at most. */
@inline
export function reciprocal(n: u64, shift: i32): u32 {
  return ((((1 as u64) << (shift as u64)) + n - 1) / n) as u32
}

/** Rounded quotients of int16 sums of n taps, n up to 255: a magnitude and n / 2 are at most 32640 + 127. */
@inline
function divideInt16(sums: v128, half: v128, factor: v128, shift: i32): v128 {
  const magnitudes = i16x8.add(i16x8.abs(sums), half)
  const quotients = i16x8.narrow_i32x4_s(
    i32x4.shr_u(i32x4.extmul_low_i16x8_u(magnitudes, factor), shift),
    i32x4.shr_u(i32x4.extmul_high_i16x8_u(magnitudes, factor), shift),
  )
  const signs = i16x8.shr_s(sums, 15)
  return i16x8.sub(v128.xor(quotients, signs), signs)
}

/** Rounded quotients of four int32 sums at `address`, by 64-bit products. */
@inline
function divideInt32(address: usize, half: v128, factor: v128, shift: i32): v128 {
  const sums = v128.load(address)
  const magnitudes = i32x4.add(i32x4.abs(sums), half)
  const quotients = v128.shuffle<i32>(
    i64x2.shr_u(i64x2.extmul_low_i32x4_u(magnitudes, factor), shift),
    i64x2.shr_u(i64x2.extmul_high_i32x4_u(magnitudes, factor), shift),
    0,
    2,
    4,
    6,
  )
  const signs = i32x4.shr_s(sums, 31)
  return i32x4.sub(v128.xor(quotients, signs), signs)
}

/** Rounded quotients of 16 int16 sums of n taps, n up to 255. */
@inline
export function averageOfInt16(low: v128, high: v128, half: v128, factor: v128, shift: i32): v128 {
  return i8x16.narrow_i16x8_s(divideInt16(low, half, factor, shift), divideInt16(high, half, factor, shift))
}

/** Averages of 16 channels over a window of at most 255 taps. */
@inline
export function averageOfSmallWindow(
  isShort: bool,
  x: usize,
  last: usize,
  columns: u32,
  columnStep: usize,
  rows: u32,
  rowStep: usize,
  half: v128,
  factor: v128,
  shift: i32,
): v128 {
  let low = i64x2.splat(0)
  let high = low
  for (; rows > 0; rows--) {
    let tap = x
    for (let column = columns; column > 0; column--) {
      const elements = isShort ? loadUpTo(tap, last) : v128.load(tap)
      low = i16x8.add(low, i16x8.extend_low_i8x16_s(elements))
      high = i16x8.add(high, i16x8.extend_high_i8x16_s(elements))
      tap += columnStep
    }
    x += rowStep
  }
  return averageOfInt16(low, high, half, factor, shift)
}

/** Averages of 16 channels over a window of any number of taps. */
@inline
export function averageOfWindow(
  isShort: bool,
  x: usize,
  last: usize,
  columns: u32,
  columnStep: usize,
  rows: u32,
  rowStep: usize,
  half: v128,
  factor: v128,
  shift: i32,
): v128 {
  const none = i64x2.splat(0)
  sumOfColumns<i8>(isShort, x, last, SCRATCH, none, columns, columnStep, rows, rowStep, 1, 0)
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(divideInt32(SCRATCH, half, factor, shift), divideInt32(SCRATCH + 16, half, factor, shift)),
    i16x8.narrow_i32x4_s(
      divideInt32(SCRATCH + 32, half, factor, shift),
      divideInt32(SCRATCH + 48, half, factor, shift),
    ),
  )
}
