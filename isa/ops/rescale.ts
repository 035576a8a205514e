import { attributeLayout } from '../attributes.ts'
import { ensureAttribute, ensureDType, ensureShape } from '../check.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { clamp, countOf, INT32_MAX, type RoundingMode, rescale as rescaleValue, roundUp } from '../numeric.ts'
import { type DType, dtypeRange, dtypes, type Tensor, type TensorType, tensorType } from '../tensor.ts'
import { paddedElements, VECTOR_BYTES } from '../tiles.ts'

/** Values of the attribute perChannel: one multiplier and shift as words, a tensor of each, or both in one tensor. */
const PER_TENSOR = 0
const PER_CHANNEL = 1
const PACKED = 2

const MIN_SHIFT = -31
const MAX_SHIFT = 30

const attributes = attributeLayout([
  { name: 'dtype', bits: 8, doc: 'dtype code of the output: 1 int8, 2 int16, 3 int32' },
  { name: 'perChannel', bits: 2, doc: '0: words; 1: int32[C] and int8[C]; 2: packed as int32[2,C], shift word 0' },
  { name: 'rounding', bits: 1, doc: '0 rounds twice (TFLite Micro, CMSIS-NN), 1 once (XNNPACK, ruy)' },
  { name: 'inputShift', bits: 8, doc: 'bits to shift x left by first: at most 22 for int8, 15 for int16, 0 for int32' },
  { name: 'inputZeroPoint', bits: 16, signed: true, doc: 'zero point of x, in its dtype; 0 for int32' },
  { name: 'outputZeroPoint', bits: 16, signed: true, doc: 'zero point of the output, in its dtype; 0 for int32' },
  { name: 'low', bits: 32, signed: true, doc: 'smallest result' },
  { name: 'high', bits: 32, signed: true, doc: 'largest result' },
])

const maxInputShift: Readonly<Record<DType, number>> = { int8: 22, int16: 15, int32: 0 }

function zeroPointRange(dtype: DType): readonly [number, number] {
  return dtype === 'int32' ? [0, 0] : dtypeRange[dtype]
}

type Factor = TensorType | bigint

/** Checks multiplier and shift against the form that perChannel says, for x of `channels` channels. */
function ensureFactors(perChannel: number, multiplier: Factor, shift: Factor, channels: number): void {
  if (typeof multiplier === 'bigint') {
    ensure(multiplier <= BigInt(INT32_MAX), 'BadAttribute', `multiplier ${multiplier} is not in 0..2^31-1`)
  } else {
    ensureDType('multiplier', multiplier, 'int32')
    ensureShape('multiplier', multiplier, perChannel === PACKED ? [2, channels] : [channels])
  }
  if (typeof shift !== 'bigint') {
    ensureDType('shift', shift, 'int8')
    ensureShape('shift', shift, [channels])
    return
  }
  const value = BigInt.asIntN(256, shift)
  if (perChannel === PACKED) ensure(value === 0n, 'BadAttribute', 'the shift word of a packed multiplier is not 0')
  ensure(value >= MIN_SHIFT && value <= MAX_SHIFT, 'BadAttribute', `shift ${value} is not in -31..30`)
}

/** The multiplier and shift of each channel; of every channel, where there is one of each. */
function factors(
  multiplier: Tensor | bigint,
  shift: Tensor | bigint,
  channels: number,
): { multiplierOf(channel: number): number; shiftOf(channel: number): number } {
  if (typeof multiplier === 'bigint') {
    const [m, s] = [Number(multiplier), Number(BigInt.asIntN(256, shift as bigint))]
    return { multiplierOf: () => m, shiftOf: () => s }
  }
  const multipliers = multiplier.data
  const [shifts, first] = typeof shift === 'bigint' ? [multipliers, channels] : [shift.data, 0]
  return {
    multiplierOf: (channel) => (multipliers[channel] as number) & INT32_MAX,
    shiftOf: (channel) => clamp(shifts[first + channel] as number, MIN_SHIFT, MAX_SHIFT),
  }
}

/** From so many channels on, factors are prepared for one row of them. */
const MANY_CHANNELS = 128

/** Factors that are prepared: those of whole rows that fill vectors together, where channels are few. */
function preparedFactors(channels: number, elements: number): number {
  if (channels >= MANY_CHANNELS) return roundUp(channels, VECTOR_BYTES)
  const divisor = Math.min(channels & -channels, VECTOR_BYTES)
  return Math.min((channels / divisor) * VECTOR_BYTES, elements)
}

/**
 * Multiplies by a fixed-point factor, rounds, adds a zero point and clamps: from one quantised scale to another.
 *
 * Bit-exact to TFLite Micro and CMSIS-NN with rounding 0, to XNNPACK and ruy with rounding 1, as long as the value shifted
 * left by a positive shift fits int32: beyond that they overflow and this saturates.
 */
export const rescale = defineCompute({
  opcode: 0x20,
  mnemonic: 'RESCALE',
  summary:
    'output = clamp(outputZeroPoint + round(((x - inputZeroPoint) << inputShift) * multiplier * 2^(shift-31)), low, high)',
  description: `With v = (x - inputZeroPoint) << inputShift, n = 31 - shift and r = 2^(n-1), to which rounding 0 with
n > 31 adds 2^30 for v >= 0 and -2^30 for v < 0, the result is

    clamp(outputZeroPoint + ((v * multiplier + r) >> n), low, high)

with an arithmetic right shift. Every intermediate fits 64 bits.

The multiplier is a Q31 fraction and the shift counts to the left. Per tensor (perChannel 0) both are words, the shift in
two's complement. Per channel (perChannel 1) they are tensors with one element for each index of the last axis. Packed
(perChannel 2) both are rows of one tensor, multipliers first, and the shift word is 0. Tensor data never halts: of a
multiplier in a tensor only the low 31 bits count, and a shift in a tensor is clamped to -31..30. A multiplier of 0 is valid.

Halts with BadAttribute when dtype is not 1..3, perChannel is 3, inputShift is above 22 for an int8 x, 15 for an int16 x or 0
for an int32 x, a zero point is outside its dtype or not 0 for int32, low and high are not in the order least <= low <= high <= greatest value of the output dtype,
a multiplier word is above 2^31-1, a shift word is outside -31..30, or the shift word of a packed multiplier is not 0; with
TypeMismatch or ShapeMismatch when a multiplier or shift tensor is not int32 [C], int8 [C] or, packed, int32 [2,C].`,
  attributes,
  inputs: [
    {
      name: 'attributes',
      kind: 'attributes',
      doc: 'output dtype, form of the factors, rounding, zero points and range',
    },
    { name: 'x', kind: 'tensor', doc: 'any dtype [..,C]' },
    { name: 'multiplier', kind: 'tensorOrWord', doc: '0..2^31-1; or int32 [C]; or int32 [2,C] with the shifts' },
    { name: 'shift', kind: 'tensorOrWord', doc: '-31..30; or int8 [C]; or 0' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the attribute dtype and the shape of x' },
  isTensor({ perChannel }, name) {
    return perChannel === PER_CHANNEL || (perChannel === PACKED && name === 'multiplier')
  },
  infer({ attributes, x, multiplier, shift }) {
    const { perChannel, inputShift, inputZeroPoint, outputZeroPoint, low, high } = attributes
    const dtype = dtypes[attributes.dtype - 1]
    ensure(dtype !== undefined, 'BadAttribute', `unknown dtype code ${attributes.dtype}`)
    ensureAttribute('perChannel', perChannel, PER_TENSOR, PACKED)
    ensureAttribute('inputShift', inputShift, 0, maxInputShift[x.dtype])
    ensureAttribute('inputZeroPoint', inputZeroPoint, ...zeroPointRange(x.dtype))
    ensureAttribute('outputZeroPoint', outputZeroPoint, ...zeroPointRange(dtype))
    const [least, greatest] = dtypeRange[dtype]
    ensureAttribute('low', low, least, greatest)
    ensureAttribute('high', high, low, greatest)
    ensureFactors(perChannel, multiplier, shift, x.shape.at(-1) as number)
    return tensorType(dtype, x.shape)
  },
  work({ multiplier, shift }, output) {
    const elements = paddedElements(output)
    if (typeof multiplier !== 'bigint')
      return {
        channelRescaledElements: elements,
        rescaledChannels: preparedFactors(output.shape.at(-1) as number, elements),
      }
    // A product shifted to the left does not fit 32 bits at any step.
    return { rescaledElements: BigInt.asIntN(256, shift as bigint) > 0n ? countOf(2, elements) : elements }
  },
  element({ attributes, x, multiplier, shift }) {
    const { inputShift, inputZeroPoint, outputZeroPoint, low, high } = attributes
    const rounding = attributes.rounding as RoundingMode
    const channels = x.shape.at(-1) as number
    const scale = 2 ** inputShift
    const { multiplierOf, shiftOf } = factors(multiplier, shift, channels)
    return (index) => {
      const channel = index % channels
      const value = ((x.data[index] as number) - inputZeroPoint) * scale
      const scaled = rescaleValue(value, multiplierOf(channel), shiftOf(channel), rounding)
      return clamp(outputZeroPoint + scaled, low, high)
    }
  },
})
