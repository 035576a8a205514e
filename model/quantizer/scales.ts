import { clamp } from '../../isa/index.ts'
import { type Quantization, roundHalfAway } from '../quantization.ts'

/** Smallest and largest real value that a quantization is to cover. */
export type Range = { readonly min: number; readonly max: number }

const INT8_MIN = -128
const INT8_MAX = 127
const INT8_STEPS = INT8_MAX - INT8_MIN

/** Values in [0, 1) in steps of 1/256: what SOFTMAX gives. */
export const SOFTMAX_OUTPUT: Quantization = { scale: 1 / 256, zeroPoint: INT8_MIN }

/** The int8 values that stand for real ones: `clamp(zeroPoint + round(x / scale), -128, 127)`, halves away from zero. */
export function quantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Int8Array {
  return Int8Array.from(values, (value) => clamp(zeroPoint + roundHalfAway(value / scale), INT8_MIN, INT8_MAX))
}

/** The real values that int8 ones stand for: `(q - zeroPoint) * scale`. */
export function dequantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Float32Array {
  return Float32Array.from(values, (value) => (value - zeroPoint) * scale)
}

/**
 * Spreads int8 over a range that contains 0. The zero point is an integer, so 0 is exact; the ends may move by half a
 * step.
 */
export function quantizationOf({ min, max }: Range): Quantization {
  // Scales are single-precision numbers, as in TFLite files. All zeros: any scale will do.
  const scale = Math.fround((max - min) / INT8_STEPS) || 1
  return { scale, zeroPoint: clamp(roundHalfAway(INT8_MIN - min / scale), INT8_MIN, INT8_MAX) }
}
