/** Longest row that vectors copy in line; beyond it a call of memory.copy pays. */
const INLINE_BYTES: usize = 256

/** Copies `count` elements of type T that are `destinationStep` and `sourceStep` bytes apart. */
export function copyElements<T>(
  destination: usize,
  source: usize,
  count: usize,
  destinationStep: usize,
  sourceStep: usize,
): void {
  for (; count >= 4; count -= 4) {
    const source2 = source + 2 * sourceStep
    const destination2 = destination + 2 * destinationStep
    const a = load<T>(source)
    const b = load<T>(source + sourceStep)
    const c = load<T>(source2)
    const d = load<T>(source2 + sourceStep)
    store<T>(destination, a)
    store<T>(destination + destinationStep, b)
    store<T>(destination2, c)
    store<T>(destination2 + destinationStep, d)
    source += 4 * sourceStep
    destination += 4 * destinationStep
  }
  for (; count > 0; count--) {
    store<T>(destination, load<T>(source))
    source += sourceStep
    destination += destinationStep
  }
}

/** Copies rows of sizeof<T>() to 2 * sizeof<T>() bytes: an access at either end, which overlap, covers each exactly. */
@inline
function copyOverlapped<T>(
  destination: usize,
  source: usize,
  bytes: usize,
  rows: usize,
  destinationStep: usize,
  sourceStep: usize,
): void {
  const last = bytes - sizeof<T>()
  for (; rows > 0; rows--) {
    const head = load<T>(source)
    const tail = load<T>(source + last)
    store<T>(destination, head)
    store<T>(destination + last, tail)
    destination += destinationStep
    source += sourceStep
  }
}

/**
 * Copies `rows` rows of `bytes` bytes, at least one, that are `destinationStep` and `sourceStep` bytes apart. Touches
 * nothing else, so rows may come in any order.
 */
export function copyRows(
  destination: usize,
  source: usize,
  bytes: usize,
  rows: usize,
  destinationStep: usize,
  sourceStep: usize,
): void {
  if (bytes > INLINE_BYTES) {
    for (; rows > 0; rows--) {
      memory.copy(destination, source, bytes)
      destination += destinationStep
      source += sourceStep
    }
  } else if (bytes > 32) {
    const last = bytes - 16
    for (; rows > 0; rows--) {
      for (let offset: usize = 0; offset < last; offset += 16)
        v128.store(destination + offset, v128.load(source + offset))
      v128.store(destination + last, v128.load(source + last))
      destination += destinationStep
      source += sourceStep
    }
  } else if (bytes > 16) copyOverlapped<v128>(destination, source, bytes, rows, destinationStep, sourceStep)
  else if (bytes === 16) copyElements<v128>(destination, source, rows, destinationStep, sourceStep)
  else if (bytes > 8) copyOverlapped<u64>(destination, source, bytes, rows, destinationStep, sourceStep)
  else if (bytes === 8) copyElements<u64>(destination, source, rows, destinationStep, sourceStep)
  else if (bytes > 4) copyOverlapped<u32>(destination, source, bytes, rows, destinationStep, sourceStep)
  else if (bytes === 4) copyElements<u32>(destination, source, rows, destinationStep, sourceStep)
  else if (bytes === 3) copyOverlapped<u16>(destination, source, bytes, rows, destinationStep, sourceStep)
  else if (bytes === 2) copyElements<u16>(destination, source, rows, destinationStep, sourceStep)
  else copyElements<u8>(destination, source, rows, destinationStep, sourceStep)
}
