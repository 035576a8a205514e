// Panels of weights: int16 pairs along the contracted axis, the pairs of all columns of a panel side by side. Columns
// are cut into panels of 16; what is left over makes a panel of 16 where it is 13..15, else one of 8 where it is more
// than 4, and one of 4. So the panel that starts at column c starts c / 4 * 16 bytes a pair into those of its matrix.

/** Bytes of the panels of a matrix of `columns` columns and `pairs` pairs. */
export function panelBytes(columns: i32, pairs: i32): u64 {
  return 16 * <u64>pairs * ((<u64>columns + 3) >> 2)
}

/** Columns of the panel that the first of `left` columns begins. */
@inline
export function panelWidth(left: i32): i32 {
  return left > 12 ? 16 : left > 4 ? 8 : 4
}

/**
 * The last `left` (1..7) of `depth` weights, widened, then zeros. They are loaded as the last of 8 bytes: before any tensor
 * there is memory, after it there may be none.
 */
@inline
function lastWeights(from: usize, depth: i32, left: i32): v128 {
  return i16x8.extend_low_i8x16_s(i64x2.shr_u(v128.load64_zero(from + <usize>depth - 8), 64 - 8 * left))
}

/** Packs a piece of `depth` weights of 4 columns, at any addresses; pairs go `stepTo` bytes apart. */
function packQuad(
  c0: usize,
  c1: usize,
  c2: usize,
  c3: usize,
  depth: i32,
  zeroPoint: i32,
  to: usize,
  stepTo: usize,
): void {
  const zeroPoints = i16x8.splat(<i16>zeroPoint)
  let k = 0
  for (; k + 8 <= depth; k += 8) {
    const w0 = i16x8.sub(v128.load8x8_s(c0 + k), zeroPoints)
    const w1 = i16x8.sub(v128.load8x8_s(c1 + k), zeroPoints)
    const w2 = i16x8.sub(v128.load8x8_s(c2 + k), zeroPoints)
    const w3 = i16x8.sub(v128.load8x8_s(c3 + k), zeroPoints)
    const low01 = i32x4.shuffle(w0, w1, 0, 4, 1, 5)
    const high01 = i32x4.shuffle(w0, w1, 2, 6, 3, 7)
    const low23 = i32x4.shuffle(w2, w3, 0, 4, 1, 5)
    const high23 = i32x4.shuffle(w2, w3, 2, 6, 3, 7)
    v128.store(to, i64x2.shuffle(low01, low23, 0, 2))
    to += stepTo
    v128.store(to, i64x2.shuffle(low01, low23, 1, 3))
    to += stepTo
    v128.store(to, i64x2.shuffle(high01, high23, 0, 2))
    to += stepTo
    v128.store(to, i64x2.shuffle(high01, high23, 1, 3))
    to += stepTo
  }
  if (k < depth) {
    const left = depth - k
    const mask = i16x8.lt_s(i16x8(0, 1, 2, 3, 4, 5, 6, 7), i16x8.splat(<i16>left))
    const w0 = v128.and(i16x8.sub(lastWeights(c0, depth, left), zeroPoints), mask)
    const w1 = v128.and(i16x8.sub(lastWeights(c1, depth, left), zeroPoints), mask)
    const w2 = v128.and(i16x8.sub(lastWeights(c2, depth, left), zeroPoints), mask)
    const w3 = v128.and(i16x8.sub(lastWeights(c3, depth, left), zeroPoints), mask)
    const low01 = i32x4.shuffle(w0, w1, 0, 4, 1, 5)
    const low23 = i32x4.shuffle(w2, w3, 0, 4, 1, 5)
    v128.store(to, i64x2.shuffle(low01, low23, 0, 2))
    if (left <= 2) return
    v128.store(to + stepTo, i64x2.shuffle(low01, low23, 1, 3))
    if (left <= 4) return
    const high01 = i32x4.shuffle(w0, w1, 2, 6, 3, 7)
    const high23 = i32x4.shuffle(w2, w3, 2, 6, 3, 7)
    v128.store(to + 2 * stepTo, i64x2.shuffle(high01, high23, 0, 2))
    if (left > 6) v128.store(to + 3 * stepTo, i64x2.shuffle(high01, high23, 1, 3))
  }
}

/**
 * Packs pieces of a matrix of weights: for every column, `piecesH` by `piecesW` pieces of `depth` weights, each padded
 * to whole pairs with a zero.
 *
 * @param from - the first piece of the first column; columns lie `stepColumn` bytes apart, pieces `stepH` and `stepW`
 */
export function packPieces(
  from: usize,
  stepColumn: usize,
  columns: i32,
  piecesH: i32,
  stepH: usize,
  piecesW: i32,
  stepW: usize,
  depth: i32,
  zeroPoint: i32,
  to: usize,
): void {
  const piecePairs = (depth + 1) >> 1
  const pairs = piecesH * piecesW * piecePairs
  for (let column = 0; column < columns; ) {
    const width = panelWidth(columns - column)
    const stepTo = <usize>width * 4
    for (let quad = 0; quad < width && column < columns; quad += 4) {
      // Columns that aren't there repeat the last one: what they give is never stored.
      const last = columns - 1
      const c0 = from + <usize>column * stepColumn
      const c1 = from + <usize>min(column + 1, last) * stepColumn
      const c2 = from + <usize>min(column + 2, last) * stepColumn
      const c3 = from + <usize>min(column + 3, last) * stepColumn
      let target = to + 4 * <usize>quad
      for (let y = 0; y < piecesH; y++) {
        for (let x = 0; x < piecesW; x++) {
          const at = <usize>y * stepH + <usize>x * stepW
          packQuad(c0 + at, c1 + at, c2 + at, c3 + at, depth, zeroPoint, target, stepTo)
          target += <usize>piecePairs * stepTo
        }
      }
      column += 4
    }
    to += <usize>pairs * stepTo
  }
}

/**
 * Packs several groups of a convolution into one panel of 4 columns, each group's weights at its own channels and zeros
 * at those of the others. Pieces are single taps of `depth` channels a group, at most 8 in all groups together.
 *
 * @param groups - how many there are; the panel has room for `room` of them, which says where channels lie
 * @param rows - room for 4 columns of a tap
 */
export function packGroups(
  from: usize,
  stepColumn: usize,
  groups: i32,
  room: i32,
  columnsOfGroup: i32,
  piecesH: i32,
  stepH: usize,
  piecesW: i32,
  stepW: usize,
  depth: i32,
  to: usize,
  rows: usize,
): void {
  const channels = room * depth
  const columns = groups * columnsOfGroup
  const stepTo = 16 * <usize>((channels + 1) >> 1)
  const unused = 32 - 8 * depth
  memory.fill(rows, 0, 64)
  for (let y = 0; y < piecesH; y++) {
    for (let x = 0; x < piecesW; x++) {
      let weights = from + <usize>y * stepH + <usize>x * stepW + <usize>depth - 4
      let column = rows
      let left = columnsOfGroup
      for (let i = 0; i < columns; i++) {
        // Past a group's own channels there are zeros, so that 4 bytes can be written whatever its depth.
        store<u32>(column, load<u32>(weights) >> unused)
        weights += stepColumn
        column += 16
        if (--left > 0) continue
        left = columnsOfGroup
        column += <usize>depth
      }
      packQuad(rows, rows + 16, rows + 32, rows + 48, channels, 0, to, 16)
      to += stepTo
    }
  }
}
