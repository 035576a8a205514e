import { SCRATCH, SCRATCH_BYTES } from '../layout'

/** Channels that a column of the scratch rows holds side by side, as int16. */
export const LANES: i32 = 8
/** Bytes of a column: one vector. */
export const COLUMN_BYTES: i32 = 16
/** Channels of half a column, as many as a vector of int32 holds. */
export const QUAD: i32 = 4
/** Bytes of outputs of a tile's row that share the level-1 cache with the rows that they are computed from. */
const SHARED_OUTPUT_BYTES: i32 = 20480
/** Bytes of outputs that take that cache for themselves; with more, lines leave it before all their channels are written. */
const MOST_OUTPUT_BYTES: i32 = 32768
/** Narrower tiles lose more by the input columns that neighbours share than sharing the cache gains. */
const WIDE_TILE: i32 = 28
const NARROWEST_TILE: i32 = 8
/** Second tap of a pair that has none. */
export const NO_TAP: i32 = -1

/**
 * Sizes, addresses and progress of one depthwise convolution. It lies at the start of the scratch room.
 *
 * The input is read through *rows* in scratch: rows of x widened to int16 with the zero point subtracted, each output
 * channel with a lane of its own, padding filled in as zeros. A row holds blocks of 8 channels one after another, a block
 * its columns, a column 8 lanes, so that the loops over columns walk through memory and know neither borders nor tails of
 * channels nor the channel multiplier. The rows of one window lie in a ring of slots: row y in slot y mod `slots`.
 */
@unmanaged
export class DepthwisePlan {
  x: usize
  weights: usize
  /** 0 for none. */
  bias: usize
  /** The last address of x from which 8 bytes may be read: nothing past x, rounded up to 64 bytes, is. */
  lastLoad: usize
  /** The last address of weights from which 8 bytes may be read. */
  lastWeights: usize
  height: i32
  width: i32
  channels: i32
  outputs: i32
  /** Output channels an input channel. */
  multiplier: i32
  tapsH: i32
  tapsW: i32
  outputH: i32
  outputW: i32
  zeroPoint: i32
  padTop: i32
  padLeft: i32
  strideH: i32
  strideW: i32
  dilationH: i32
  dilationW: i32

  /** Input rows from the first to the last tap of a window. */
  extentH: i32
  /** Input columns from the first to the last tap of a window. */
  extentW: i32
  /** Whether the loops made for 3 by 3 neighbouring columns, windows 1 or 2 columns apart, apply. */
  isDense3x3: bool
  /** Pairs of taps, the last of which may lack its second. */
  pairs: i32
  /** int32 [pairs, 2]: which taps make a pair; once weights are packed, the addresses that they read. */
  tapPairs: usize
  /** For each 4 output channels: their bias, int32 [4], and for each pair of taps the weights, int16 [4, 2]. */
  packedWeights: usize
  /** Bytes of packedWeights for 4 output channels. There is an even number of such parts. */
  quadBytes: usize
  /** int32 [tileW, 8]: outputs of a last block that is not full. */
  tail: usize
  /** A row of zeros, for taps above and below x. */
  zeroRow: usize
  hasZeroRow: bool
  ring: usize
  slots: i32
  rowBytes: usize
  blockBytes: usize

  /** Output columns of a tile; the last one may have fewer. */
  tileW: i32
  /** The tile at hand: its first output column, and how many. */
  tileStart: i32
  tileColumns: i32
  /** The columns of a row that the tile has from x: the first of them in x, how many, and columns of padding before. */
  firstX: i32
  insideColumns: i32
  beforeColumns: i32
  /** The image at hand. */
  image: usize
  /** The first row of the image that isn't in the ring yet. */
  nextRow: i32
}

/** The plan of the call at hand. */
export function depthwisePlan(): DepthwisePlan {
  return changetype<DepthwisePlan>(<usize>SCRATCH)
}

/** Columns of a row that `tileW` output columns read, and one that the last pair of taps touches. */
function rowColumns(plan: DepthwisePlan, tileW: i32): u64 {
  return <u64>(tileW - 1) * plan.strideW + plan.extentW + 1
}

function blocksOf(plan: DepthwisePlan): u64 {
  return <u64>((plan.outputs + LANES - 1) / LANES)
}

/** Bytes of everything in scratch that depends on the width of a tile. */
function tileBytes(plan: DepthwisePlan, tileW: i32): u64 {
  return 32 * <u64>tileW + <u64>(plan.slots + 1) * blocksOf(plan) * COLUMN_BYTES * rowColumns(plan, tileW)
}

/** Output columns of a tile: those of a row in as many equal parts as the cache asks for. */
function tileColumns(plan: DepthwisePlan): i32 {
  const shared = SHARED_OUTPUT_BYTES / 4 / plan.outputs
  const most = MOST_OUTPUT_BYTES / 4 / plan.outputs
  const columns = max(max(shared, min(WIDE_TILE, most)), max(NARROWEST_TILE, plan.extentW))
  const tiles = (plan.outputW + columns - 1) / columns
  return (plan.outputW + tiles - 1) / tiles
}

/** Whether filling rows is little work beside the taps that read them. */
function isWorthRows(plan: DepthwisePlan): bool {
  const freshRows = min(plan.strideH, plan.extentH)
  const rows = <u64>plan.extentH + <u64>(plan.outputH - 1) * freshRows
  const reads = <u64>plan.outputH * plan.outputW * (plan.tapsH * plan.tapsW)
  return rows * rowColumns(plan, plan.outputW) <= 2 * reads + 16
}

/**
 * Lays out the scratch room from the sizes in the plan.
 *
 * @returns false when rows do not pay or do not fit: taps so far apart that most of what rows hold would go unused, or
 *   very many channels
 */
export function layOutRows(plan: DepthwisePlan): bool {
  if (!isWorthRows(plan)) return false
  const pairs = (plan.tapsH * plan.tapsW + 1) / 2
  const blocks = blocksOf(plan)
  plan.slots = min(plan.extentH, plan.height)
  const pairsAt = <u64>((SCRATCH + offsetof<DepthwisePlan>() + 63) & ~63)
  const weightsAt = (pairsAt + 8 * pairs + 63) & ~63
  const tailAt = weightsAt + blocks * 32 * (pairs + 1)
  const room = <u64>SCRATCH + SCRATCH_BYTES

  const tileW = tileColumns(plan)
  if (tailAt + tileBytes(plan, tileW) > room) return false
  const lastRow = (plan.outputH - 1) * plan.strideH - plan.padTop + plan.extentH
  plan.isDense3x3 = plan.tapsH === 3 && plan.tapsW === 3 && plan.dilationW === 1 && plan.strideW <= 2
  plan.pairs = pairs
  plan.tapPairs = <usize>pairsAt
  plan.packedWeights = <usize>weightsAt
  plan.quadBytes = 16 * <usize>(pairs + 1)
  plan.tail = <usize>tailAt
  plan.tileW = tileW
  plan.hasZeroRow = plan.padTop > 0 || lastRow > plan.height
  plan.zeroRow = plan.tail + 32 * tileW
  plan.blockBytes = <usize>rowColumns(plan, tileW) * COLUMN_BYTES
  plan.rowBytes = <usize>blocks * plan.blockBytes
  plan.ring = plan.zeroRow + plan.rowBytes
  return true
}
