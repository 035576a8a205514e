import { COLUMN_BYTES, DepthwisePlan, LANES } from './depthwisePlan'

/** Channels from which on a row of x is read column by column rather than block by block. */
const MANY_CHANNELS: i32 = 32

/** 8 bytes at `address`; those 8 and more beyond `last` are not read and come as zeros. */
export function loadUpTo(last: usize, address: usize): i64 {
  return address <= last ? load<i64>(address) : load<i64>(last) >>> ((address - last) << 3)
}

/** Writes `count` columns of zeros. */
function fillZeros(to: usize, count: i32): void {
  const end = to + count * COLUMN_BYTES
  for (; to < end; to += COLUMN_BYTES) v128.store(to, i32x4.splat(0))
}

/**
 * Columns of `channels` neighbouring channels, a multiple of 16.
 *
 * Two columns at a time, so that x is read in order: its lines come from further away than those of the row.
 */
function fillColumns(
  to: usize,
  blockBytes: usize,
  from: usize,
  step: usize,
  channels: usize,
  count: i32,
  zeroPoint: v128,
): void {
  for (; count >= 2; count -= 2) {
    const end = from + channels
    let block = to
    for (let at = from; at !== end; at += 2 * LANES) {
      const a = v128.load(at)
      const b = v128.load(at + step)
      v128.store(block, i16x8.sub(i16x8.extend_low_i8x16_s(a), zeroPoint))
      v128.store(block, i16x8.sub(i16x8.extend_low_i8x16_s(b), zeroPoint), 16)
      block += blockBytes
      v128.store(block, i16x8.sub(i16x8.extend_high_i8x16_s(a), zeroPoint))
      v128.store(block, i16x8.sub(i16x8.extend_high_i8x16_s(b), zeroPoint), 16)
      block += blockBytes
    }
    from += 2 * step
    to += 2 * COLUMN_BYTES
  }
  if (count === 0) return
  for (const end = from + channels; from !== end; from += 2 * LANES) {
    const a = v128.load(from)
    v128.store(to, i16x8.sub(i16x8.extend_low_i8x16_s(a), zeroPoint))
    to += blockBytes
    v128.store(to, i16x8.sub(i16x8.extend_high_i8x16_s(a), zeroPoint))
    to += blockBytes
  }
}

/** Columns of 8 neighbouring channels. */
function fillBlock(to: usize, from: usize, step: usize, count: i32, zeroPoint: v128): void {
  for (; count >= 4; count -= 4) {
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoint))
    from += step
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoint), 16)
    from += step
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoint), 32)
    from += step
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoint), 48)
    from += step
    to += 4 * COLUMN_BYTES
  }
  for (; count > 0; count--) {
    v128.store(to, i16x8.sub(v128.load8x8_s(from), zeroPoint))
    from += step
    to += COLUMN_BYTES
  }
}

/** Columns of one channel, the same in all lanes. */
function fillSplat(to: usize, from: usize, count: i32, zeroPoint: v128): void {
  for (; count >= 8; count -= 8) {
    const v = i16x8.sub(v128.load8x8_s(from), zeroPoint)
    v128.store(to, v128.shuffle<i16>(v, v, 0, 0, 0, 0, 0, 0, 0, 0))
    v128.store(to, v128.shuffle<i16>(v, v, 1, 1, 1, 1, 1, 1, 1, 1), 16)
    v128.store(to, v128.shuffle<i16>(v, v, 2, 2, 2, 2, 2, 2, 2, 2), 32)
    v128.store(to, v128.shuffle<i16>(v, v, 3, 3, 3, 3, 3, 3, 3, 3), 48)
    v128.store(to, v128.shuffle<i16>(v, v, 4, 4, 4, 4, 4, 4, 4, 4), 64)
    v128.store(to, v128.shuffle<i16>(v, v, 5, 5, 5, 5, 5, 5, 5, 5), 80)
    v128.store(to, v128.shuffle<i16>(v, v, 6, 6, 6, 6, 6, 6, 6, 6), 96)
    v128.store(to, v128.shuffle<i16>(v, v, 7, 7, 7, 7, 7, 7, 7, 7), 112)
    from += 8
    to += 8 * COLUMN_BYTES
  }
  for (; count > 0; count--) {
    v128.store(to, i16x8.sub(i16x8.splat(load<i8>(from)), zeroPoint))
    from++
    to += COLUMN_BYTES
  }
}

/** Which of 8 channels, the first of which output `o` reads, the outputs `o .. o + 7` read. */
export function lanesOf(o: i32, multiplier: i32): v128 {
  // Outputs that read the channel at hand, counted down: a division takes longer than a lane.
  let left = multiplier - (o % multiplier)
  let channel: i64 = 0
  let lanes: i64 = 0
  for (let shift: i64 = 0; shift < 8 * LANES; shift += 8) {
    lanes |= channel << shift
    if (--left === 0) {
      left = multiplier
      channel++
    }
  }
  return i64x2.splat(lanes)
}

/** Columns whose lanes are chosen among 8 neighbouring channels, or that lie near the end of x, at most at `last`. */
function fillChosen(to: usize, from: usize, step: usize, count: i32, zeroPoint: v128, lanes: v128, last: usize): void {
  for (; count > 0; count--) {
    const chosen = v128.swizzle(i64x2.splat(loadUpTo(last, from)), lanes)
    v128.store(to, i16x8.sub(i16x8.extend_low_i8x16_s(chosen), zeroPoint))
    from += step
    to += COLUMN_BYTES
  }
}

/** Makes the tile of output columns from `start` on the one at hand, and writes the zeros of its padding. */
export function beginTile(plan: DepthwisePlan, start: i32): void {
  const columns = <i32>(plan.blockBytes / COLUMN_BYTES)
  const x = start * plan.strideW - plan.padLeft
  const first = max(x, 0)
  const inside = max(min(x + columns, plan.width) - first, 0)
  const before = inside === 0 ? 0 : first - x
  plan.tileStart = start
  plan.tileColumns = min(plan.tileW, plan.outputW - start)
  plan.firstX = first
  plan.insideColumns = inside
  plan.beforeColumns = before
  if (plan.hasZeroRow) fillZeros(plan.zeroRow, <i32>(plan.rowBytes / COLUMN_BYTES))
  const after = columns - before - inside
  const end = plan.ring + <usize>plan.slots * plan.rowBytes
  for (let block = plan.ring; block < end; block += plan.blockBytes) {
    fillZeros(block, before)
    fillZeros(block + (before + inside) * COLUMN_BYTES, after)
  }
}

/** Makes image `n` the one at hand. */
export function beginImage(plan: DepthwisePlan, n: i32): void {
  plan.image = plan.x + <usize>n * plan.height * plan.width * plan.channels
  plan.nextRow = 0
}

/** Widens row `y` of the image, as far as the tile reads it, into the row at `to`. */
export function fillRow(plan: DepthwisePlan, to: usize, y: i32): void {
  const inside = plan.insideColumns
  if (inside === 0) return
  const step = <usize>plan.channels
  const multiplier = plan.multiplier
  const outputs = plan.outputs
  const blockBytes = plan.blockBytes
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint)
  const from = plan.image + (<usize>y * plan.width + plan.firstX) * step
  to += plan.beforeColumns * COLUMN_BYTES
  let o = 0
  if (multiplier === 1 && outputs >= MANY_CHANNELS) {
    o = outputs & ~(2 * LANES - 1)
    fillColumns(to, blockBytes, from, step, o, inside, zeroPoint)
    to += (<usize>o / LANES) * blockBytes
  }
  for (; o < outputs; o += LANES) {
    const source = from + o / multiplier
    if (step === 1) fillSplat(to, source, inside, zeroPoint)
    else if (multiplier === 1 && source + <usize>(inside - 1) * step <= plan.lastLoad)
      fillBlock(to, source, step, inside, zeroPoint)
    else fillChosen(to, source, step, inside, zeroPoint, lanesOf(o, multiplier), plan.lastLoad)
    to += blockBytes
  }
}
