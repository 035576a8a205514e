import { ensure } from './halt.ts'
import { MAX_RANK } from './tensor.ts'

const FIELD_BITS = 32n
const FIELD_LIMIT = 2 ** 32

/**
 * A word of six 32-bit fields, one an axis, the outermost axis in the lowest bits: begin, size and stride of SLICE,
 * multiples of TILE.
 *
 * @param bias - subtracted from each value before it is stored: 1 for strides
 * @throws {RangeError} when there are more than six values or one does not fit
 */
export function encodeAxisWord(values: readonly number[], bias = 0): bigint {
  if (values.length > MAX_RANK) throw new RangeError(`values: ${values.length} axes, not at most ${MAX_RANK}`)
  let word = 0n
  values.forEach((value, axis) => {
    const stored = value - bias
    if (!Number.isInteger(stored) || stored < 0 || stored >= FIELD_LIMIT)
      throw new RangeError(`values[${axis}]: ${value} is not an integer in ${bias}..${FIELD_LIMIT - 1 + bias}`)
    word |= BigInt(stored) << (FIELD_BITS * BigInt(axis))
  })
  return word
}

/**
 * Reads a word that {@link encodeAxisWord} made, for a tensor of rank `rank`.
 *
 * @throws {HaltError} `BadAttribute` when a bit above the field of the last axis is set
 */
export function decodeAxisWord(name: string, word: bigint, rank: number, bias = 0): number[] {
  ensure(word >> (FIELD_BITS * BigInt(rank)) === 0n, 'BadAttribute', `${name} has bits set past axis ${rank - 1}`)
  return Array.from(
    { length: rank },
    (_, axis) => Number(BigInt.asUintN(Number(FIELD_BITS), word >> (FIELD_BITS * BigInt(axis)))) + bias,
  )
}
