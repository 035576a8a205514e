import { convolve3x3, convolve3x3By2, convolveTaps } from './depthwiseColumns'
import { fillRow } from './depthwiseInput'
import { COLUMN_BYTES, DepthwisePlan, LANES, QUAD } from './depthwisePlan'

/** Where row `y` of the image lies in scratch. */
function rowAddress(plan: DepthwisePlan, y: i32): usize {
  if (y < 0 || y >= plan.height) return plan.zeroRow
  return plan.ring + <usize>(y % plan.slots) * plan.rowBytes
}

/** Widens the rows that the windows from row `start` on read, as far as they aren't in the ring. */
function fillRing(plan: DepthwisePlan, start: i32): void {
  const end = min(start + plan.extentH, plan.height)
  for (let y = max(start, plan.nextRow); y < end; y++) fillRow(plan, rowAddress(plan, y), y)
  plan.nextRow = max(end, plan.nextRow)
}

/** Sets the addresses that the taps of the first window read, for windows from row `start` on. */
function placeTaps(plan: DepthwisePlan, start: i32): void {
  let at = plan.tapPairs
  for (let ky = 0; ky < plan.tapsH; ky++) {
    const row = rowAddress(plan, start + ky * plan.dilationH)
    for (let kx = 0; kx < plan.tapsW; kx++) {
      store<usize>(at, row + kx * plan.dilationW * COLUMN_BYTES)
      at += 4
    }
  }
  // The second tap of an odd last pair is multiplied by zero, so it may read anything.
  if (((plan.tapsH * plan.tapsW) & 1) !== 0) store<usize>(at, plan.zeroRow)
}

/** Computes the channels `o .. end - 1` of an output row at `to`, `step` bytes from one pixel to the next. */
function convolveChannels(plan: DepthwisePlan, start: i32, o: i32, end: i32, to: usize, step: usize): void {
  const columns = plan.tileColumns
  const packed = plan.packedWeights + (<usize>o / QUAD) * plan.quadBytes
  const offset = (<usize>o / LANES) * plan.blockBytes
  if (plan.isDense3x3) {
    const r0 = rowAddress(plan, start) + offset
    const r1 = rowAddress(plan, start + plan.dilationH) + offset
    const r2 = rowAddress(plan, start + 2 * plan.dilationH) + offset
    const quads = (end - o + QUAD - 1) / QUAD
    if (plan.strideW === 1) convolve3x3(r0, r1, r2, plan.blockBytes, packed, quads, to, step, columns)
    else convolve3x3By2(r0, r1, r2, plan.blockBytes, packed, quads, to, step, columns)
  } else {
    const blocks = (end - o + LANES - 1) / LANES
    convolveTaps(plan, packed, offset, blocks, to, step)
  }
}

/** Copies the first `count` of 8 lanes of each column of `plan.tail` to the last channels of an output row. */
function copyTail(plan: DepthwisePlan, to: usize, step: usize, count: i32): void {
  let from = plan.tail
  for (let column = 0; column < plan.tileColumns; column++) {
    for (let lane = 0; lane < count; lane++) store<i32>(to + 4 * lane, load<i32>(from + 4 * lane))
    from += 4 * LANES
    to += step
  }
}

/**
 * Computes row `oy` of the image and the tile at hand. The rows of an image are to be computed in order.
 *
 * @param to - address of the result, int32 [plan.tileColumns, plan.outputs]
 */
export function depthwiseRow(plan: DepthwisePlan, oy: i32, to: usize): void {
  const start = oy * plan.strideH - plan.padTop
  fillRing(plan, start)
  if (!plan.isDense3x3) placeTaps(plan, start)
  const outputs = plan.outputs
  const step = <usize>outputs * 4
  const full = outputs & ~((plan.isDense3x3 ? QUAD : LANES) - 1)
  if (full > 0) convolveChannels(plan, start, 0, full, to, step)
  if (full < outputs) {
    // From the start of its block on: half of it may be full, and is computed again.
    const block = outputs & ~(LANES - 1)
    convolveChannels(plan, start, block, outputs, plan.tail, 4 * LANES)
    copyTail(plan, to + 4 * block, step, outputs - block)
  }
}
