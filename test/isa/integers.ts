import fc from 'fast-check'
import { INT32_MAX, INT32_MIN } from '../../isa/index.ts'

const powersOfTwo = Array.from({ length: 31 }, (_, exponent) => 2 ** exponent)
const boundaries = [0, INT32_MIN, INT32_MIN + 1, INT32_MAX - 1, INT32_MAX]
const nearPowers = powersOfTwo.flatMap((power) => [power - 1, power, power + 1, 1 - power, -power, -power - 1])

/** int32, with a weight on powers of two, their neighbours and the ends of the range. */
export const int32 = fc.oneof(
  fc.integer({ min: INT32_MIN, max: INT32_MAX }),
  fc.constantFrom(...boundaries, ...nearPowers.map((value) => value | 0)),
)

/** A multiplier of RESCALE: 0..2^31-1, with a weight on the normalised ones and on the ends of the range. */
export const multiplier = fc.oneof(
  fc.integer({ min: 0, max: INT32_MAX }),
  fc.integer({ min: 2 ** 30, max: INT32_MAX }),
  fc.constantFrom(0, 1, 2 ** 30, INT32_MAX),
)

/** A shift of RESCALE. */
export const shift = fc.integer({ min: -31, max: 30 })

/** A dimension: small, or around the 16 elements of a vector. */
export const dimension = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(15, 16, 17))
