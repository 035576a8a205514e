import { bigIntToBytes, setLengthLeft } from '@ethereumjs/util'
import { looseQuantity } from '../../params.ts'

/** The last second of the year 9999, beyond which clients can't show a time. */
const LAST_SECOND = 253_402_300_799n

/** A number that is at most `most`. @param what - what a message calls it */
function upTo(most: bigint, what: string) {
  return looseQuantity.refine((value) => value <= most, `expected ${what} of at most ${most}`)
}

/** Seconds: a time, or a span of it. */
export const seconds = upTo(LAST_SECOND, 'seconds').transform(Number)

/** A nonce (EIP-2681). */
export const nonce = upTo(2n ** 64n - 2n, 'a nonce')

/** A gas limit of a block. No header may have a lower one than 5000. */
export const gasLimit = upTo(2n ** 63n - 1n, 'a gas limit').refine(
  (value) => value >= 5000n,
  'expected a gas limit of at least 5000',
)

/** Most blocks that one request makes. */
const MAX_BLOCKS = 100_000n

/** A number of blocks. */
export const blocks = upTo(MAX_BLOCKS, 'a number of blocks').transform(Number)

/** A word of 32 bytes, which clients may write without leading zeros. */
export const word = looseQuantity.transform((value) => setLengthLeft(bigIntToBytes(value), 32))
