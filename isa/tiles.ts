import { countOf, roundUp } from './numeric.ts'
import { elementBytes, elementCount, type TensorType } from './tensor.ts'
import type { Work } from './work.ts'

// Tiles of the production kernel, on which prices depend: price and layout are specified together.
const ROW_TILE = 2
const COLUMN_TILE = 4
const DEPTH_TILE = 16
/** Channels that a depthwise convolution treats at once. */
export const DEPTHWISE_LANES = 8
/** Width of a vector register in bytes; sizes of everything that is not a contraction are padded to it. */
export const VECTOR_BYTES = 16

/**
 * Work of `batch` matrix products [rows, depth] x [columns, depth].
 *
 * Rows are padded to 2 (a single row is not), columns to 4, depth to 16.
 */
export function contractionWork(batch: number, rows: number, columns: number, depth: number): Work {
  const paddedRows = rows === 1 ? 1 : roundUp(rows, ROW_TILE)
  const paddedColumns = roundUp(columns, COLUMN_TILE)
  const paddedDepth = roundUp(depth, DEPTH_TILE)
  return {
    tileMacs: countOf(batch, paddedRows, paddedColumns, paddedDepth),
    tileOutputs: countOf(batch, paddedRows, paddedColumns),
    panelBytes: countOf(batch, paddedColumns, paddedDepth),
  }
}

/** Bytes of a tensor's canonical form, padded to a vector. */
export function paddedBytes(type: TensorType): number {
  return roundUp(countOf(elementCount(type.shape), elementBytes[type.dtype]), VECTOR_BYTES)
}

/** Elements of a tensor, padded to a vector. */
export function paddedElements(type: TensorType): number {
  return roundUp(elementCount(type.shape), VECTOR_BYTES)
}
