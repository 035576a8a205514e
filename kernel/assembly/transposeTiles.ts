// Matrices are transposed in square tiles that a few registers hold. A tile that would hang over the edge is moved back
// to end at it: what it covers again it writes again with the same bytes.

/** Rows of the source that are walked through side by side: as many as fill four lines of cache in the destination. */
const BLOCK_BYTES: usize = 256

@inline
function interleaveLow8(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
}
@inline
function interleaveLow16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
}
@inline
function interleaveHigh16(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
}
@inline
function interleaveLow32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 0, 4, 1, 5)
}
@inline
function interleaveHigh32(a: v128, b: v128): v128 {
  return i32x4.shuffle(a, b, 2, 6, 3, 7)
}
@inline
function interleaveLow64(a: v128, b: v128): v128 {
  return i64x2.shuffle(a, b, 0, 2)
}
@inline
function interleaveHigh64(a: v128, b: v128): v128 {
  return i64x2.shuffle(a, b, 1, 3)
}

@inline
function tile8(destination: usize, source: usize, rowStep: usize, columnStep: usize): void {
  const source4 = source + 4 * rowStep
  const r0 = v128.load64_zero(source)
  const r1 = v128.load64_zero(source + rowStep)
  const r2 = v128.load64_zero(source + 2 * rowStep)
  const r3 = v128.load64_zero(source + 3 * rowStep)
  const r4 = v128.load64_zero(source4)
  const r5 = v128.load64_zero(source4 + rowStep)
  const r6 = v128.load64_zero(source4 + 2 * rowStep)
  const r7 = v128.load64_zero(source4 + 3 * rowStep)
  const a01 = interleaveLow8(r0, r1)
  const a23 = interleaveLow8(r2, r3)
  const a45 = interleaveLow8(r4, r5)
  const a67 = interleaveLow8(r6, r7)
  const b0 = interleaveLow16(a01, a23)
  const b1 = interleaveHigh16(a01, a23)
  const b2 = interleaveLow16(a45, a67)
  const b3 = interleaveHigh16(a45, a67)
  const c0 = interleaveLow32(b0, b2)
  const c1 = interleaveHigh32(b0, b2)
  const c2 = interleaveLow32(b1, b3)
  const c3 = interleaveHigh32(b1, b3)
  const destination4 = destination + 4 * columnStep
  v128.store64_lane(destination, c0, 0)
  v128.store64_lane(destination + columnStep, c0, 1)
  v128.store64_lane(destination + 2 * columnStep, c1, 0)
  v128.store64_lane(destination + 3 * columnStep, c1, 1)
  v128.store64_lane(destination4, c2, 0)
  v128.store64_lane(destination4 + columnStep, c2, 1)
  v128.store64_lane(destination4 + 2 * columnStep, c3, 0)
  v128.store64_lane(destination4 + 3 * columnStep, c3, 1)
}

@inline
function tile16(destination: usize, source: usize, rowStep: usize, columnStep: usize): void {
  const source4 = source + 4 * rowStep
  const r0 = v128.load(source)
  const r1 = v128.load(source + rowStep)
  const r2 = v128.load(source + 2 * rowStep)
  const r3 = v128.load(source + 3 * rowStep)
  const a0 = interleaveLow16(r0, r1)
  const a1 = interleaveHigh16(r0, r1)
  const a2 = interleaveLow16(r2, r3)
  const a3 = interleaveHigh16(r2, r3)
  const b0 = interleaveLow32(a0, a2)
  const b1 = interleaveHigh32(a0, a2)
  const b2 = interleaveLow32(a1, a3)
  const b3 = interleaveHigh32(a1, a3)
  const r4 = v128.load(source4)
  const r5 = v128.load(source4 + rowStep)
  const r6 = v128.load(source4 + 2 * rowStep)
  const r7 = v128.load(source4 + 3 * rowStep)
  const a4 = interleaveLow16(r4, r5)
  const a5 = interleaveHigh16(r4, r5)
  const a6 = interleaveLow16(r6, r7)
  const a7 = interleaveHigh16(r6, r7)
  const b4 = interleaveLow32(a4, a6)
  const b5 = interleaveHigh32(a4, a6)
  const b6 = interleaveLow32(a5, a7)
  const b7 = interleaveHigh32(a5, a7)
  const destination4 = destination + 4 * columnStep
  v128.store(destination, interleaveLow64(b0, b4))
  v128.store(destination + columnStep, interleaveHigh64(b0, b4))
  v128.store(destination + 2 * columnStep, interleaveLow64(b1, b5))
  v128.store(destination + 3 * columnStep, interleaveHigh64(b1, b5))
  v128.store(destination4, interleaveLow64(b2, b6))
  v128.store(destination4 + columnStep, interleaveHigh64(b2, b6))
  v128.store(destination4 + 2 * columnStep, interleaveLow64(b3, b7))
  v128.store(destination4 + 3 * columnStep, interleaveHigh64(b3, b7))
}

@inline
function tile32(destination: usize, source: usize, rowStep: usize, columnStep: usize): void {
  const r0 = v128.load(source)
  const r1 = v128.load(source + rowStep)
  const r2 = v128.load(source + 2 * rowStep)
  const r3 = v128.load(source + 3 * rowStep)
  const a0 = interleaveLow32(r0, r1)
  const a1 = interleaveHigh32(r0, r1)
  const a2 = interleaveLow32(r2, r3)
  const a3 = interleaveHigh32(r2, r3)
  v128.store(destination, interleaveLow64(a0, a2))
  v128.store(destination + columnStep, interleaveHigh64(a0, a2))
  v128.store(destination + 2 * columnStep, interleaveLow64(a1, a3))
  v128.store(destination + 3 * columnStep, interleaveHigh64(a1, a3))
}

@inline
function tile64(destination: usize, source: usize, rowStep: usize, columnStep: usize): void {
  const r0 = v128.load(source)
  const r1 = v128.load(source + rowStep)
  v128.store(destination, interleaveLow64(r0, r1))
  v128.store(destination + columnStep, interleaveHigh64(r0, r1))
}

/** Rows and columns of a tile of elements of type T. */
@inline
function tileSize<T>(): usize {
  return sizeof<T>() === 1 ? 8 : 16 / sizeof<T>()
}

/**
 * Transposes a matrix: row r, column c of the source, at `r * rowStep + c * sizeof<T>()`, goes to
 * `c * columnStep + r * sizeof<T>()` of the destination. Steps are in bytes.
 *
 * @param rows - at least a tile's: 8, or 16 bytes' worth for elements wider than one byte
 * @param columns - at least a tile's
 */
export function transposeMatrix<T>(
  destination: usize,
  source: usize,
  rows: usize,
  columns: usize,
  rowStep: usize,
  columnStep: usize,
): void {
  const size = tileSize<T>()
  const blockRows = BLOCK_BYTES / sizeof<T>()
  for (let top: usize = 0; top < rows; top += blockRows) {
    const bottom = min(top + blockRows, rows)
    for (let column: usize = 0; column < columns; column += size) {
      const c = min(column, columns - size)
      for (let row = top; row < bottom; row += size) {
        const r = min(row, rows - size)
        const to = destination + c * columnStep + r * sizeof<T>()
        const from = source + r * rowStep + c * sizeof<T>()
        if (sizeof<T>() === 1) tile8(to, from, rowStep, columnStep)
        else if (sizeof<T>() === 2) tile16(to, from, rowStep, columnStep)
        else if (sizeof<T>() === 4) tile32(to, from, rowStep, columnStep)
        else tile64(to, from, rowStep, columnStep)
      }
    }
  }
}
