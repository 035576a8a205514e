import { attributeLayout } from '../attributes.ts'
import { ensureDType, ensureShape } from '../check.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { countOf, INT32_MAX, roundingDoublingHighMultiply, roundUp } from '../numeric.ts'
import { elementCount, tensorType } from '../tensor.ts'
import { VECTOR_BYTES } from '../tiles.ts'

/** Longest row: its sum of exponentials, each at most 2^19 in Q12.19, stays below 2^31. */
const MAX_ROW = 4095

const attributes = attributeLayout([
  {
    name: 'form',
    bits: 2,
    doc: 'output: 0 int8 with zero point -128, 1 int16 with zero point -32768, 2 int16 with zero point 0',
  },
])

/**
 * What each output form scales to. `fractionBits - p` is the final shift, where p is the headroom of the sum: a result is
 * a fraction of one in units of 2^-8, 2^-16 or 2^-15.
 */
const forms = [
  { dtype: 'int8', fractionBits: 35, zeroPoint: -128, greatest: 127 },
  { dtype: 'int16', fractionBits: 27, zeroPoint: -32768, greatest: 32767 },
  { dtype: 'int16', fractionBits: 28, zeroPoint: 0, greatest: 32767 },
] as const

/**
 * Reciprocal of a fraction by three Newton steps, as gemmlowp computes it.
 *
 * @param half - Q0.31 in 2^30..2^31-1: half of a value in [1, 2)
 * @returns Q0.31, the reciprocal of that value
 */
function reciprocal(half: number): number {
  let v = 1515870810 + roundingDoublingHighMultiply(half, -1010580540)
  for (let step = 0; step < 3; step++)
    v += 4 * roundingDoublingHighMultiply(v, 2 ** 29 - roundingDoublingHighMultiply(half, v))
  return Math.min(2 * v, INT32_MAX)
}

/** Softmax along the last axis, from a table of exponentials; equal to TFLite's reference within its domain. */
export const softmax = defineCompute({
  opcode: 0x23,
  mnemonic: 'SOFTMAX',
  summary: 'output[..,i] = e[i] / sum(e), e[i] = table[max(x) - x[i]]',
  description: `Along the last axis, with R(a, b) = (a * b + 2^30) >> 31 in 64 bits and arithmetic shifts:

    M = max(x)
    e[i] = max(table[M - x[i]], 0)                         Q0.31
    S = max(sum((e[i] + 2048) >> 12), 2^19)                Q12.19
    p = the number of leading zeros of S in 32 bits        1..12
    h = S << (p - 1)                                       2^30 <= h < 2^31
    v = 1515870810 + R(h, -1010580540)                     Q2.29
    three times: v = v + 4 * R(v, 2^29 - R(h, v))
    z = min(2 * v, 2^31 - 1)

    form 0: k = 35 - p   output[i] = min(((R(e[i], z) + 2^(k-1)) >> k) - 128, 127)         int8
    form 1: k = 27 - p   output[i] = min(((R(e[i], z) + 2^(k-1)) >> k) - 32768, 32767)     int16
    form 2: k = 28 - p   output[i] = min((R(e[i], z) + 2^(k-1)) >> k, 32767)               int16

The table holds exp(-d * scale) in Q0.31 at d = 0..255. Negative entries count as 0, so that any data is valid.

Halts with TypeMismatch unless x is int8 and table is int32; with BadAttribute when form is 3; with ShapeMismatch unless the
table is of shape [256] and the last axis is no longer than 4095.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'output form' },
    { name: 'x', kind: 'tensor', doc: 'int8 [..,n], n <= 4095' },
    { name: 'table', kind: 'tensor', doc: 'int32 [256], exponentials in Q0.31' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int8 or int16, of the shape of x' },
  infer({ attributes, x, table }) {
    ensureDType('x', x, 'int8')
    ensureDType('table', table, 'int32')
    const form = forms[attributes.form]
    ensure(form !== undefined, 'BadAttribute', `unknown output form ${attributes.form}`)
    ensureShape('table', table, [256])
    const length = x.shape.at(-1) as number
    ensure(length <= MAX_ROW, 'ShapeMismatch', `the last axis of x is ${length}, longer than ${MAX_ROW}`)
    return tensorType(form.dtype, x.shape)
  },
  work({ x }) {
    const length = x.shape.at(-1) as number
    const rows = elementCount(x.shape) / length
    return { softmaxElements: countOf(rows, roundUp(length, VECTOR_BYTES)), softmaxRows: rows }
  },
  element({ attributes, x, table }) {
    const { fractionBits, zeroPoint, greatest } = forms[attributes.form] as (typeof forms)[number]
    const length = x.shape.at(-1) as number
    // What the elements of a row share is kept, so that walking along a row takes time linear in its length.
    let row = -1
    let most = 0
    let inverse = 0
    let divisor = 1
    const exponential = (index: number) => Math.max(table.data[most - (x.data[index] as number)] as number, 0)
    const enterRow = (next: number) => {
      const start = next * length
      most = x.data[start] as number
      for (let i = 1; i < length; i++) most = Math.max(most, x.data[start + i] as number)
      let sum = 0
      for (let i = 0; i < length; i++) sum += (exponential(start + i) + 2048) >>> 12
      sum = Math.max(sum, 2 ** 19)
      const headroom = Math.clz32(sum)
      inverse = reciprocal(sum << (headroom - 1))
      divisor = 2 ** (fractionBits - headroom)
      row = next
    }
    return (index) => {
      const own = Math.floor(index / length)
      if (own !== row) enterRow(own)
      const scaled = roundingDoublingHighMultiply(exponential(index), inverse)
      return Math.min(Math.floor((scaled + divisor / 2) / divisor) + zeroPoint, greatest)
    }
  },
})
