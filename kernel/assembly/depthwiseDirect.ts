import { SCRATCH } from '../layout'
import { lanesOf, loadUpTo } from './depthwiseInput'
import { DepthwisePlan, LANES } from './depthwisePlan'

/** Room for one block of outputs, behind the plan. */
const ROOM: usize = SCRATCH + ((offsetof<DepthwisePlan>() + 63) & ~63)

/** The first tap of a window from `start` on that reads the input. */
function firstTap(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation
}

/** The tap after the last one that reads the input; not above the first when none does. */
function endTap(start: i32, size: i32, dilation: i32, taps: i32): i32 {
  return start >= size ? 0 : min(taps, (size - start + dilation - 1) / dilation)
}

/** 8 channels of one output, from the `rows` by `columns` taps on the input, of which `x` and `w` are the first. */
function convolveBlock(plan: DepthwisePlan, x: usize, w: usize, rows: i32, columns: i32, bias: usize, to: usize): void {
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint)
  const step = <usize>plan.dilationW * plan.channels
  const rowStep = <usize>plan.dilationH * plan.width * plan.channels
  const outputs = <usize>plan.outputs
  let low = bias === 0 ? i32x4.splat(0) : v128.load(bias)
  let high = bias === 0 ? i32x4.splat(0) : v128.load(bias, 16)
  for (; rows > 0; rows--) {
    let from = x
    let weights = w
    for (let tap = 0; tap < columns; tap++) {
      // A product fits int16: at most 255 * 128.
      const product = i16x8.mul(i16x8.sub(v128.load8x8_s(from), zeroPoint), v128.load8x8_s(weights))
      low = i32x4.add(low, i32x4.extend_low_i16x8_s(product))
      high = i32x4.add(high, i32x4.extend_high_i16x8_s(product))
      from += step
      weights += outputs
    }
    x += rowStep
    w += outputs * plan.tapsW
  }
  v128.store(to, low)
  v128.store(to, high, 16)
}

/**
 * As {@link convolveBlock}, for `count` outputs whose channels are chosen by `lanes` among the 8 from `x` on, or with fewer
 * than 8 left. What lies beyond them in a vector is computed and dropped.
 */
function convolveChosen(
  plan: DepthwisePlan,
  x: usize,
  w: usize,
  rows: i32,
  columns: i32,
  bias: usize,
  to: usize,
  count: i32,
  lanes: v128,
): void {
  const zeroPoint = i16x8.splat(<i16>plan.zeroPoint)
  const step = <usize>plan.dilationW * plan.channels
  const rowStep = <usize>plan.dilationH * plan.width * plan.channels
  const outputs = <usize>plan.outputs
  const lastX = plan.lastLoad
  const lastWeights = plan.lastWeights
  for (let lane = 0; lane < count; lane++)
    store<i32>(ROOM + (<usize>lane << 2), bias === 0 ? 0 : load<i32>(bias + (<usize>lane << 2)))
  let low = v128.load(ROOM)
  let high = v128.load(ROOM, 16)
  for (; rows > 0; rows--) {
    let from = x
    let weights = w
    for (let tap = 0; tap < columns; tap++) {
      const elements = i16x8.extend_low_i8x16_s(v128.swizzle(i64x2.splat(loadUpTo(lastX, from)), lanes))
      const factors = i16x8.extend_low_i8x16_s(i64x2.splat(loadUpTo(lastWeights, weights)))
      const product = i16x8.mul(i16x8.sub(elements, zeroPoint), factors)
      low = i32x4.add(low, i32x4.extend_low_i16x8_s(product))
      high = i32x4.add(high, i32x4.extend_high_i16x8_s(product))
      from += step
      weights += outputs
    }
    x += rowStep
    w += outputs * plan.tapsW
  }
  if (count === LANES) {
    v128.store(to, low)
    v128.store(to, high, 16)
    return
  }
  v128.store(ROOM, low)
  v128.store(ROOM, high, 16)
  for (let lane = 0; lane < count; lane++)
    store<i32>(to + (<usize>lane << 2), load<i32>(ROOM + (<usize>lane << 2)))
}

/** Computes the whole output without rows in scratch, tap by tap from where x and weights lie. */
export function depthwiseDirect(plan: DepthwisePlan, batch: i32, to: usize): void {
  const channels = plan.channels
  const outputs = plan.outputs
  const multiplier = plan.multiplier
  const bias = plan.bias
  const isVector = multiplier === 1 && outputs >= LANES
  for (let n = 0; n < batch; n++) {
    for (let oy = 0; oy < plan.outputH; oy++) {
      const y = oy * plan.strideH - plan.padTop
      const ky = firstTap(y, plan.dilationH)
      const rows = endTap(y, plan.height, plan.dilationH, plan.tapsH) - ky
      const line = <usize>n * plan.height + y + ky * plan.dilationH
      for (let ox = 0; ox < plan.outputW; ox++) {
        const start = ox * plan.strideW - plan.padLeft
        const kx = firstTap(start, plan.dilationW)
        const columns = endTap(start, plan.width, plan.dilationW, plan.tapsW) - kx
        const x = plan.x + (line * plan.width + start + kx * plan.dilationW) * channels
        const w = plan.weights + (<usize>ky * plan.tapsW + kx) * outputs
        if (isVector) {
          for (let block = 0; block < outputs; block += LANES) {
            // The last block begins earlier when channels are no multiple of 8: some are computed twice.
            const o = min(block, outputs - LANES)
            convolveBlock(plan, x + o, w + o, rows, columns, bias === 0 ? 0 : bias + 4 * o, to + 4 * o)
          }
        } else {
          for (let o = 0; o < outputs; o += LANES) {
            const count = min(LANES, outputs - o)
            const from = bias === 0 ? 0 : bias + 4 * o
            const lanes = lanesOf(o, multiplier)
            convolveChosen(plan, x + o / multiplier, w + o, rows, columns, from, to + 4 * o, count, lanes)
          }
        }
        to += 4 * outputs
      }
    }
  }
}
