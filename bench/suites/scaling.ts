import { ROUND_SINGLE, type RoundingMode, type Tensor } from '../../isa/index.ts'
import { quantizeMultiplier } from '../../model/index.ts'
import type { BenchMemory } from '../harness/memory.ts'

const PACKED = 2

/** Attributes and operands of a RESCALE of int32 to int8 with a factor for each channel. */
export type ChannelScaling = {
  /** The factors, for runtimes that scale in single-precision numbers. */
  readonly factors: Float32Array
  /** Operands of RESCALE but for x. */
  readonly operands: { readonly attributes: object; readonly multiplier: Tensor; readonly shift: bigint }
}

/** Attributes of a RESCALE to the whole of int8. */
export const toInt8 = (perChannel: number, rounding: number) => ({
  ...{ dtype: 1, perChannel, rounding, inputShift: 0, inputZeroPoint: 0, outputZeroPoint: -3 },
  ...{ low: -128, high: 127 },
})

/** Factors for sums of `depth` products, so that most results fill int8 and some saturate. */
export function channelScaling(
  memory: BenchMemory,
  channels: number,
  depth: number,
  rounding: RoundingMode = ROUND_SINGLE,
): ChannelScaling {
  // Products of uniform int8 operands have a standard deviation of 74 * 73.
  const factor = 40 / (74 * 73 * Math.sqrt(depth))
  const factors = Float32Array.from({ length: channels }, (_, channel) => factor * (1 + (channel % 7) / 8))
  const fixed = Array.from(factors, quantizeMultiplier)
  const packed = [...fixed.map(({ multiplier }) => multiplier), ...fixed.map(({ shift }) => shift)]
  const multiplier = { ...memory.of('int32', [2, channels], packed), source: {} }
  return { factors, operands: { attributes: toInt8(PACKED, rounding), multiplier, shift: 0n } }
}
