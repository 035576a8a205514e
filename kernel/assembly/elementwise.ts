// Instructions on two tensors that broadcast against each other. The body has merged axes, so that there is a run of
// neighbouring output elements along which each operand either moves on or stands still, and outer axes that repeat it.
// Nothing compares addresses with an end, which could be 2^32: lengths count down.

import { DESCRIPTOR } from '../layout'

const ADD: i32 = 0
const SUBTRACT: i32 = 1
const MAXIMUM: i32 = 2
const MINIMUM: i32 = 3
const MULTIPLY: i32 = 4
/** Multiply, then shift the product by 1..32. */
const MULTIPLY_LOW: i32 = 5
/** Multiply, then shift the product by 33..62. */
const MULTIPLY_HIGH: i32 = 6
const SHIFT_RIGHT: i32 = 7

// Kinds of runs: which operand stands still. At most one does along an axis that is longer than 1.
const BOTH_MOVE: i32 = 0
const B_STANDS: i32 = 1
const A_STANDS: i32 = 2

// Descriptor: the last addresses of output, a and b at which a whole vector may be written or read, then the outer axes,
// innermost first: size, bytes that a and b move on, and a word for the position.
const AXES: usize = DESCRIPTOR + 12
const AXIS_BYTES: usize = 16

@inline
function axisEntry(axis: i32): usize {
  return AXES + (axis as usize) * AXIS_BYTES
}

/**
 * `operation` on vectors.
 *
 * The 64-bit sum of a product and a rounding term is below 2^62 + 2^61 + 1 in magnitude. Of its shift by up to 32, the low
 * word does not depend on the sign that is shifted in; of a shift by more, the low word is the high word shifted by the
 * rest, because floors of divisions by powers of two compose.
 */
@inline
function combine<T>(operation: i32, a: v128, b: v128, shift: i32, rounding: v128): v128 {
  if (operation === ADD) return v128.add<T>(a, b)
  if (operation === SUBTRACT) return v128.sub<T>(a, b)
  if (operation === MAXIMUM) return v128.max<T>(a, b)
  if (operation === MINIMUM) return v128.min<T>(a, b)
  if (operation === MULTIPLY) return i32x4.mul(a, b)
  if (operation === SHIFT_RIGHT) return i32x4.shr_s(a, shift)
  const low = i64x2.add(i64x2.extmul_low_i32x4_s(a, b), rounding)
  const high = i64x2.add(i64x2.extmul_high_i32x4_s(a, b), rounding)
  if (operation === MULTIPLY_LOW)
    return v128.shuffle<i32>(i64x2.shr_u(low, shift), i64x2.shr_u(high, shift), 0, 2, 4, 6)
  return i32x4.shr_s(v128.shuffle<i32>(low, high, 1, 3, 5, 7), shift - 32)
}

/** `operation` on one pair of elements. */
@inline
function combineOne<T>(operation: i32, a: T, b: T, shift: i32): T {
  if (operation === ADD) return (a + b) as T
  if (operation === SUBTRACT) return (a - b) as T
  if (operation === MAXIMUM) return a > b ? a : b
  if (operation === MINIMUM) return a < b ? a : b
  if (operation === MULTIPLY) return (a * b) as T
  if (operation === SHIFT_RIGHT) return ((a as i32) >> (b as i32)) as T
  return (((a as i64) * (b as i64) + ((1 as i64) << ((shift - 1) as i64))) >> (shift as i64)) as T
}

/** Elements one by one: runs shorter than a vector, and shifts whose amount differs between lanes. */
@inline
function runOfElements<T>(
  operation: i32,
  kind: i32,
  a: usize,
  b: usize,
  output: usize,
  count: usize,
  shift: i32,
): void {
  for (; count > 0; count--) {
    store<T>(output, combineOne<T>(operation, load<T>(a), load<T>(b), shift))
    if (kind !== A_STANDS) a += sizeof<T>()
    if (kind !== B_STANDS) b += sizeof<T>()
    output += sizeof<T>()
  }
}

/** A run of at least a vector. What is left after whole vectors is the end of one more, which repeats some elements. */
@inline
function runOfVectors<T>(
  operation: i32,
  kind: i32,
  a: usize,
  b: usize,
  output: usize,
  bytes: usize,
  shift: i32,
  rounding: v128,
): void {
  const standing = v128.load_splat<T>(kind === A_STANDS ? a : b)
  for (let rest = bytes >> 6; rest > 0; rest--) {
    const a0 = kind === A_STANDS ? standing : v128.load(a)
    const b0 = kind === B_STANDS ? standing : v128.load(b)
    const a1 = kind === A_STANDS ? standing : v128.load(a, 16)
    const b1 = kind === B_STANDS ? standing : v128.load(b, 16)
    const a2 = kind === A_STANDS ? standing : v128.load(a, 32)
    const b2 = kind === B_STANDS ? standing : v128.load(b, 32)
    const a3 = kind === A_STANDS ? standing : v128.load(a, 48)
    const b3 = kind === B_STANDS ? standing : v128.load(b, 48)
    v128.store(output, combine<T>(operation, a0, b0, shift, rounding))
    v128.store(output, combine<T>(operation, a1, b1, shift, rounding), 16)
    v128.store(output, combine<T>(operation, a2, b2, shift, rounding), 32)
    v128.store(output, combine<T>(operation, a3, b3, shift, rounding), 48)
    if (kind !== A_STANDS) a += 64
    if (kind !== B_STANDS) b += 64
    output += 64
  }
  let left = (bytes & 63) as isize
  while (left > 0) {
    const back: usize = left < 16 ? 16 - left : 0
    const a0 = kind === A_STANDS ? standing : v128.load(a - back)
    const b0 = kind === B_STANDS ? standing : v128.load(b - back)
    v128.store(output - back, combine<T>(operation, a0, b0, shift, rounding))
    if (kind !== A_STANDS) a += 16
    if (kind !== B_STANDS) b += 16
    output += 16
    left -= 16
  }
}

/**
 * All runs. One that is shorter than a vector is computed as a vector wherever reading and writing past its end is
 * harmless: the runs after it write what it wrote too far.
 */
@inline
function runs<T>(
  operation: i32,
  kind: i32,
  a: usize,
  b: usize,
  output: usize,
  count: usize,
  axes: i32,
  shift: i32,
): void {
  const bytes = count * sizeof<T>()
  const isElementwise = operation === SHIFT_RIGHT && kind !== B_STANDS
  const rounding = i64x2.splat(operation >= MULTIPLY_LOW ? (1 as i64) << ((shift - 1) as i64) : 0)
  let rows: usize = 1
  let stepA: usize = 0
  let stepB: usize = 0
  let lastOutput: usize = 0
  let lastA: usize = 0
  let lastB: usize = 0
  if (axes > 0) {
    lastOutput = load<u32>(DESCRIPTOR)
    lastA = load<u32>(DESCRIPTOR, 4)
    lastB = load<u32>(DESCRIPTOR, 8)
    rows = load<u32>(AXES)
    stepA = load<u32>(AXES, 4)
    stepB = load<u32>(AXES, 8)
  }
  for (let axis = 1; axis < axes; axis++) store<u32>(axisEntry(axis), 0, 12)
  while (true) {
    let rowA = a
    let rowB = b
    for (let row = rows; row > 0; row--) {
      if (operation === SHIFT_RIGHT && kind === B_STANDS) shift = load<i32>(rowB)
      if (isElementwise) runOfElements<T>(operation, kind, rowA, rowB, output, count, shift)
      else if (bytes >= 16) runOfVectors<T>(operation, kind, rowA, rowB, output, bytes, shift, rounding)
      else if (output <= lastOutput && (kind === A_STANDS || rowA <= lastA) && (kind === B_STANDS || rowB <= lastB)) {
        const vectorA = kind === A_STANDS ? v128.load_splat<T>(rowA) : v128.load(rowA)
        const vectorB = kind === B_STANDS ? v128.load_splat<T>(rowB) : v128.load(rowB)
        v128.store(output, combine<T>(operation, vectorA, vectorB, shift, rounding))
      } else runOfElements<T>(operation, kind, rowA, rowB, output, count, shift)
      rowA += stepA
      rowB += stepB
      output += bytes
    }
    let axis = 1
    for (; axis < axes; axis++) {
      const entry = axisEntry(axis)
      const size = load<u32>(entry)
      const position = load<u32>(entry, 12) + 1
      a += load<u32>(entry, 4)
      b += load<u32>(entry, 8)
      if (position < size) {
        store<u32>(entry, position, 12)
        break
      }
      store<u32>(entry, 0, 12)
      a -= load<u32>(entry, 4) * size
      b -= load<u32>(entry, 8) * size
    }
    if (axis >= axes) return
  }
}

@inline
function symmetric<T>(
  operation: i32,
  a: usize,
  b: usize,
  output: usize,
  count: usize,
  kind: i32,
  axes: i32,
  shift: i32,
): void {
  if (kind === BOTH_MOVE) runs<T>(operation, BOTH_MOVE, a, b, output, count, axes, shift)
  else runs<T>(operation, B_STANDS, a, b, output, count, axes, shift)
}

@inline
function asymmetric<T>(operation: i32, a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  if (kind === A_STANDS) runs<T>(operation, A_STANDS, a, b, output, count, axes, 0)
  else symmetric<T>(operation, a, b, output, count, kind, axes, 0)
}

/**
 * TADD: runs of `count` elements, repeated along `axes` outer axes of the descriptor. `kind` says which operand stands
 * still along a run; of an operation that is symmetric in a and b, a always moves.
 */
export function addInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i32>(ADD, a, b, output, count, kind, axes, 0)
}

/** TSUB, as {@link addInt32}; a may stand still. */
export function subtractInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  asymmetric<i32>(SUBTRACT, a, b, output, count, kind, axes)
}

/** TMUL by `shift` 0..62, as {@link addInt32}. */
export function multiplyInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32, shift: i32): void {
  if (shift === 0) symmetric<i32>(MULTIPLY, a, b, output, count, kind, axes, shift)
  else if (shift <= 32) symmetric<i32>(MULTIPLY_LOW, a, b, output, count, kind, axes, shift)
  else symmetric<i32>(MULTIPLY_HIGH, a, b, output, count, kind, axes, shift)
}

/** ARITHMETIC_RIGHT_SHIFT, as {@link addInt32}; a may stand still. */
export function shiftRightInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  asymmetric<i32>(SHIFT_RIGHT, a, b, output, count, kind, axes)
}

/** MAXIMUM of int8, as {@link addInt32}. */
export function maximumInt8(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i8>(MAXIMUM, a, b, output, count, kind, axes, 0)
}

/** MAXIMUM of int16, as {@link addInt32}. */
export function maximumInt16(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i16>(MAXIMUM, a, b, output, count, kind, axes, 0)
}

/** MAXIMUM of int32, as {@link addInt32}. */
export function maximumInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i32>(MAXIMUM, a, b, output, count, kind, axes, 0)
}

/** MINIMUM of int8, as {@link addInt32}. */
export function minimumInt8(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i8>(MINIMUM, a, b, output, count, kind, axes, 0)
}

/** MINIMUM of int16, as {@link addInt32}. */
export function minimumInt16(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i16>(MINIMUM, a, b, output, count, kind, axes, 0)
}

/** MINIMUM of int32, as {@link addInt32}. */
export function minimumInt32(a: usize, b: usize, output: usize, count: usize, kind: i32, axes: i32): void {
  symmetric<i32>(MINIMUM, a, b, output, count, kind, axes, 0)
}
