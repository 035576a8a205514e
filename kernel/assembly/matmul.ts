import { beginContraction, blockRows, multiplyBands, PANELS, PANELS_BYTES, ROWS, WHOLE_ROW } from './contraction'
import { packPieces, panelBytes } from './contractionPanels'
import { widen } from './contractionRows'
import { multiplyByVector } from './gemv'

/** Fewer rows than this are multiplied without packing the weights first. */
const PACKING_ROWS: i32 = 4

/** Packs the matrix b of int8 [columns, depth], less its zero point, for {@link matmul}. */
export function packMatrix(b: usize, columns: i32, depth: i32, zeroPoint: i32, to: usize): void {
  packPieces(b, depth, columns, 1, 0, 1, 0, depth, zeroPoint, to)
}

/** Fills a block of rows of int16 with `rows` rows of `depth` elements of `size` bytes, less the zero point. */
function fillRows(from: usize, size: i32, rows: i32, depth: i32, zeroPoint: i32, stepTo: usize, limit: usize): void {
  if (size === 1 && (depth & 1) === 0) {
    widen(from, ROWS, <usize>rows * <usize>depth, zeroPoint, limit)
    return
  }
  let to = ROWS
  for (; rows > 0; rows--) {
    if (size === 1) widen(from, to, depth, zeroPoint, limit)
    else memory.copy(to, from, 2 * <usize>depth)
    from += <usize>(size * depth)
    to += stepTo
  }
}

/** Fills the rows in scratch with one, and zeros up to a whole vector. */
function widenVector(from: usize, size: i32, depth: i32, zeroPoint: i32, limit: usize): void {
  fillRows(from, size, 1, depth, zeroPoint, 0, limit)
  v128.store(ROWS + 2 * <usize>depth, i32x4.splat(0))
}

/** A few rows times a matrix that isn't packed: each row is widened and its sum of products with each column taken. */
function multiplyFewRows(
  a: usize,
  size: i32,
  zeroPointA: i32,
  limitA: usize,
  b: usize,
  zeroPointB: i32,
  limitB: usize,
  bias: usize,
  to: usize,
  rows: i32,
  columns: i32,
  depth: i32,
): void {
  for (; rows > 0; rows--) {
    widenVector(a, size, depth, zeroPointA, limitA)
    multiplyByVector(ROWS, depth, b, columns, zeroPointB, limitB, 0, bias, to)
    a += <usize>(size * depth)
    to += 4 * <usize>columns
  }
}

/**
 * MATMUL of one pair of matrices: int32 [rows, columns] at `to`.
 *
 * @param a - int8 or int16 [rows, depth], `sizeA` bytes an element
 * @param limitA - address up to which a may be read: the end of its tensor, rounded up to 64
 * @param panels - what {@link packMatrix} made of b, or 0 to multiply b itself
 * @param b - int8 [columns, depth]
 * @param limitB - as limitA
 * @param bias - int32 [columns], or 0 for none
 */
export function matmul(
  a: usize,
  sizeA: i32,
  zeroPointA: i32,
  limitA: usize,
  panels: usize,
  b: usize,
  zeroPointB: i32,
  limitB: usize,
  bias: usize,
  to: usize,
  rows: i32,
  columns: i32,
  depth: i32,
): void {
  if (columns === 1 && sizeA === 1) {
    // One column of weights is a vector that the rows are multiplied by.
    widenVector(b, 1, depth, zeroPointB, limitB)
    multiplyByVector(ROWS, depth, a, rows, zeroPointA, limitA, bias === 0 ? 0 : load<i32>(bias), 0, to)
    return
  }
  if (panels === 0 && rows < PACKING_ROWS) {
    multiplyFewRows(a, sizeA, zeroPointA, limitA, b, zeroPointB, limitB, bias, to, rows, columns, depth)
    return
  }
  beginContraction()
  const pairs = (depth + 1) >> 1
  const rowBytes = <usize>pairs * 4
  // Rows of int16 are used where they lie, unless a last pair could reach past the end of a.
  const isInPlace = sizeA === 2 && (depth & 1) === 0
  const block = blockRows(rowBytes)
  const bytesOfRowTo = <usize>columns * 4
  let chunk = columns
  if (panels === 0 && panelBytes(columns, pairs) > PANELS_BYTES) chunk = <i32>(PANELS_BYTES / (4 * pairs)) & ~15
  for (let column = 0; column < columns; column += chunk) {
    const width = min(chunk, columns - column)
    let chunkPanels = panels
    if (panels === 0) {
      chunkPanels = PANELS
      packMatrix(b + <usize>column * <usize>depth, width, depth, zeroPointB, PANELS)
    }
    const chunkBias = bias === 0 ? bias : bias + 4 * <usize>column
    let from = a
    let target = to + 4 * <usize>column
    for (let row = 0; row < rows; row += block) {
      const count = min(block, rows - row)
      if (!isInPlace) fillRows(from, sizeA, count, depth, zeroPointA, rowBytes, limitA)
      const blockAt = isInPlace ? from : ROWS
      multiplyBands(
        blockAt,
        0,
        rowBytes,
        1,
        count,
        WHOLE_ROW,
        1,
        pairs,
        chunkPanels,
        width,
        chunkBias,
        target,
        0,
        bytesOfRowTo,
      )
      from += <usize>count * <usize>(sizeA * depth)
      target += <usize>count * bytesOfRowTo
    }
  }
}
