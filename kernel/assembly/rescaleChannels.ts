import { SCRATCH } from '../layout'
import { scaleLeft } from './rescaleLeft'
import {
  CORRECTIONS,
  EXPONENTS,
  FACTORS,
  GROUP_BYTES,
  KIND,
  LIMITS,
  MAX_CHANNELS,
  MIXED,
  PLAN_BYTES,
  POWERS,
  prepareGroups,
  RescalePlan,
  SECOND_FACTORS,
} from './rescalePlan'
import {
  boundLanes,
  HALF,
  highProduct,
  narrowNear,
  scaleOne,
  storeBytes,
  storeOne,
  storeValues,
  valueOne,
  values,
  zeroPointLanes,
} from './rescaleValue'

/** Rescales the first `count` lanes of a group, one after another. */
function rescaleLanes<X, Y>(plan: RescalePlan, group: usize, x: usize, output: usize, count: usize): void {
  for (let lane: usize = 0; lane < count; lane++) {
    const v = valueOne<X>(x + lane * sizeof<X>(), plan.inputZeroPoint, plan.inputShift)
    const m = load<u32>(group + (lane << 2), FACTORS) >>> 1
    const q = scaleOne(v, m as i32, load<u8>(group + lane, EXPONENTS) as i32, plan.isDouble)
    storeOne<Y>(output + lane * sizeof<Y>(), q, plan.zeroPoint, plan.low, plan.high)
  }
}

/** Four lanes of a group of which some n are below 32, `offset` bytes into its factors. */
@inline
function mixedLanes(group: usize, offset: usize, v: v128, rounding: v128): v128 {
  const lanes = group + offset
  const factors = v128.load(lanes, FACTORS)
  const limit = v128.load(lanes, LIMITS)
  const left = scaleLeft(v, i32x4.shr_u(factors, 1), v128.load(lanes, POWERS), limit)
  const p = highProduct(v, factors, v128.load(lanes, CORRECTIONS), rounding)
  const second = v128.load(lanes, SECOND_FACTORS)
  const right = highProduct(p, second, second, i64x2.splat(HALF))
  // Lanes that shift to the right have no limit.
  return v128.bitselect(right, left, i32x4.shr_s(limit, 31))
}

/**
 * Rescales `count` elements of whole rows by the plan.
 *
 * The first step in 16 lanes is that of `rescale.ts` for n > 31: it gives p, from which the result is
 * floor((p + 2^(n-32)) / 2^(n-31)) = floor((p * 2^(63-n) + 2^31) / 2^32). See `rescaleValue.ts` for near groups.
 *
 * Where a row ends within a group, the rest of the group spills over into the next row and is written again by it;
 * where that would pass the last element, lanes are rescaled one by one.
 */
function rescaleRows<X, Y>(plan: RescalePlan, x: usize, output: usize, count: usize): void {
  const isDouble = plan.isDouble
  const scale = i32x4.splat(1 << plan.inputShift)
  const groups = plan.groups
  const rounding = i64x2.splat(isDouble ? HALF : 0)
  const secondRounding = i64x2.splat(HALF)
  const zero = i32x4.splat(plan.inputZeroPoint)
  const zeroPoint = zeroPointLanes<Y>(plan.zeroPoint)
  const least = boundLanes<Y>(plan.low, plan.zeroPoint)
  const most = boundLanes<Y>(plan.high, plan.zeroPoint)
  const first = changetype<usize>(plan) + PLAN_BYTES
  const lastStep = plan.lastStep as usize
  let group = first
  let left = groups
  while (count >= 16) {
    const kind = load<i32>(group, KIND)
    if (kind === MIXED) {
      const q0 = mixedLanes(group, 0, values<X>(x, zero, scale), rounding)
      const q1 = mixedLanes(group, 16, values<X>(x + 4 * sizeof<X>(), zero, scale), rounding)
      const q2 = mixedLanes(group, 32, values<X>(x + 8 * sizeof<X>(), zero, scale), rounding)
      const q3 = mixedLanes(group, 48, values<X>(x + 12 * sizeof<X>(), zero, scale), rounding)
      storeValues<Y>(output, q0, q1, q2, q3, zeroPoint, least, most)
    } else {
      const m0 = v128.load(group, FACTORS)
      const m1 = v128.load(group, FACTORS + 16)
      const m2 = v128.load(group, FACTORS + 32)
      const m3 = v128.load(group, FACTORS + 48)
      const c0 = v128.load(group, CORRECTIONS)
      const c1 = v128.load(group, CORRECTIONS + 16)
      const c2 = v128.load(group, CORRECTIONS + 32)
      const c3 = v128.load(group, CORRECTIONS + 48)
      const p0 = highProduct(values<X>(x, zero, scale), m0, c0, rounding)
      const p1 = highProduct(values<X>(x + 4 * sizeof<X>(), zero, scale), m1, c1, rounding)
      const p2 = highProduct(values<X>(x + 8 * sizeof<X>(), zero, scale), m2, c2, rounding)
      const p3 = highProduct(values<X>(x + 12 * sizeof<X>(), zero, scale), m3, c3, rounding)
      if (sizeof<Y>() === 1 && kind >= 0) {
        const q0 = i16x8.q15mulr_sat_s(narrowNear(p0, p1, kind), v128.load(group, SECOND_FACTORS))
        const q1 = i16x8.q15mulr_sat_s(narrowNear(p2, p3, kind), v128.load(group, SECOND_FACTORS + 16))
        storeBytes(output, q0, q1, zeroPoint, least, most)
      } else {
        const k0 = v128.load(group, SECOND_FACTORS)
        const k1 = v128.load(group, SECOND_FACTORS + 16)
        const k2 = v128.load(group, SECOND_FACTORS + 32)
        const k3 = v128.load(group, SECOND_FACTORS + 48)
        const q0 = highProduct(p0, k0, k0, secondRounding)
        const q1 = highProduct(p1, k1, k1, secondRounding)
        const q2 = highProduct(p2, k2, k2, secondRounding)
        const q3 = highProduct(p3, k3, k3, secondRounding)
        storeValues<Y>(output, q0, q1, q2, q3, zeroPoint, least, most)
      }
    }
    let step: usize = 16
    group += GROUP_BYTES
    if (--left === 0) {
      group = first
      left = groups
      step = lastStep
    }
    x += step * sizeof<X>()
    output += step * sizeof<Y>()
    count -= step
  }
  rescaleLanes<X, Y>(plan, group, x, output, count)
}

function rescaleChannelsAs<X, Y>(
  plan: RescalePlan,
  x: usize,
  output: usize,
  rows: usize,
  channels: i32,
  multipliers: usize,
  shifts: usize,
  shiftBytes: i32,
): void {
  const allowsNear = sizeof<Y>() === 1
  if (channels <= MAX_CHANNELS) {
    const count = rows * (channels as usize)
    prepareGroups(plan, multipliers, shifts, shiftBytes, channels, count, allowsNear)
    rescaleRows<X, Y>(plan, x, output, count)
    return
  }
  for (let channel = 0; channel < channels; channel += MAX_CHANNELS) {
    const count = min(channels - channel, MAX_CHANNELS)
    prepareGroups(plan, multipliers, shifts, shiftBytes, count, count as usize, allowsNear)
    for (let row: usize = 0; row < rows; row++) {
      const element = row * (channels as usize) + (channel as usize)
      rescaleRows<X, Y>(plan, x + element * sizeof<X>(), output + element * sizeof<Y>(), count as usize)
    }
    multipliers += 4 * (MAX_CHANNELS as usize)
    shifts += (shiftBytes as usize) * (MAX_CHANNELS as usize)
  }
}

function rescaleChannelsFrom<X>(
  outputBytes: i32,
  plan: RescalePlan,
  x: usize,
  output: usize,
  rows: usize,
  channels: i32,
  multipliers: usize,
  shifts: usize,
  shiftBytes: i32,
): void {
  if (outputBytes === 1) rescaleChannelsAs<X, i8>(plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
  else if (outputBytes === 2)
    rescaleChannelsAs<X, i16>(plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
  else rescaleChannelsAs<X, i32>(plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
}

/**
 * RESCALE of `rows` rows of `channels` elements by a factor for each channel. Elements of x and output are of 1, 2 or 4
 * bytes, of multipliers of 4, of shifts of 1 or 4; the rest are the attributes of the instruction.
 */
export function rescaleChannels(
  inputBytes: i32,
  outputBytes: i32,
  x: usize,
  output: usize,
  rows: usize,
  channels: i32,
  multipliers: usize,
  shifts: usize,
  shiftBytes: i32,
  rounding: i32,
  inputShift: i32,
  inputZeroPoint: i32,
  zeroPoint: i32,
  low: i32,
  high: i32,
): void {
  const plan = changetype<RescalePlan>(SCRATCH)
  plan.isDouble = rounding === 0
  plan.inputShift = inputShift
  plan.inputZeroPoint = inputZeroPoint
  plan.zeroPoint = zeroPoint
  plan.low = low
  plan.high = high
  if (inputBytes === 1)
    rescaleChannelsFrom<i8>(outputBytes, plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
  else if (inputBytes === 2)
    rescaleChannelsFrom<i16>(outputBytes, plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
  else rescaleChannelsFrom<i32>(outputBytes, plan, x, output, rows, channels, multipliers, shifts, shiftBytes)
}
