import { SCRATCH } from '../layout'

/** Exponentials of a row, int32, filled up with zeros to a multiple of 16. */
const EXPONENTIALS: usize = SCRATCH
/** Results of a row that is shorter than a vector. */
const RESULTS: usize = SCRATCH + 32768
/** 2^31, which rounds a product that is a fraction of 2^32. */
const HALF: i64 = 1 << 31

/** `(a * b + 2^30) >> 31`. */
@inline
function roundingDoublingHighMultiply(a: i64, b: i64): i64 {
  return (a * b + (1 << 30)) >> 31
}

/** Reciprocal of a fraction: see `isa/ops/softmax.ts`. */
@inline
function reciprocal(half: i64): i64 {
  let v: i64 = 1515870810 + roundingDoublingHighMultiply(half, -1010580540)
  for (let step = 0; step < 3; step++)
    v += 4 * roundingDoublingHighMultiply(v, (1 << 29) - roundingDoublingHighMultiply(half, v))
  return min<i64>(2 * v, i32.MAX_VALUE)
}

function largest(x: usize, count: usize): i32 {
  let most: i32 = i8.MIN_VALUE
  if (count >= 16) {
    let lanes = v128.load(x + count - 16)
    for (; count >= 16; count -= 16) {
      lanes = i8x16.max_s(lanes, v128.load(x))
      x += 16
    }
    lanes = i8x16.max_s(lanes, v128.shuffle<i64>(lanes, lanes, 1, 0))
    lanes = i8x16.max_s(lanes, v128.shuffle<i32>(lanes, lanes, 1, 0, 3, 2))
    lanes = i8x16.max_s(lanes, i16x8.shr_s(lanes, 8))
    return max(i8x16.extract_lane_s(lanes, 0), i8x16.extract_lane_s(lanes, 2)) as i32
  }
  for (; count > 0; count--) {
    most = max(most, load<i8>(x) as i32)
    x++
  }
  return most
}

/** Exponential at a byte of `distances`, each of which is a largest element less an element. */
@inline
function exponential(table: usize, distances: u64, byte: i32): i32 {
  return load<i32>(table + ((((distances >> (8 * byte)) & 255) as usize) << 2))
}

/** Writes the entries of `count` elements to {@link EXPONENTIALS}. */
function lookUp(x: usize, table: usize, count: usize, most: i32): void {
  const greatest = i8x16.splat(most as i8)
  let e = EXPONENTIALS
  let left = count
  for (; left >= 8; left -= 8) {
    const distances = i64x2.extract_lane(i8x16.sub(greatest, v128.load64_zero(x)), 0)
    store<i32>(e, exponential(table, distances, 0))
    store<i32>(e, exponential(table, distances, 1), 4)
    store<i32>(e, exponential(table, distances, 2), 8)
    store<i32>(e, exponential(table, distances, 3), 12)
    store<i32>(e, exponential(table, distances, 4), 16)
    store<i32>(e, exponential(table, distances, 5), 20)
    store<i32>(e, exponential(table, distances, 6), 24)
    store<i32>(e, exponential(table, distances, 7), 28)
    x += 8
    e += 32
  }
  for (; left > 0; left--) {
    store<i32>(e, load<i32>(table + ((most - (load<i8>(x) as i32)) << 2)))
    x++
    e += 4
  }
  for (; (e & 63) !== 0; e += 4) store<i32>(e, 0)
}

/** `max(e, 0)` of four elements. */
@inline
function exponentials(address: usize): v128 {
  return i32x4.max_s(v128.load(address), i32x4.splat(0))
}

/** Sum of the exponentials in Q12.19: at most 4095 * 2^19. */
function sumOf(count: usize): i32 {
  const rounding = i32x4.splat(2048)
  let even = i32x4.splat(0)
  let odd = even
  for (let e: usize = 0; e < count << 2; e += 32) {
    even = i32x4.add(even, i32x4.shr_u(i32x4.add(exponentials(EXPONENTIALS + e), rounding), 12))
    odd = i32x4.add(odd, i32x4.shr_u(i32x4.add(exponentials(EXPONENTIALS + e + 16), rounding), 12))
  }
  const sums = i32x4.add(even, odd)
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    i32x4.extract_lane(sums, 2) +
    i32x4.extract_lane(sums, 3)
  )
}

/** `(R(e, z) + 2^(k-1)) >> k` of four elements, from 2 * z. Nothing is negative, and the sum fits uint32. */
@inline
function quotients(e: usize, factor: v128, rounding: v128, k: i32): v128 {
  const half = i64x2.splat(HALF)
  const low = i64x2.add(i64x2.extmul_low_i32x4_u(exponentials(e), factor), half)
  const high = i64x2.add(i64x2.extmul_high_i32x4_u(exponentials(e), factor), half)
  return i32x4.shr_u(i32x4.add(v128.shuffle<i32>(low, high, 1, 3, 5, 7), rounding), k)
}

/** Results of 16 elements. Saturation is the limit of the definition: no result is below the zero point. */
@inline
function storeResults<Y>(output: usize, e: usize, factor: v128, rounding: v128, k: i32, zeroPoint: v128): void {
  const q0 = i32x4.add(quotients(e, factor, rounding, k), zeroPoint)
  const q1 = i32x4.add(quotients(e + 16, factor, rounding, k), zeroPoint)
  const q2 = i32x4.add(quotients(e + 32, factor, rounding, k), zeroPoint)
  const q3 = i32x4.add(quotients(e + 48, factor, rounding, k), zeroPoint)
  const y0 = i16x8.narrow_i32x4_s(q0, q1)
  const y1 = i16x8.narrow_i32x4_s(q2, q3)
  if (sizeof<Y>() === 1) {
    v128.store(output, i8x16.narrow_i16x8_s(y0, y1))
  } else {
    v128.store(output, y0)
    v128.store(output, y1, 16)
  }
}

/**
 * SOFTMAX of `rows` rows of `length` elements to type Y.
 *
 * Results go out in vectors of 16. The last vector of a row overlaps the one before it; in a row that is shorter than
 * one it spills over into the next rows, which are written later.
 *
 * @param fractionBits - the final shift plus the headroom of the sum
 */
function softmaxAs<Y>(
  x: usize,
  table: usize,
  output: usize,
  rows: usize,
  length: usize,
  fractionBits: i32,
  zeroPoint: i32,
): void {
  const zeroPoints = i32x4.splat(zeroPoint)
  for (let left = rows * length; left > 0; left -= length) {
    lookUp(x, table, length, largest(x, length))
    const sum = max(sumOf(length), 1 << 19)
    const headroom = clz(sum)
    const k = fractionBits - headroom
    // R(e, z) is below 2^31: shifted by more than 31 bits it rounds to 0, as a factor of 0 makes it here.
    const z = k > 31 ? 0 : reciprocal((sum << (headroom - 1)) as i64)
    const shift = min(k, 31)
    const factor = i32x4.splat((z as i32) << 1)
    const rounding = i32x4.splat(1 << (shift - 1))
    if (length >= 16) {
      let e: usize = 0
      for (; e + 16 <= length; e += 16)
        storeResults<Y>(output + e * sizeof<Y>(), EXPONENTIALS + (e << 2), factor, rounding, shift, zeroPoints)
      e = length - 16
      storeResults<Y>(output + e * sizeof<Y>(), EXPONENTIALS + (e << 2), factor, rounding, shift, zeroPoints)
    } else if (left >= 16) {
      storeResults<Y>(output, EXPONENTIALS, factor, rounding, shift, zeroPoints)
    } else {
      storeResults<Y>(RESULTS, EXPONENTIALS, factor, rounding, shift, zeroPoints)
      for (let i: usize = 0; i < length; i++) store<Y>(output + i * sizeof<Y>(), load<Y>(RESULTS + i * sizeof<Y>()))
    }
    x += length
    output += length * sizeof<Y>()
  }
}

/** SOFTMAX along rows of `length` elements, to the form that the instruction's attribute says. */
export function softmax(x: usize, table: usize, output: usize, rows: usize, length: usize, form: i32): void {
  if (form === 0) softmaxAs<i8>(x, table, output, rows, length, 35, -128)
  else if (form === 1) softmaxAs<i16>(x, table, output, rows, length, 27, -32768)
  else softmaxAs<i16>(x, table, output, rows, length, 28, 0)
}
