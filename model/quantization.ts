import { clamp, type DType, dtypeRange, INT32_MAX, type RoundingMode, rescale } from '../isa/index.ts'
import { expOnNegativeValues, logistic, roundingDivideByPowerOfTwo, tanh } from './fixedPoint.ts'

/** Affine quantization of a tensor: `real = (q - zeroPoint) * scale`. */
export type Quantization = { readonly scale: number; readonly zeroPoint: number }

/** A fixed-point factor `multiplier * 2^(shift - 31)`, as RESCALE takes it. */
export type QuantizedMultiplier = {
  /** 0, or 2^30..2^31-1 */
  readonly multiplier: number
  /** -31..30, positive to the left */
  readonly shift: number
}

/**
 * Splits a positive finite double into `fraction * 2^exponent` with the fraction in [0.5, 1), as C's `frexp` does.
 *
 * Exact: multiplying by a power of two only changes the exponent, and subnormals are lifted out of their range first.
 */
function splitExponent(value: number): { fraction: number; exponent: number } {
  let fraction = value
  let exponent = 0
  while (fraction >= 1) {
    fraction /= 2
    exponent++
  }
  while (fraction < 0.5) {
    fraction *= 2
    exponent--
  }
  return { fraction, exponent }
}

/**
 * Turns a real factor into the fixed-point factor that TFLite's `QuantizeMultiplier` gives: 31 bits, rounded half away
 * from zero.
 *
 * Factors below 2^-32 become 0; factors of 2^30 and more saturate at the largest that RESCALE takes.
 *
 * @param scale - nonnegative and finite
 * @throws {RangeError} when `scale` is negative or not finite
 * @see TFLite kernels/internal/quantization_util.cc
 */
export function quantizeMultiplier(scale: number): QuantizedMultiplier {
  if (!(scale >= 0 && scale < Infinity)) throw new RangeError(`scale: ${scale} is not a nonnegative finite number`)
  if (scale === 0) return { multiplier: 0, shift: 0 }
  const factor = roundToMultiplier(scale)
  if (factor.shift < -31) return { multiplier: 0, shift: 0 }
  return factor.shift > 30 ? { multiplier: INT32_MAX, shift: 30 } : factor
}

/** The 31-bit factor of a positive finite number, with any exponent. */
function roundToMultiplier(scale: number): QuantizedMultiplier {
  const { fraction, exponent } = splitExponent(scale)
  // fraction * 2^31 is exact, and rounding half up is half away from zero for a positive number.
  const multiplier = Math.round(fraction * 2 ** 31)
  return multiplier === 2 ** 31 ? { multiplier: 2 ** 30, shift: exponent + 1 } : { multiplier, shift: exponent }
}

/** The factor 1, exactly, in both rounding modes. */
export const UNIT_MULTIPLIER: QuantizedMultiplier = { multiplier: 2 ** 30, shift: 1 }

/** C's `roundf`: half away from zero. */
export function roundHalfAway(x: number): number {
  return x < 0 ? -Math.round(-x) : Math.round(x)
}

/** Activation functions that are a clamp of the output. */
export type ClampActivation = 'none' | 'relu' | 'relu6' | 'reluN1To1' | 'relu0To1'

const activationBounds: Readonly<Record<ClampActivation, readonly [low: number, high: number]>> = {
  none: [-Infinity, Infinity],
  relu: [0, Infinity],
  relu6: [0, 6],
  reluN1To1: [-1, 1],
  relu0To1: [0, 1],
}

/**
 * Bounds of a quantized output under a fused activation: the dtype's range, cut to where the real bounds round to.
 *
 * @param output - scale is a float32 value; the division is done in float32, as TFLite's
 * `CalculateActivationRangeQuantized` does
 * @returns `low <= high`, both in the dtype's range
 */
export function activationRange(
  activation: ClampActivation,
  { scale, zeroPoint }: Quantization,
  dtype: DType,
): readonly [low: number, high: number] {
  const [min, max] = dtypeRange[dtype]
  const quantize = (real: number) => zeroPoint + roundHalfAway(Math.fround(real / scale))
  const [low, high] = activationBounds[activation]
  const lowest = low === -Infinity ? min : clamp(quantize(low), min, max)
  return [lowest, high === Infinity ? max : clamp(quantize(high), lowest, max)]
}

/**
 * Largest input, counted from the zero point, that fits a fixed-point function of `integerBits` integer bits after
 * scaling by `2^leftShift`: TFLite's `CalculateInputRadius`.
 */
function inputRadius(integerBits: number, leftShift: number): number {
  return Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** leftShift)
}

/**
 * The exponentials that SOFTMAX looks up: entry d is `exp(-d * beta * scale)` in Q0.31, and 0 where TFLite skips the
 * element.
 *
 * @param scale - of the int8 input, a float32 value
 * @param beta - TFLite's factor on the input, usually 1
 * @returns int32[256], each 0..2^31-1
 * @throws {RangeError} unless `beta * scale` is finite and above 2^-26, as TFLite requires
 * @see TFLite kernels/internal/reference/softmax.h and `PreprocessSoftmaxScaling`
 */
export function softmaxTable(scale: number, beta: number, rounding: RoundingMode): Int32Array {
  const integerBits = 5
  const factor = beta * scale * 2 ** (31 - integerBits)
  if (!(factor > 1 && factor < Infinity)) throw new RangeError(`beta * scale: ${beta * scale} is not above 2^-26`)
  const { multiplier, shift } = roundToMultiplier(Math.min(factor, 2 ** (31 - rounding) - 1))
  const radius = inputRadius(integerBits, shift)
  const table = new Int32Array(256)
  // difference * 2^shift is at most 31 * 2^26, an int32.
  for (let difference = 0; difference <= Math.min(255, radius); difference++)
    table[difference] = expOnNegativeValues(rescale(-difference * 2 ** shift, multiplier, 0, rounding), integerBits)
  return table
}

/** A table for TABLE: entry q + 128 is what the int8 input q becomes. */
function int8Table(entry: (q: number) => number): Int8Array {
  return Int8Array.from({ length: 256 }, (_, index) => clamp(entry(index - 128), -128, 127))
}

/** A function of Q4.27 applied to every int8 input; beyond the function's domain the output saturates. */
function q4Table(input: Quantization, rounding: RoundingMode, entry: (argument: number) => number): Int8Array {
  const { multiplier, shift } = quantizeMultiplier(input.scale * 2 ** 27)
  const radius = inputRadius(4, shift)
  return int8Table((q) => {
    const difference = q - input.zeroPoint
    if (difference <= -radius) return -128
    return difference >= radius ? 127 : entry(rescale(difference, multiplier, shift, rounding))
  })
}

/**
 * LOGISTIC on int8; the output has scale 1/256 and zero point -128.
 *
 * @see TFLite kernels/internal/reference/integer_ops/logistic.h
 */
export function logisticTable(input: Quantization, rounding: RoundingMode): Int8Array {
  return q4Table(input, rounding, (argument) => roundingDivideByPowerOfTwo(logistic(argument), 23) - 128)
}

/**
 * TANH on int8; the output has scale 1/128 and zero point 0.
 *
 * @see TFLite kernels/internal/reference/integer_ops/tanh.h
 */
export function tanhTable(input: Quantization, rounding: RoundingMode): Int8Array {
  return q4Table(input, rounding, (argument) => roundingDivideByPowerOfTwo(tanh(argument), 24))
}

/** A factor in float32 arithmetic, as TFLite's activations compute it before quantizing. */
function float32Ratio(numerator: number, denominator: number): number {
  return Math.fround(numerator / denominator)
}

/**
 * Factors of LEAKY_RELU for inputs above and below the zero point.
 *
 * @param alpha - float32; where it is negative, `alpha.multiplier` belongs to its absolute value
 * @see TFLite kernels/internal/reference/leaky_relu.h
 */
export function leakyReluFactors(
  input: Quantization,
  output: Quantization,
  alpha: number,
): { readonly identity: QuantizedMultiplier; readonly alpha: QuantizedMultiplier } {
  return {
    identity: quantizeMultiplier(float32Ratio(input.scale, output.scale)),
    alpha: quantizeMultiplier(float32Ratio(Math.fround(input.scale * Math.abs(alpha)), output.scale)),
  }
}

/** LEAKY_RELU on int8, with the factors of {@link leakyReluFactors}. */
export function leakyReluTable(
  input: Quantization,
  output: Quantization,
  alpha: number,
  rounding: RoundingMode,
): Int8Array {
  const factors = leakyReluFactors(input, output, alpha)
  return int8Table((q) => {
    const x = q - input.zeroPoint
    const factor = x >= 0 ? factors.identity : factors.alpha
    const y = rescale(x, factor.multiplier, factor.shift, rounding)
    return output.zeroPoint + (x < 0 && alpha < 0 ? -y : y)
  })
}

const clampInt16 = (x: number) => clamp(x, -32768, 32767)

/** The int16 part of a factor, as TFLite's `DownScaleInt32ToInt16Multiplier` rounds it. */
function int16Factor(scale: number): { multiplier: number; exponent: number } {
  const { multiplier, shift } = quantizeMultiplier(scale)
  return { multiplier: Math.min((multiplier + 2 ** 15) >> 16, 32767), exponent: shift }
}

/** gemmlowp's `SaturatingRoundingDoublingHighMul` on int16; no factor here is negative. */
function multiplyInt16(a: number, b: number): number {
  const product = a * b
  return Math.trunc((product + (product >= 0 ? 2 ** 14 : 1 - 2 ** 14)) / 2 ** 15)
}

/**
 * HARD_SWISH on int8: `x * min(max(x + 3, 0), 6) / 6` in int16 fixed point.
 *
 * @throws {RangeError} when the input's scale is 128 times the output's or more, which TFLite refuses
 * @see TFLite kernels/internal/reference/hard_swish.h
 */
export function hardSwishTable(input: Quantization, output: Quantization): Int8Array {
  const hiresScale = Math.fround(input.scale / 128)
  const scaled = int16Factor(float32Ratio(hiresScale, output.scale))
  const reluish = int16Factor(float32Ratio(hiresScale, Math.fround(3 / 32768)))
  if (scaled.exponent > 0) throw new RangeError(`scales: input ${input.scale} is too far above output ${output.scale}`)
  return int8Table((q) => {
    const x = (q - input.zeroPoint) * 128
    let gate = x
    if (reluish.exponent > 0) gate = clampInt16(gate * 2 ** (reluish.exponent - 1))
    gate = multiplyInt16(gate, reluish.multiplier)
    if (reluish.exponent > 0) gate = clampInt16(gate * 2)
    if (reluish.exponent < 0) gate = roundingDivideByPowerOfTwo(gate, -reluish.exponent)
    // The gate is now x / 3 in Q0.15, saturated; this is (x + 3) / 6.
    gate = (gate + 2 ** 15) >> 1
    const product = Math.trunc((gate * multiplyInt16(x, scaled.multiplier)) / 2 ** 15)
    return output.zeroPoint + roundingDivideByPowerOfTwo(product, -scaled.exponent)
  })
}

/**
 * A float32 function applied to every int8 input, as TFLite fills its own tables (ELU): dequantize, apply, divide by the
 * output's scale, round half away from zero.
 *
 * The function's own last bit can differ between mathematical libraries; it moves an entry only at an exact half.
 */
export function floatTable(input: Quantization, output: Quantization, apply: (real: number) => number): Int8Array {
  const inverseScale = float32Ratio(1, output.scale)
  return int8Table((q) => {
    const real = Math.fround(input.scale * (q - input.zeroPoint))
    return output.zeroPoint + roundHalfAway(Math.fround(Math.fround(apply(real)) * inverseScale))
  })
}
