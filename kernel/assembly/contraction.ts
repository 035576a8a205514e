import { SCRATCH, SCRATCH_BYTES } from '../layout'
import { panelWidth } from './contractionPanels'
import { multiply4, multiply8, multiply16 } from './contractionTiles'

/** int32 [16] of zeros: the bias where there is none. */
const NO_BIAS: usize = SCRATCH
/** int32 [16]: the bias of a panel whose vectors might reach past the end of the tensor. */
const PANEL_BIAS: usize = SCRATCH + 64
/** int32: the only run of rows that have one. */
export const WHOLE_ROW: usize = SCRATCH + 128
/** int8 [4, 16]: weights of a tap of several groups. */
export const GROUP_ROWS: usize = SCRATCH + 960
/** Parameters and addresses of a convolution. */
export const CONVOLUTION_PLAN: usize = SCRATCH + 192
/** int32: offsets of the runs of a row, as many as taps of a window in reach, each at least a byte of weights. */
export const RUN_OFFSETS: usize = SCRATCH + 1024
/** Where weights are packed that no one keeps. */
export const PANELS: usize = RUN_OFFSETS + 131072
/** Room for a panel of 16 columns by the deepest window: 24,576 weights in runs of one, padded to pairs. */
export const PANELS_BYTES: usize = 1835008
/** Rows of the block at hand. */
export const ROWS: usize = PANELS + PANELS_BYTES
/** Room for rows, and for what loops write past the last. */
export const ROWS_BYTES: usize = <usize>(SCRATCH + SCRATCH_BYTES - 64) - ROWS

/** Rows of a block lie in the first level of the cache, or in the second where too few would fit to reuse weights. */
const BLOCK_BYTES: usize = 24576
const LARGE_BLOCK_BYTES: usize = 262144
const BLOCK_ROWS: usize = 64
/** Outputs of a block are as many as the caches and their prefetching follow. */
const OUTPUT_BYTES: usize = 65536
const OUTPUT_ROWS: usize = 16
const LONG_ROW_BYTES: usize = 1024

/** Prepares the constants in scratch. To be called once a call. */
export function beginContraction(): void {
  const zero = i32x4.splat(0)
  v128.store(NO_BIAS, zero)
  v128.store(NO_BIAS, zero, 16)
  v128.store(NO_BIAS, zero, 32)
  v128.store(NO_BIAS, zero, 48)
  store<i32>(WHOLE_ROW, 0)
}

/**
 * Most rows whose outputs, `outputBytes` apart, stay close while one panel after the other adds its columns to them. Long
 * rows are more: what they cost is reading the weights again for each block.
 */
export function outputRows(rowBytes: usize, outputBytes: usize): usize {
  return max(rowBytes < LONG_ROW_BYTES ? OUTPUT_ROWS : BLOCK_ROWS, OUTPUT_BYTES / outputBytes)
}

/** Rows of a block, of `rowBytes` bytes each, whose outputs lie `outputBytes` apart. */
export function blockRows(rowBytes: usize, outputBytes: usize): i32 {
  const rows = max(BLOCK_BYTES / rowBytes, min(BLOCK_ROWS, LARGE_BLOCK_BYTES / rowBytes))
  return <i32>max<usize>(2, min(rows, outputRows(rowBytes, outputBytes))) & ~1
}

/**
 * `to[band, m, n] = bias[n] + sum_k row[band, m, k] * weights[k, n]` for rows of int16 and packed panels.
 *
 * @param a - the first row of the first band; rows of a band follow every `stepA` bytes, bands every `bandA`
 * @param offsets - int32 [runs], bytes from a row to its runs of `runPairs` pairs
 * @param panels - panels of `columns` columns, as `packPieces` makes them
 * @param bias - int32 [columns], or 0 for none
 * @param to - int32, rows every `stepTo` bytes, bands every `bandTo`
 */
export function multiplyBands(
  a: usize,
  bandA: usize,
  stepA: usize,
  bands: i32,
  rows: i32,
  offsets: usize,
  runs: i32,
  runPairs: i32,
  panels: usize,
  columns: i32,
  bias: usize,
  to: usize,
  bandTo: usize,
  stepTo: usize,
): void {
  const columnBytes = <usize>(runs * runPairs) * 4
  if (bands > rows) {
    // Tiles are of rows of a band: the more there are of them, the fewer are left over.
    const count = rows
    rows = bands
    bands = count
    const apart = stepA
    stepA = bandA
    bandA = apart
    const apartTo = stepTo
    stepTo = bandTo
    bandTo = apartTo
  }
  while (columns > 0) {
    const width = panelWidth(columns)
    const stored = min(columns, width)
    let panelBias = NO_BIAS
    if (bias !== 0) {
      panelBias = bias
      if (stored < width) {
        panelBias = PANEL_BIAS
        memory.copy(PANEL_BIAS, bias, 4 * <usize>stored)
      }
      bias += 4 * <usize>width
    }
    let rowsAt = a
    let rowsTo = to
    for (let band = 0; band < bands; band++) {
      if (width === 16)
        multiply16(rowsAt, stepA, rows, offsets, runs, runPairs, panels, panelBias, rowsTo, stepTo, stored)
      else if (width === 8)
        multiply8(rowsAt, stepA, rows, offsets, runs, runPairs, panels, panelBias, rowsTo, stepTo, stored)
      else multiply4(rowsAt, stepA, rows, offsets, runs, runPairs, panels, panelBias, rowsTo, stepTo, stored)
      rowsAt += bandA
      rowsTo += bandTo
    }
    panels += <usize>width * columnBytes
    to += 4 * <usize>width
    columns -= width
  }
}
