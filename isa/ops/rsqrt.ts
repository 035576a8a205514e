import { ensureDType } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { INT32_MAX } from '../numeric.ts'
import { elementCount, tensorType } from '../tensor.ts'

const BASE_4_DIGITS = 32

/**
 * The largest y with y^2 * x <= 2^62, at most 2^31-1; 2^31-1 for x <= 0.
 *
 * That is the integer square root of floor(2^62 / x). Each round divides one more base-4 digit of 2^62 = 4^31 by x and
 * feeds the digit of the quotient to one step of the square root, so that no value reaches 2^34.
 */
function reciprocalSquareRoot(x: number): number {
  if (x <= 0) return INT32_MAX
  let dividend = 0
  let remainder = 0
  let root = 0
  for (let round = 0; round < BASE_4_DIGITS; round++) {
    dividend = dividend * 4 + (round === 0 ? 1 : 0)
    const digit = Math.floor(dividend / x)
    dividend -= digit * x
    remainder = remainder * 4 + digit
    const trial = root * 4 + 1
    root *= 2
    if (remainder >= trial) {
      remainder -= trial
      root += 1
    }
  }
  return Math.min(root, INT32_MAX)
}

/** Reciprocal square root of each element of an int32 tensor, in fixed point. */
export const rsqrt = defineCompute({
  opcode: 0x2e,
  mnemonic: 'RSQRT',
  summary: 'output = x > 0 ? min(floor(2^31 / sqrt(x)), 2^31 - 1) : 2^31 - 1',
  description: `For x >= 1 the result is the largest integer y with y * y * x <= 2^62, but at most 2^31-1: the reciprocal
square root in Q31, rounded down, exactly. For x <= 0 it is 2^31-1.

Halts with TypeMismatch unless x is int32.`,
  inputs: [{ name: 'x', kind: 'tensor', doc: 'int32' }],
  output: { name: 'output', kind: 'tensor', doc: 'int32, of the shape of x' },
  infer({ x }) {
    ensureDType('x', x, 'int32')
    return tensorType(x.dtype, x.shape)
  },
  work: (_, output) => ({ rootElements: elementCount(output.shape) }),
  element:
    ({ x }) =>
    (index) =>
      reciprocalSquareRoot(x.data[index] as number),
})
