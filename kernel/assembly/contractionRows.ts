/**
 * Widens `count` int8 values at `from` to int16 at `to`, less the zero point.
 *
 * May write up to 30 bytes more, of no meaning: whoever fills memory in ascending order overwrites them.
 *
 * @param limit - address up to which the operand may be read: its end, rounded up to 64
 */
export function widen(from: usize, to: usize, count: usize, zeroPoint: i32, limit: usize): void {
  const zeroPoints = i16x8.splat(<i16>zeroPoint)
  const end = from + count
  const fullEnd = from + (count & ~15)
  for (; from !== fullEnd; from += 16) {
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoints))
    v128.store(to, i16x8.sub(v128.load8x8_s(from, 8), zeroPoints), 16)
    to += 32
  }
  if (from === end) return
  if (limit - from >= 16) {
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoints))
    if (end - from > 8) v128.store(to, i16x8.sub(v128.load8x8_s(from, 8), zeroPoints), 16)
    return
  }
  for (; from !== end; from++) {
    store<i16>(to, <i16>(<i32>load<i8>(from) - zeroPoint))
    to += 2
  }
}

/** Longer rows take their time themselves, not in what is done once a row. */
const SHORT_ROW: i32 = 32

/**
 * Widens `rows` rows of `depth` int8 values that follow one another to rows of int16 every `stepTo` bytes, as
 * {@link widen} does one.
 */
export function widenRows(
  from: usize,
  to: usize,
  rows: i32,
  depth: i32,
  stepTo: usize,
  zeroPoint: i32,
  limit: usize,
): void {
  if (depth <= SHORT_ROW) {
    const zeroPoints = i16x8.splat(<i16>zeroPoint)
    const padded = (<usize>depth + 7) & ~7
    for (; rows > 0 && limit - from >= padded; rows--) {
      for (let k: usize = 0; k < padded; k += 8)
        v128.store(to + 2 * k, i16x8.sub(v128.load8x8_s(from + k), zeroPoints))
      from += <usize>depth
      to += stepTo
    }
  }
  for (; rows > 0; rows--) {
    widen(from, to, <usize>depth, zeroPoint, limit)
    from += <usize>depth
    to += stepTo
  }
}

/** Copies rows of int16 as {@link widenRows} does rows of int8. */
export function spreadRows(from: usize, to: usize, rows: i32, depth: i32, stepTo: usize, limit: usize): void {
  const rowBytes = <usize>depth * 2
  if (depth <= SHORT_ROW) {
    const padded = (rowBytes + 15) & ~15
    for (; rows > 0 && limit - from >= padded; rows--) {
      for (let k: usize = 0; k < padded; k += 16) v128.store(to + k, v128.load(from + k))
      from += rowBytes
      to += stepTo
    }
  }
  for (; rows > 0; rows--) {
    memory.copy(to, from, rowBytes)
    from += rowBytes
    to += stepTo
  }
}

/** Writes zeros over `bytes` bytes, and up to 15 more. */
export function fillZeros(to: usize, bytes: usize): void {
  const end = to + bytes
  const zero = i32x4.splat(0)
  for (; to < end; to += 16) v128.store(to, zero)
}
