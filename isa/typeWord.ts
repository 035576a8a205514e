import { ensure } from './halt.ts'
import { type DType, dtypes, MAX_RANK, type TensorType, tensorType } from './tensor.ts'

const DIMENSION_BITS = 32n

/** Code of each dtype in type words and in RESCALE's attribute word. */
export const dtypeCode: Readonly<Record<DType, number>> = { int8: 1, int16: 2, int32: 3 }

/**
 * Type word of a tensor: bits 0..7 dtype code, 8..15 rank, then six 32-bit dimensions, outermost first; the rest zero.
 */
export function encodeType(type: TensorType): bigint {
  let word = BigInt(dtypeCode[type.dtype]) | (BigInt(type.shape.length) << 8n)
  type.shape.forEach((dimension, axis) => {
    word |= BigInt(dimension) << (16n + DIMENSION_BITS * BigInt(axis))
  })
  return word
}

/**
 * Reads a type word.
 *
 * @throws {HaltError} `BadTypeWord` on an unknown dtype, a rank outside 1..6, a dimension outside 1..2^24-1, a canonical
 * form of 2^32 bytes or more, or a bit set that the rank leaves unused
 */
export function decodeType(word: bigint): TensorType {
  const dtype = dtypes[Number(word & 0xffn) - 1]
  ensure(dtype !== undefined, 'BadTypeWord', `unknown dtype code ${word & 0xffn}`)
  const rank = Number((word >> 8n) & 0xffn)
  ensure(rank >= 1 && rank <= MAX_RANK, 'BadTypeWord', `rank ${rank} is not in 1..${MAX_RANK}`)
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++)
    shape.push(Number((word >> (16n + DIMENSION_BITS * BigInt(axis))) & 0xffffffffn))
  ensure(word >> (16n + DIMENSION_BITS * BigInt(rank)) === 0n, 'BadTypeWord', 'unused bits are set')
  return tensorType(dtype, shape, 'BadTypeWord')
}
