/** Flips the sign bits of eight int8: x becomes x + 128. */
const SIGN_BITS: u64 = 0x8080808080808080

/** The entry that byte `index` of eight indices selects. */
@inline
function entry<T>(table: usize, indices: u64, index: i32): T {
  return load<T>(table + (((indices >> (8 * index)) & 255) as usize) * sizeof<T>())
}

/** Looks eight elements up. One load of eight and shifts take less time than eight loads. */
@inline
function lookUpEight<T>(x: usize, table: usize, output: usize): void {
  const indices = load<u64>(x) ^ SIGN_BITS
  store<T>(output, entry<T>(table, indices, 0))
  store<T>(output, entry<T>(table, indices, 1), sizeof<T>())
  store<T>(output, entry<T>(table, indices, 2), 2 * sizeof<T>())
  store<T>(output, entry<T>(table, indices, 3), 3 * sizeof<T>())
  store<T>(output, entry<T>(table, indices, 4), 4 * sizeof<T>())
  store<T>(output, entry<T>(table, indices, 5), 5 * sizeof<T>())
  store<T>(output, entry<T>(table, indices, 6), 6 * sizeof<T>())
  store<T>(output, entry<T>(table, indices, 7), 7 * sizeof<T>())
}

/** Looks `count` elements up, sixteen a round: half as many rounds are a twelfth faster. */
function lookUp<T>(x: usize, table: usize, output: usize, count: usize): void {
  for (; count >= 16; count -= 16) {
    lookUpEight<T>(x, table, output)
    lookUpEight<T>(x + 8, table, output + 8 * sizeof<T>())
    x += 16
    output += 16 * sizeof<T>()
  }
  for (; count > 0; count--) {
    store<T>(output, load<T>(table + (((load<i8>(x) as i32) + 128) as usize) * sizeof<T>()))
    x++
    output += sizeof<T>()
  }
}

/** TABLE of `count` int8 elements by an int8 [256]. */
export function tableInt8(x: usize, table: usize, output: usize, count: usize): void {
  lookUp<i8>(x, table, output, count)
}

/** TABLE of `count` int8 elements by an int16 [256]. */
export function tableInt16(x: usize, table: usize, output: usize, count: usize): void {
  lookUp<i16>(x, table, output, count)
}

/** TABLE of `count` int8 elements by an int32 [256]. */
export function tableInt32(x: usize, table: usize, output: usize, count: usize): void {
  lookUp<i32>(x, table, output, count)
}

/** Address of the two entries between which an int16 lies. */
@inline
function between(table: usize, x: usize): usize {
  return table + ((((load<i16>(x) as i32) >> 7) + 256) << 1)
}

/**
 * TABLE of `count` int16 elements by an int16 [513], to int32.
 *
 * With f = x & 127 the result is from * (128 - f) + to * f, and from and to are neighbours: one 32-bit load and one
 * product of pairs.
 */
export function tableInterpolate(x: usize, table: usize, output: usize, count: usize): void {
  const mask = i32x4.splat(127)
  const whole = i32x4.splat(128)
  for (; count >= 4; count -= 4) {
    let pairs = v128.load32_zero(between(table, x))
    pairs = v128.load32_lane(between(table, x + 2), pairs, 1)
    pairs = v128.load32_lane(between(table, x + 4), pairs, 2)
    pairs = v128.load32_lane(between(table, x + 6), pairs, 3)
    const fraction = v128.and(v128.load16x4_u(x), mask)
    const weights = v128.or(i32x4.sub(whole, fraction), i32x4.shl(fraction, 16))
    v128.store(output, i32x4.dot_i16x8_s(pairs, weights))
    x += 8
    output += 16
  }
  for (; count > 0; count--) {
    const fraction = (load<i16>(x) as i32) & 127
    const pair = between(table, x)
    store<i32>(output, (load<i16>(pair) as i32) * (128 - fraction) + (load<i16>(pair, 2) as i32) * fraction)
    x += 2
    output += 4
  }
}
