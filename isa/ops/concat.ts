import { attributeLayout } from '../attributes.ts'
import { ensureAttribute, ensureDType, ensureRank, ensureShape } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { partCount } from '../moves.ts'
import { byteLength, elementCount, tensorType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** Joins two tensors along an axis. */
export const concat = defineCompute({
  opcode: 0x3c,
  mnemonic: 'CONCAT',
  summary: 'output = a followed by b along axis',
  description: `Joins two tensors along one axis, a first.

Halts with TypeMismatch when the dtypes differ; with BadAttribute when axis is beyond the rank of a; with ShapeMismatch when
the ranks differ, when a dimension other than the joined one differs, or when the joined dimension exceeds 2^24-1 or the
output 2^32-1 bytes.`,
  attributes: attributeLayout([{ name: 'axis', bits: 3, doc: 'axis that is joined' }]),
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'axis' },
    { name: 'a', kind: 'tensor', doc: 'any dtype' },
    { name: 'b', kind: 'tensor', doc: 'dtype of a, its shape but for the axis' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of a, dimensions of the axis added' },
  infer({ attributes: { axis }, a, b }) {
    ensureDType('b', b, a.dtype)
    ensureRank('b', b, a.shape.length)
    ensureAttribute('axis', axis, 0, a.shape.length - 1)
    const sizeA = a.shape[axis] as number
    const sizeB = b.shape[axis] as number
    ensureShape('b', b, a.shape.with(axis, sizeB))
    return tensorType(a.dtype, a.shape.with(axis, sizeA + sizeB))
  },
  work({ attributes: { axis }, a, b }) {
    const rows = elementCount(a.shape.slice(0, axis))
    const parts = partCount(byteLength(a) / rows) + partCount(byteLength(b) / rows)
    return { movedBytes: paddedBytes(a) + paddedBytes(b), movedParts: rows * parts }
  },
  element({ attributes: { axis }, a, b }) {
    const runA = elementCount(a.shape.slice(axis))
    const runB = elementCount(b.shape.slice(axis))
    const dataA = a.data
    const dataB = b.data
    return (index) => {
      const run = Math.floor(index / (runA + runB))
      const position = index - run * (runA + runB)
      return (position < runA ? dataA[run * runA + position] : dataB[run * runB + position - runA]) as number
    }
  },
})
