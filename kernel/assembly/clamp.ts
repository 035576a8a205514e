const VECTOR_BYTES: usize = 16

@inline
function limit<T>(x: v128, low: v128, high: v128): v128 {
  return v128.min<T>(v128.max<T>(x, low), high)
}

/** Limits `count` elements of type T. The last vector overlaps the one before, which gives the same elements again. */
function clampAs<T>(x: usize, output: usize, count: usize, lowest: i32, highest: i32): void {
  const low = v128.splat<T>(lowest as T)
  const high = v128.splat<T>(highest as T)
  let bytes = count * sizeof<T>()
  if (bytes < VECTOR_BYTES) {
    for (let i: usize = 0; i < bytes; i += sizeof<T>())
      store<T>(output + i, min(max(load<T>(x + i) as i32, lowest), highest) as T)
    return
  }
  for (; bytes >= 4 * VECTOR_BYTES; bytes -= 4 * VECTOR_BYTES) {
    const y0 = limit<T>(v128.load(x), low, high)
    const y1 = limit<T>(v128.load(x, 16), low, high)
    const y2 = limit<T>(v128.load(x, 32), low, high)
    const y3 = limit<T>(v128.load(x, 48), low, high)
    v128.store(output, y0)
    v128.store(output, y1, 16)
    v128.store(output, y2, 32)
    v128.store(output, y3, 48)
    x += 4 * VECTOR_BYTES
    output += 4 * VECTOR_BYTES
  }
  for (; bytes >= VECTOR_BYTES; bytes -= VECTOR_BYTES) {
    v128.store(output, limit<T>(v128.load(x), low, high))
    x += VECTOR_BYTES
    output += VECTOR_BYTES
  }
  if (bytes > 0) {
    const back = VECTOR_BYTES - bytes
    v128.store(output - back, limit<T>(v128.load(x - back), low, high))
  }
}

/** CLAMP of `count` int8 elements. */
export function clampInt8(x: usize, output: usize, count: usize, low: i32, high: i32): void {
  clampAs<i8>(x, output, count, low, high)
}

/** CLAMP of `count` int16 elements. */
export function clampInt16(x: usize, output: usize, count: usize, low: i32, high: i32): void {
  clampAs<i16>(x, output, count, low, high)
}

/** CLAMP of `count` int32 elements. */
export function clampInt32(x: usize, output: usize, count: usize, low: i32, high: i32): void {
  clampAs<i32>(x, output, count, low, high)
}
