import { MAX_NEAR_SHIFT, nearShift } from './rescaleValue'

/** Elements that are rescaled together. */
export const GROUP: i32 = 16

// What a group holds of each of its 16 lanes, as offsets in bytes. Vectors are aligned to 16 bytes.

/** uint32: the multiplier, doubled. */
export const FACTORS: usize = 0
/** uint32: what the first step corrects the product of a negative value by. */
export const CORRECTIONS: usize = 64
/** The factor of the second step: int16 where a group is near, else uint32. */
export const SECOND_FACTORS: usize = 128
/** uint8: n = 31 - shift, 1..62. */
export const EXPONENTS: usize = 192
/** int32, one for the group: {@link MIXED}, {@link FAR}, or, where it is near, the shift between the steps. */
export const KIND: usize = 208
/** uint32, of mixed groups: 2^(32-n) where n is below 32. */
export const POWERS: usize = 224
/** int32, of mixed groups: 2^(n-1) - 1 where n is below 32, else -1. */
export const LIMITS: usize = 288
export const GROUP_BYTES: usize = 352

/** Some n is below 32. */
export const MIXED: i32 = -2
/** The n are too far apart, or the output isn't int8. */
export const FAR: i32 = -1

/** From this many channels on, groups start anew with each row, and less than an eighth of the lanes lies idle. */
const MANY_CHANNELS: i32 = 128
/** Channels that are prepared together: 8192 groups fit the scratch room. */
export const MAX_CHANNELS: i32 = 131072

const MIN_SHIFT: i8 = -31
const MAX_SHIFT: i8 = 30

/** How to rescale rows of channels. Its groups follow it in memory. */
@unmanaged
export class RescalePlan {
  isDouble: bool
  inputShift: i32
  inputZeroPoint: i32
  zeroPoint: i32
  low: i32
  high: i32
  groups: i32
  /** Elements from the start of the last group to the next start of the first. */
  lastStep: i32
}

/** Bytes of a plan before its groups. */
export const PLAN_BYTES: usize = 64

/**
 * How many lanes a plan has for `channels` channels and `count` elements: whole rows, repeated until they fill groups
 * where the channels are few.
 */
function planLanes(channels: i32, count: usize): i32 {
  if (channels >= MANY_CHANNELS) return channels
  const divisor = min(channels & -channels, GROUP)
  const lanes = (channels / divisor) * GROUP
  return min(lanes as usize, count) as i32
}

/**
 * Copies multipliers and shifts of 16 channels from `channel` on, and on from 0 after the last; shifts saturate to
 * int8.
 */
@inline
function copyLanes(
  group: usize,
  multipliers: usize,
  shifts: usize,
  shiftBytes: i32,
  channel: usize,
  channels: usize,
): void {
  if (channel + 16 <= channels) {
    const m = multipliers + (channel << 2)
    v128.store(group, v128.load(m), FACTORS)
    v128.store(group, v128.load(m, 16), FACTORS + 16)
    v128.store(group, v128.load(m, 32), FACTORS + 32)
    v128.store(group, v128.load(m, 48), FACTORS + 48)
    const from = shifts + channel * (shiftBytes as usize)
    if (shiftBytes === 1) {
      v128.store(group, v128.load(from), EXPONENTS)
    } else {
      const low = i16x8.narrow_i32x4_s(v128.load(from), v128.load(from, 16))
      const high = i16x8.narrow_i32x4_s(v128.load(from, 32), v128.load(from, 48))
      v128.store(group, i8x16.narrow_i16x8_s(low, high), EXPONENTS)
    }
    return
  }
  for (let lane: usize = 0; lane < 16; lane++) {
    store<i32>(group + (lane << 2), load<i32>(multipliers + (channel << 2)), FACTORS)
    const shift = shiftBytes === 1 ? (load<i8>(shifts + channel) as i32) : load<i32>(shifts + (channel << 2))
    store<i8>(group + lane, max(min(shift, MAX_SHIFT as i32), MIN_SHIFT as i32) as i8, EXPONENTS)
    channel = channel + 1 === channels ? 0 : channel + 1
  }
}

/** Least of 16 uint8. */
@inline
function leastLane(lanes: v128): i32 {
  let least = i8x16.min_u(lanes, v128.shuffle<i64>(lanes, lanes, 1, 0))
  least = i8x16.min_u(least, v128.shuffle<i32>(least, least, 1, 0, 3, 2))
  least = i8x16.min_u(least, i32x4.shr_u(least, 16))
  return min(i8x16.extract_lane_u(least, 0), i8x16.extract_lane_u(least, 1)) as i32
}

/** Makes factors, corrections and exponents of the multipliers and shifts that were copied to a group. */
@inline
function prepareFirstFactors(group: usize, nudge: v128): void {
  for (let lane: usize = 0; lane < 64; lane += 16) {
    const factors = i32x4.shl(v128.load(group + lane, FACTORS), 1)
    v128.store(group + lane, factors, FACTORS)
    v128.store(group + lane, v128.or(factors, nudge), CORRECTIONS)
  }
  const shifts = i8x16.max_s(i8x16.min_s(v128.load(group, EXPONENTS), i8x16.splat(MAX_SHIFT)), i8x16.splat(MIN_SHIFT))
  v128.store(group, i8x16.sub(i8x16.splat(31), shifts), EXPONENTS)
}

/**
 * Second factors of a group, and its kind. See `rescaleValue.ts` for near groups: their int16 factors are 2^(15-e) for
 * e = 1..7, so that a table gives the high bytes, and low bytes are 0. Other groups multiply what the first step leaves
 * by 2^(63-n) / 2^32.
 */
@inline
function prepareSecondFactors(group: usize, allowsNear: bool): void {
  const exponents = v128.load(group, EXPONENTS)
  const least = leastLane(exponents)
  const greatest = 255 - leastLane(v128.not(exponents))
  const shift = nearShift(least)
  if (least < 32) {
    for (let lane: usize = 0; lane < 16; lane++) {
      const n = load<u8>(group + lane, EXPONENTS) as i32
      const isLeft = n < 32
      store<i32>(group + (lane << 2), isLeft ? 0 : 1 << (63 - n), SECOND_FACTORS)
      store<i32>(group + (lane << 2), isLeft ? 1 << (32 - n) : 0, POWERS)
      store<i32>(group + (lane << 2), isLeft ? (1 << (n - 1)) - 1 : -1, LIMITS)
    }
    store<i32>(group, MIXED, KIND)
  } else if (allowsNear && greatest - 31 - shift <= MAX_NEAR_SHIFT) {
    const left = i8x16.sub(exponents, i8x16.splat((31 + shift) as i8))
    const high = i8x16.swizzle(i8x16(0, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0), left)
    const zero = i8x16.splat(0)
    const first = v128.shuffle<i8>(zero, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
    const last = v128.shuffle<i8>(zero, high, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
    v128.store(group, first, SECOND_FACTORS)
    v128.store(group, last, SECOND_FACTORS + 16)
    store<i32>(group, shift, KIND)
  } else {
    for (let lane: usize = 0; lane < 16; lane++) {
      const factor = 1 << (63 - (load<u8>(group + lane, EXPONENTS) as i32))
      store<i32>(group + (lane << 2), factor, SECOND_FACTORS)
    }
    store<i32>(group, FAR, KIND)
  }
}

/**
 * Prepares the groups of a plan, for up to {@link MAX_CHANNELS} channels.
 *
 * @param multipliers - int32 [channels], of which the low 31 bits count
 * @param shifts - int8 or int32 [channels], clamped to -31..30
 * @param count - how many elements will be rescaled at most
 * @param allowsNear - whether the output is int8
 */
export function prepareGroups(
  plan: RescalePlan,
  multipliers: usize,
  shifts: usize,
  shiftBytes: i32,
  channels: i32,
  count: usize,
  allowsNear: bool,
): void {
  const lanes = planLanes(channels, count)
  const groups = (lanes + GROUP - 1) / GROUP
  plan.groups = groups
  plan.lastStep = lanes - (groups - 1) * GROUP
  let group = changetype<usize>(plan) + PLAN_BYTES
  const nudge = i32x4.splat(plan.isDouble ? 1 : 0)
  let channel = 0
  for (let left = groups; left > 0; left--) {
    copyLanes(group, multipliers, shifts, shiftBytes, channel as usize, channels as usize)
    prepareFirstFactors(group, nudge)
    prepareSecondFactors(group, allowsNear)
    channel = (channel + GROUP) % channels
    group += GROUP_BYTES
  }
}
