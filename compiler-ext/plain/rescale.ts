import { clamp, INT32_MAX, ROUND_DOUBLE, type Tensor, type TensorType } from '../../isa/index.ts'
import { loadData, type PlainContext, UnsupportedStep } from './context.ts'
import { loadElement, type Placed, storeElement } from './memory.ts'
import { type Lines, literal, loop, plus } from './yul.ts'

/** Shift that rounds twice when it is above this. */
const NUDGED_ABOVE = 31

/** Constant factors and attributes of a RESCALE. */
export type Rescaling = {
  readonly attributes: Readonly<Record<string, number>>
  /** One a channel, or one for all. */
  readonly multipliers: readonly number[]
  /** `31 - shift`, 1..62. */
  readonly shifts: readonly number[]
  readonly isPerChannel: boolean
}

/** Operands of a RESCALE whose factors are words or constants. @throws {UnsupportedStep} when they are computed */
export function rescalingOf(
  attributes: Readonly<Record<string, number>>,
  multiplier: Tensor | TensorType | bigint,
  shift: Tensor | TensorType | bigint,
): Rescaling {
  if (typeof multiplier === 'bigint' && typeof shift === 'bigint')
    return {
      attributes,
      multipliers: [Number(multiplier)],
      shifts: [31 - Number(BigInt.asIntN(256, shift))],
      isPerChannel: false,
    }
  const dataOf = (name: string, value: typeof multiplier): number[] => {
    if (typeof value === 'bigint' || !('data' in value)) throw new UnsupportedStep(`${name} is not a constant`)
    return [...value.data]
  }
  const multipliers = dataOf('multiplier', multiplier)
  const isPacked = typeof shift === 'bigint'
  const channels = isPacked ? multipliers.length / 2 : multipliers.length
  const shifts = isPacked ? multipliers.slice(channels) : dataOf('shift', shift)
  return {
    attributes,
    multipliers: multipliers.slice(0, channels).map((value) => value & INT32_MAX),
    shifts: shifts.map((value) => 31 - clamp(value, -31, 30)),
    isPerChannel: true,
  }
}

/** Bytes of a channel's factors: the shift minus one, then the multiplier, big-endian. */
export const FACTOR_BYTES = 5

/** The factors of a channel as {@link rescaleLines} reads them from the end of a word. */
export function factorBytes({ multipliers, shifts }: Rescaling, channel: number): number[] {
  const multiplier = multipliers[channel] as number
  const shift = (shifts[channel] as number) - 1
  return [shift, multiplier >>> 24, (multiplier >>> 16) & 0xff, (multiplier >>> 8) & 0xff, multiplier & 0xff]
}

/**
 * Statements that make of `v`, a sign-extended int32, the rescaled value less `low`, in `y`.
 *
 * @param word - with factors of channels, the variable that has them in its lowest bytes
 */
export function rescaleLines(rescaling: Rescaling, word: string): string[] {
  const { attributes, multipliers, shifts, isPerChannel } = rescaling
  const { outputZeroPoint = 0, low = 0, high = 0 } = attributes
  const isDouble = attributes.rounding === ROUND_DOUBLE
  const nudged = shifts.filter((shift) => isDouble && shift > NUDGED_ABOVE).length
  const [multiplier, shift] = isPerChannel
    ? [`and(${word}, 0xffffffff)`, `byte(${31 - 4}, ${word})`]
    : [String(multipliers[0]), String((shifts[0] as number) - 1)]
  // 2^30 for v of at least 0, -2^30 for others.
  const nudge = 'or(0x40000000, shl(31, sar(255, v)))'
  const nudgeWhere = nudged === shifts.length ? nudge : `mul(gt(n, ${NUDGED_ABOVE - 1}), ${nudge})`
  const product = `mul(v, ${multiplier})`
  const range = high - low
  return [
    ...(isPerChannel ? [`let n := ${shift}`] : []),
    // (p + 2^n) >> (n + 1) is ((p >> n) + 1) >> 1.
    `let y := sar(1, add(1, sar(${isPerChannel ? 'n' : shift}, ${nudged > 0 ? `add(${product}, ${nudgeWhere})` : product})))`,
    ...(outputZeroPoint === low ? [] : [`y := ${plus('y', outputZeroPoint - low)}`]),
    // Below low, y is negative: as an unsigned word it is above the range too.
    `if gt(y, ${range}) { y := mul(${range}, sgt(y, 0)) }`,
  ]
}

/** The byte of an int8 result, of `y` as {@link rescaleLines} leaves it. */
export function storeRescaled(pointer: string, low: number): string {
  return `mstore8(${pointer}, ${plus('y', low + 128)})`
}

/** RESCALE by itself. */
export function rescaleStep(context: PlainContext, rescaling: Rescaling, x: Placed, output: Placed): Lines {
  const { inputShift = 0, inputZeroPoint = 0, low = 0 } = rescaling.attributes
  const channels = rescaling.isPerChannel ? rescaling.multipliers.length : 1
  const count = x.type.shape.reduce((product, size) => product * size, 1)
  const bytes = (type: TensorType) => (type.dtype === 'int8' ? 1 : type.dtype === 'int16' ? 2 : 4)
  const centred = plus(loadElement(x.type, 'x'), -inputZeroPoint)
  const value = inputShift === 0 ? centred : `shl(${inputShift}, ${centred})`
  const result = low === 0 ? 'y' : `add(y, ${literal(low)})`
  const one = (word: Lines) => [
    `let v := ${value}`,
    ...word,
    ...rescaleLines(rescaling, 'word'),
    output.type.dtype === 'int8' ? storeRescaled('out', low) : storeElement(output.type, 'out', result),
    `out := add(out, ${bytes(output.type)})`,
  ]
  const step = bytes(x.type)
  const start = `let out := ${output.address}`
  if (!rescaling.isPerChannel) return [start, ...loop('x', String(x.address), step, count, one([]))]
  const factors = Uint8Array.from(rescaling.multipliers.flatMap((_, channel) => factorBytes(rescaling, channel)))
  const at = context.temporary(factors.length)
  const end = 32 - FACTOR_BYTES
  return [
    loadData(context, at, context.data(factors), factors.length),
    start,
    `let x := ${x.address}`,
    ...loop('row', '0', 1, count / channels, [
      ...loop('factor', String(at - end), FACTOR_BYTES, channels, [
        ...one(['let word := mload(factor)']),
        `x := add(x, ${step})`,
      ]),
    ]),
  ]
}
