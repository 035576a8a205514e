import { countOf, roundUp } from './numeric.ts'
import type { Work } from './work.ts'

// Tiles of the production kernel, on which prices depend: price and layout are specified together.
const COLUMN_TILE = 4
const PANEL_COLUMNS = 16
const PACKED_DEPTH = 8
/** What each piece of a row costs besides its depth, in weights: to be multiplied, and to be packed. */
const RUN_DEPTH = 2
const PIECE_DEPTH = 8
/** What reading a row costs for each panel of columns, in columns. */
const READ_COLUMNS = 8
/** Fewer rows are multiplied by the weights as they lie. */
const PACKING_ROWS = 4

/** What beginning a product with packed weights costs, when for each vector it is 1, and 1 more for the matrix. */
export const PRODUCT_STEPS = 3

/** What a line of x that is widened costs besides its elements, in elements. */
export const LINE_ELEMENTS = 64

/** Products of one matrix of weights with rows, `count` times. */
export type Product = {
  readonly count: number
  readonly rows: number
  readonly columns: number
  /** Pieces of neighbouring weights that a column consists of. */
  readonly pieces: number
  /** Weights of a piece. */
  readonly depth: number
  /** Whether outputs of one product lie between those of others. */
  readonly areBetween: boolean
}

/** Panels that columns are cut into: of 16, then what is left over; 9 to 12 columns make one of 8 and one of 4. */
function panelsOf(columns: number): number {
  const rest = columns % PANEL_COLUMNS
  const panels = (columns - rest) / PANEL_COLUMNS
  return rest === 0 ? panels : rest > 8 && rest <= 12 ? panels + 2 : panels + 1
}

/** Columns that a step along a row is paid for: padded to 4, and what reading the row costs for each panel. */
export function tileColumns(columns: number): number {
  return roundUp(columns, COLUMN_TILE) + READ_COLUMNS * panelsOf(columns)
}

/** Depth that rows are paid for: `depth` values in each of `runs` runs of neighbours, padded to pairs. */
export function tileDepth(runs: number, depth: number): number {
  return countOf(runs, roundUp(depth, 2) + RUN_DEPTH)
}

/** Weights to be packed: `pieces` of `depth` weights of each column. */
export function packedBytes(count: number, columns: number, pieces: number, depth: number): number {
  return countOf(count, roundUp(columns, COLUMN_TILE), pieces, roundUp(depth, PACKED_DEPTH) + PIECE_DEPTH)
}

/** Accumulators of `rows` by `columns`, twice as many where outputs of several products lie between one another. */
export function paddedOutputs(rows: number, columns: number, areBetween: boolean): number {
  return countOf(areBetween ? 2 : 1, rows, roundUp(columns, COLUMN_TILE))
}

/** Work of products with packed weights, but for the rows that are made ready for them. */
export function tileWork({ count, rows, columns, pieces, depth, areBetween }: Product): Work {
  return {
    tileMacs: countOf(count, rows, tileColumns(columns), tileDepth(pieces, depth)),
    tileOutputs: paddedOutputs(countOf(count, rows), columns, areBetween),
    panelBytes: packedBytes(count, columns, pieces, depth),
    productSteps: countOf(count, PRODUCT_STEPS),
  }
}

/** Matrix products [rows, depth] x [columns, depth]. */
export type MatrixProduct = {
  /** How many there are. */
  readonly count: number
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Elements of the left and of the right operand, all matrices together. */
  readonly left: number
  readonly right: number
  /** Whether the left operand is int8, so that a single column can be the vector that its rows are multiplied by. */
  readonly isByte: boolean
}

/**
 * Work of `count` times `vectors` products of a vector with `rows` rows of a matrix that isn't packed; the matrices have
 * `elements` together.
 */
function vectorWork(count: number, vectors: number, rows: number, depth: number, elements: number): Work {
  const outputs = countOf(count, vectors, roundUp(rows, COLUMN_TILE))
  return {
    tileOutputs: countOf(outputs, 2),
    vectorMacs: countOf(outputs, roundUp(depth, PACKED_DEPTH)),
    widenedElements: countOf(count, vectors, depth) + elements,
    productSteps: countOf(count, vectors + 1),
  }
}

/** Work of {@link MatrixProduct}s. */
export function matrixWork({ count, rows, columns, depth, left, right, isByte }: MatrixProduct): Work {
  if (columns === 1 && isByte) return vectorWork(count, 1, rows, depth, left)
  if (rows < PACKING_ROWS) return vectorWork(count, rows, columns, depth, right)
  return {
    ...tileWork({ count, rows, columns, pieces: 1, depth, areBetween: false }),
    widenedElements: countOf(count, rows, roundUp(depth, PACKED_DEPTH)),
  }
}
