import { SCRATCH } from '../layout'
import { scaleLeft } from './rescaleLeft'
import {
  boundLanes,
  HALF,
  highProduct,
  narrowNear,
  nearFactor,
  nearShift,
  scaleOne,
  storeBytes,
  storeOne,
  storeValues,
  valueOne,
  values,
  zeroPointLanes,
} from './rescaleValue'

/** Whether a value is rounded twice. */
const DOUBLE: i32 = 0

/**
 * Factors and correction of the loops below, which load them in each round: beside the other vectors there are too few
 * registers to keep them, and this is a fifth faster than what the engine does then.
 */
const FACTOR: usize = SCRATCH
const CORRECTION: usize = SCRATCH + 16
const SECOND_FACTOR: usize = SCRATCH + 32

/** `floor((v * m + r) / 2^31)` of four elements. */
@inline
function firstStep<X>(x: usize, zero: v128, scale: v128, factor: v128, correction: v128, rounding: v128): v128 {
  return highProduct(values<X>(x, zero, scale), factor, correction, rounding)
}

/** RESCALE by one factor for n = 31, where r = 2^30 and the first step is the last. */
function rescaleUnshifted<X, Y>(
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  inputShift: i32,
  inputZeroPoint: i32,
  outputZeroPoint: i32,
  low: i32,
  high: i32,
): void {
  v128.store(FACTOR, i32x4.splat(m << 1))
  const rounding = i64x2.splat(HALF)
  const zero = i32x4.splat(inputZeroPoint)
  const scale = i32x4.splat(1 << inputShift)
  const zeroPoint = zeroPointLanes<Y>(outputZeroPoint)
  const least = boundLanes<Y>(low, outputZeroPoint)
  const most = boundLanes<Y>(high, outputZeroPoint)
  for (; count >= 16; count -= 16) {
    const factor = v128.load(FACTOR)
    const q0 = firstStep<X>(x, zero, scale, factor, factor, rounding)
    const q1 = firstStep<X>(x + 4 * sizeof<X>(), zero, scale, factor, factor, rounding)
    const q2 = firstStep<X>(x + 8 * sizeof<X>(), zero, scale, factor, factor, rounding)
    const q3 = firstStep<X>(x + 12 * sizeof<X>(), zero, scale, factor, factor, rounding)
    storeValues<Y>(output, q0, q1, q2, q3, zeroPoint, least, most)
    x += 16 * sizeof<X>()
    output += 16 * sizeof<Y>()
  }
}

/**
 * RESCALE by one factor for n > 31. With p = floor((v * m + r) / 2^31):
 *
 * - single rounding: r = 0, and the result is floor((p + 2^(n-32)) / 2^(n-31)), because 2^(n-1) is a multiple of 2^31
 *   and floors compose.
 * - double rounding: r = 2^30, and likewise after taking 1 from p where v < 0, as 2^30 - 2^31 = -2^30.
 *
 * |v * m| <= 2^62 - 2^31 bounds p to -(2^31-1)..2^31-2, so that taking or adding 1 does not overflow. The last step is
 * floor((floor(p / 2^(n-32)) + 1) / 2), or for int8 that of near values in `rescaleValue.ts`.
 */
function rescaleShifted<X, Y>(
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  n: i32,
  isDouble: bool,
  inputShift: i32,
  inputZeroPoint: i32,
  outputZeroPoint: i32,
  low: i32,
  high: i32,
): void {
  v128.store(FACTOR, i32x4.splat(m << 1))
  v128.store(CORRECTION, i32x4.splat((m << 1) | (isDouble ? 1 : 0)))
  const rounding = i64x2.splat(isDouble ? HALF : 0)
  const shift = sizeof<Y>() === 1 ? nearShift(n) : n - 32
  if (sizeof<Y>() === 1) v128.store(SECOND_FACTOR, i16x8.splat(nearFactor(n, shift)))
  const one = i32x4.splat(1)
  const zero = i32x4.splat(inputZeroPoint)
  const scale = i32x4.splat(1 << inputShift)
  const zeroPoint = zeroPointLanes<Y>(outputZeroPoint)
  const least = boundLanes<Y>(low, outputZeroPoint)
  const most = boundLanes<Y>(high, outputZeroPoint)
  for (; count >= 16; count -= 16) {
    const factor = v128.load(FACTOR)
    const correction = v128.load(CORRECTION)
    const p0 = firstStep<X>(x, zero, scale, factor, correction, rounding)
    const p1 = firstStep<X>(x + 4 * sizeof<X>(), zero, scale, factor, correction, rounding)
    const p2 = firstStep<X>(x + 8 * sizeof<X>(), zero, scale, factor, correction, rounding)
    const p3 = firstStep<X>(x + 12 * sizeof<X>(), zero, scale, factor, correction, rounding)
    if (sizeof<Y>() === 1) {
      const secondFactor = v128.load(SECOND_FACTOR)
      const q0 = i16x8.q15mulr_sat_s(narrowNear(p0, p1, shift), secondFactor)
      const q1 = i16x8.q15mulr_sat_s(narrowNear(p2, p3, shift), secondFactor)
      storeBytes(output, q0, q1, zeroPoint, least, most)
    } else {
      const q0 = i32x4.shr_s(i32x4.add(i32x4.shr_s(p0, shift), one), 1)
      const q1 = i32x4.shr_s(i32x4.add(i32x4.shr_s(p1, shift), one), 1)
      const q2 = i32x4.shr_s(i32x4.add(i32x4.shr_s(p2, shift), one), 1)
      const q3 = i32x4.shr_s(i32x4.add(i32x4.shr_s(p3, shift), one), 1)
      storeValues<Y>(output, q0, q1, q2, q3, zeroPoint, least, most)
    }
    x += 16 * sizeof<X>()
    output += 16 * sizeof<Y>()
  }
}

/** RESCALE by one factor for n < 31. */
function rescaleLeft<X, Y>(
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  n: i32,
  inputShift: i32,
  inputZeroPoint: i32,
  outputZeroPoint: i32,
  low: i32,
  high: i32,
): void {
  const factor = i32x4.splat(m)
  const power = i32x4.splat(1 << (32 - n))
  const limit = i32x4.splat((1 << (n - 1)) - 1)
  const zero = i32x4.splat(inputZeroPoint)
  const scale = i32x4.splat(1 << inputShift)
  const zeroPoint = zeroPointLanes<Y>(outputZeroPoint)
  const least = boundLanes<Y>(low, outputZeroPoint)
  const most = boundLanes<Y>(high, outputZeroPoint)
  for (; count >= 16; count -= 16) {
    const q0 = scaleLeft(values<X>(x, zero, scale), factor, power, limit)
    const q1 = scaleLeft(values<X>(x + 4 * sizeof<X>(), zero, scale), factor, power, limit)
    const q2 = scaleLeft(values<X>(x + 8 * sizeof<X>(), zero, scale), factor, power, limit)
    const q3 = scaleLeft(values<X>(x + 12 * sizeof<X>(), zero, scale), factor, power, limit)
    storeValues<Y>(output, q0, q1, q2, q3, zeroPoint, least, most)
    x += 16 * sizeof<X>()
    output += 16 * sizeof<Y>()
  }
}

function rescaleAs<X, Y>(
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  shift: i32,
  isDouble: bool,
  inputShift: i32,
  inputZeroPoint: i32,
  outputZeroPoint: i32,
  low: i32,
  high: i32,
): void {
  const n = 31 - shift
  if (n < 31) rescaleLeft<X, Y>(x, output, count, m, n, inputShift, inputZeroPoint, outputZeroPoint, low, high)
  else if (n === 31) rescaleUnshifted<X, Y>(x, output, count, m, inputShift, inputZeroPoint, outputZeroPoint, low, high)
  else rescaleShifted<X, Y>(x, output, count, m, n, isDouble, inputShift, inputZeroPoint, outputZeroPoint, low, high)
  const done = count & ~15
  x += done * sizeof<X>()
  output += done * sizeof<Y>()
  count -= done
  for (; count > 0; count--) {
    const q = scaleOne(valueOne<X>(x, inputZeroPoint, inputShift), m, n, isDouble)
    storeOne<Y>(output, q, outputZeroPoint, low, high)
    x += sizeof<X>()
    output += sizeof<Y>()
  }
}

function rescaleFrom<X>(
  outputBytes: i32,
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  shift: i32,
  isDouble: bool,
  inputShift: i32,
  inputZeroPoint: i32,
  zeroPoint: i32,
  low: i32,
  high: i32,
): void {
  if (outputBytes === 1)
    rescaleAs<X, i8>(x, output, count, m, shift, isDouble, inputShift, inputZeroPoint, zeroPoint, low, high)
  else if (outputBytes === 2)
    rescaleAs<X, i16>(x, output, count, m, shift, isDouble, inputShift, inputZeroPoint, zeroPoint, low, high)
  else rescaleAs<X, i32>(x, output, count, m, shift, isDouble, inputShift, inputZeroPoint, zeroPoint, low, high)
}

/**
 * RESCALE of `count` elements by one factor. Elements of x and output are of 1, 2 or 4 bytes; the rest are the
 * attributes and words of the instruction.
 */
export function rescale(
  inputBytes: i32,
  outputBytes: i32,
  x: usize,
  output: usize,
  count: usize,
  m: i32,
  shift: i32,
  rounding: i32,
  inputShift: i32,
  inputZeroPoint: i32,
  zeroPoint: i32,
  low: i32,
  high: i32,
): void {
  const isDouble = rounding === DOUBLE
  if (inputBytes === 1)
    rescaleFrom<i8>(outputBytes, x, output, count, m, shift, isDouble, inputShift, inputZeroPoint, zeroPoint, low, high)
  else if (inputBytes === 2)
    rescaleFrom<i16>(
      outputBytes,
      x,
      output,
      count,
      m,
      shift,
      isDouble,
      inputShift,
      inputZeroPoint,
      zeroPoint,
      low,
      high,
    )
  else
    rescaleFrom<i32>(
      outputBytes,
      x,
      output,
      count,
      m,
      shift,
      isDouble,
      inputShift,
      inputZeroPoint,
      zeroPoint,
      low,
      high,
    )
}
