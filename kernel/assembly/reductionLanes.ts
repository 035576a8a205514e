// What reductions and pools share: elements folded by sum, maximum or minimum in the lanes of vectors.

import { SCRATCH } from '../layout'

export const SUM: i32 = 0
export const MAXIMUM: i32 = 1
export const MINIMUM: i32 = 2

/** All bits set in the last `count` bytes, 1..16. */
@inline
export function lastBytes(count: usize): v128 {
  return i8x16.ge_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat((16 - count) as i8))
}

/** A vector of which only the bytes at `address..last + 15` are read; the others are 0. `address` is at most last + 15. */
@inline
export function loadUpTo(address: usize, last: usize): v128 {
  if (address <= last) return v128.load(address)
  const shift = i8x16.splat((address - last) as i8)
  return i8x16.swizzle(v128.load(last), i8x16.add(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), shift))
}

/** The element that changes no fold, in every lane. */
@inline
export function neutral<T>(fold: i32): v128 {
  if (fold === SUM) return i64x2.splat(0)
  const lowest = v128.shl<T>(v128.splat<T>(1 as T), sizeof<T>() * 8 - 1)
  return fold === MAXIMUM ? lowest : v128.not(lowest)
}

/** The larger or the smaller of each pair of lanes. */
@inline
export function extreme<T>(fold: i32, a: v128, b: v128): v128 {
  return fold === MAXIMUM ? v128.max<T>(a, b) : v128.min<T>(a, b)
}

/** Sum of four lanes, modulo 2^32. */
@inline
export function sumOfLanes(lanes: v128): i32 {
  const pairs = i32x4.add(lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1))
  return i32x4.extract_lane(i32x4.add(pairs, v128.shuffle<i32>(pairs, pairs, 1, 0, 3, 2)), 0)
}

/** The largest or smallest lane, in every lane. */
@inline
export function extremeOfLanes<T>(fold: i32, lanes: v128): v128 {
  lanes = extreme<T>(fold, lanes, v128.shuffle<i32>(lanes, lanes, 2, 3, 0, 1))
  lanes = extreme<T>(fold, lanes, v128.shuffle<i32>(lanes, lanes, 1, 0, 3, 2))
  if (sizeof<T>() <= 2) lanes = extreme<T>(fold, lanes, v128.shuffle<i16>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6))
  if (sizeof<T>() === 1)
    lanes = extreme<T>(
      fold,
      lanes,
      v128.shuffle<i8>(lanes, lanes, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14),
    )
  return lanes
}

/** Adds the elements of a vector to four int32 sums; which of the sums each goes to is not told. */
@inline
export function addToSums<T>(sums: v128, elements: v128): v128 {
  if (sizeof<T>() === 4) return i32x4.add(sums, elements)
  const pairs = sizeof<T>() === 1 ? i16x8.extadd_pairwise_i8x16_s(elements) : elements
  return i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(pairs))
}

/** Where to write more bytes than there is room for: at `output` as long as later writes mend what lies behind. */
@inline
export function roomFor(output: usize, last: usize): usize {
  return output <= last ? output : SCRATCH
}

/** Brings what was written to {@link roomFor} to its place. */
@inline
export function settle(from: usize, output: usize, bytes: usize): void {
  if (from === output) return
  for (; bytes > 0; bytes--) store<u8>(output++, load<u8>(from++))
}
