// Vectors of neighbouring elements folded lane by lane over a grid: the taps of a window, or reduced axes outside kept ones.

import { extreme, loadUpTo } from './reductionLanes'

/** Sums of up to 255 int8 are at least -32640 and at most 32385, so that int16 lanes hold them. */
const MOST_INT8_SUMMANDS: i32 = 255

/** Larger or smaller elements of a vector at x over a grid of steps; bytes past `last` are not read if `isShort`. */
@inline
export function extremeOfColumns<T>(
  fold: i32,
  isShort: bool,
  x: usize,
  last: usize,
  count0: u32,
  step0: usize,
  count1: u32,
  step1: usize,
  count2: u32,
  step2: usize,
): v128 {
  let lanes = isShort ? loadUpTo(x, last) : v128.load(x)
  for (; count2 > 0; count2--) {
    let middle = x
    for (let i1 = count1; i1 > 0; i1--) {
      let inner = middle
      for (let i0 = count0; i0 > 0; i0--) {
        lanes = extreme<T>(fold, lanes, isShort ? loadUpTo(inner, last) : v128.load(inner))
        inner += step0
      }
      middle += step1
    }
    x += step2
  }
  return lanes
}

/** Writes `start` plus the int32 sums of a vector at x over a grid of steps to `output`, as many as it has elements. */
@inline
export function sumOfColumns<T>(
  isShort: bool,
  x: usize,
  last: usize,
  output: usize,
  start: v128,
  count0: u32,
  step0: usize,
  count1: u32,
  step1: usize,
  count2: u32,
  step2: usize,
): void {
  let sums0 = start
  let sums1 = start
  let sums2 = start
  let sums3 = start
  let low = i64x2.splat(0)
  let high = i64x2.splat(0)
  let room = MOST_INT8_SUMMANDS
  for (; count2 > 0; count2--) {
    let middle = x
    for (let i1 = count1; i1 > 0; i1--) {
      let inner = middle
      for (let i0 = count0; i0 > 0; i0--) {
        const elements = isShort ? loadUpTo(inner, last) : v128.load(inner)
        if (sizeof<T>() === 4) sums0 = i32x4.add(sums0, elements)
        else if (sizeof<T>() === 2) {
          sums0 = i32x4.add(sums0, i32x4.extend_low_i16x8_s(elements))
          sums1 = i32x4.add(sums1, i32x4.extend_high_i16x8_s(elements))
        } else {
          low = i16x8.add(low, i16x8.extend_low_i8x16_s(elements))
          high = i16x8.add(high, i16x8.extend_high_i8x16_s(elements))
          if (--room === 0) {
            room = MOST_INT8_SUMMANDS
            sums0 = i32x4.add(sums0, i32x4.extend_low_i16x8_s(low))
            sums1 = i32x4.add(sums1, i32x4.extend_high_i16x8_s(low))
            sums2 = i32x4.add(sums2, i32x4.extend_low_i16x8_s(high))
            sums3 = i32x4.add(sums3, i32x4.extend_high_i16x8_s(high))
            low = i64x2.splat(0)
            high = i64x2.splat(0)
          }
        }
        inner += step0
      }
      middle += step1
    }
    x += step2
  }
  if (sizeof<T>() === 1) {
    sums0 = i32x4.add(sums0, i32x4.extend_low_i16x8_s(low))
    sums1 = i32x4.add(sums1, i32x4.extend_high_i16x8_s(low))
    sums2 = i32x4.add(sums2, i32x4.extend_low_i16x8_s(high))
    sums3 = i32x4.add(sums3, i32x4.extend_high_i16x8_s(high))
    v128.store(output, sums2, 32)
    v128.store(output, sums3, 48)
  }
  v128.store(output, sums0)
  if (sizeof<T>() <= 2) v128.store(output, sums1, 16)
}
