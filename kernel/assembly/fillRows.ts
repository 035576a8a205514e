/** Shortest fill with equal bytes for which a call of memory.fill pays. */
const CALL_BYTES: usize = 1024

@inline
function word<T>(value: v128): T {
  if (sizeof<T>() === 8) return i64x2.extract_lane(value, 0) as T
  if (sizeof<T>() === 4) return i32x4.extract_lane(value, 0) as T
  if (sizeof<T>() === 2) return i16x8.extract_lane_u(value, 0) as T
  return i8x16.extract_lane_u(value, 0) as T
}

/** Fills rows of sizeof<T>() to 2 * sizeof<T>() bytes by a store at either end; both are one where they meet. */
@inline
function fillOverlapped<T>(destination: usize, value: T, bytes: usize, rows: usize, step: usize): void {
  const last = bytes - sizeof<T>()
  for (; rows > 0; rows--) {
    store<T>(destination, value)
    store<T>(destination + last, value)
    destination += step
  }
}

/**
 * Fills `rows` rows of `bytes` bytes, `step` bytes apart, with a value of 1, 2, 4, 8 or 16 bytes, of which `bytes` is a
 * multiple. No bytes fill nothing.
 *
 * Stores at either end of a row overlap. Both are in phase: the sizes of value and store are powers of two and the store
 * is no shorter than the value, so `bytes` and `bytes - store` are multiples of the value's size.
 *
 * @param value - repeated through the vector
 */
export function fillRows(destination: usize, value: v128, bytes: usize, rows: usize, step: usize): void {
  if (bytes >= 16) {
    const byte = i8x16.extract_lane_u(value, 0)
    if (bytes >= CALL_BYTES && i8x16.all_true(i8x16.eq(value, i8x16.splat(byte)))) {
      for (; rows > 0; rows--) {
        memory.fill(destination, byte, bytes)
        destination += step
      }
    } else {
      const last = bytes - 16
      for (; rows > 0; rows--) {
        for (let offset: usize = 0; offset < last; offset += 16) v128.store(destination + offset, value)
        v128.store(destination + last, value)
        destination += step
      }
    }
  } else if (bytes >= 8) fillOverlapped<u64>(destination, word<u64>(value), bytes, rows, step)
  else if (bytes >= 4) fillOverlapped<u32>(destination, word<u32>(value), bytes, rows, step)
  else if (bytes >= 2) fillOverlapped<u16>(destination, word<u16>(value), bytes, rows, step)
  else if (bytes === 1) fillOverlapped<u8>(destination, word<u8>(value), bytes, rows, step)
}
