// Vectors of neighbouring elements folded lane by lane over a grid: the taps of a window, or reduced axes outside kept ones.

import { SCRATCH } from '../layout'
import { extreme, loadUpTo } from './reductionLanes'

/** Sums of up to 255 int8 are at least -32640 and at most 32385, so that int16 lanes hold them. */
const MOST_INT8_SUMMANDS: i32 = 255

/** Bytes of a line of the processor's caches. */
const LINE_BYTES: usize = 64
/** Bytes of neighbours that are folded before the next ones: of at most 96 runs, or of few where a tensor is small. */
export const BLOCK_BYTES: usize = 4096
/** Shorter runs lie close together, so that they come in order anyway. */
const MOST_CLOSE_BYTES: usize = 256

/** So many long runs at a time are fetched ahead as it is. */
const FEW_RUNS: u32 = 16

/**
 * Reads runs of `bytes` at x over a grid of steps in the order of their addresses, which the processor fetches ahead.
 * Folding them afterwards, a vector of each at a time, then finds them in its caches: several times as fast.
 */
@inline
export function readAhead(
  x: usize,
  bytes: usize,
  count0: u32,
  step0: usize,
  count1: u32,
  step1: usize,
  count2: u32,
  step2: usize,
): void {
  if (bytes <= MOST_CLOSE_BYTES || (bytes === BLOCK_BYTES && count0 * count1 * count2 <= FEW_RUNS)) return
  let bits: u64 = 0
  for (; count2 > 0; count2--) {
    let middle = x
    for (let i1 = count1; i1 > 0; i1--) {
      let inner = middle
      for (let i0 = count0; i0 > 0; i0--) {
        for (let offset: usize = 0; offset < bytes; offset += LINE_BYTES) bits |= load<u8>(inner + offset)
        inner += step0
      }
      middle += step1
    }
    x += step2
  }
  // What is never used need not be read.
  store<u64>(SCRATCH, bits)
}

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
