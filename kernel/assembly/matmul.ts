import { beginContraction, blockRows, multiplyBands, PANELS, PANELS_BYTES, ROWS, WHOLE_ROW } from './contraction'
import { packPieces, panelBytes } from './contractionPanels'
import { spreadRows, widen, widenRows } from './contractionRows'
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
  if (size === 1) widenRows(from, ROWS, rows, depth, stepTo, zeroPoint, limit)
  else spreadRows(from, ROWS, rows, depth, stepTo, limit)
}

/** Widens a row, and zeros up to a whole vector. */
function widenVector(from: usize, size: i32, depth: i32, zeroPoint: i32, limit: usize, to: usize): void {
  if (size === 1) widen(from, to, <usize>depth, zeroPoint, limit)
  else memory.copy(to, from, 2 * <usize>depth)
  v128.store(to + 2 * <usize>depth, i32x4.splat(0))
}

/** Columns of weights that one row after the other is multiplied by, so that they are read from afar once. */
const CHUNK_BYTES: i32 = 32768
const CHUNK_COLUMNS: i32 = 16

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
  const vectorBytes = ((<usize>depth + 7) & ~7) * 2
  for (let row = 0; row < rows; row++)
    widenVector(a + <usize>row * <usize>(size * depth), size, depth, zeroPointA, limitA, ROWS + <usize>row * vectorBytes)
  const chunk = rows === 1 ? columns : max(CHUNK_COLUMNS, (CHUNK_BYTES / depth) & ~3)
  for (let column = 0; column < columns; column += chunk) {
    const count = min(chunk, columns - column)
    const matrix = b + <usize>column * <usize>depth
    const chunkBias = bias === 0 ? bias : bias + 4 * <usize>column
    for (let row = 0; row < rows; row++) {
      const target = to + 4 * (<usize>row * <usize>columns + <usize>column)
      multiplyByVector(ROWS + <usize>row * vectorBytes, depth, matrix, count, zeroPointB, limitB, 0, chunkBias, target)
    }
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
    widenVector(b, 1, depth, zeroPointB, limitB, ROWS)
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
  const bytesOfRowTo = <usize>columns * 4
  const block = blockRows(rowBytes, bytesOfRowTo)
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
