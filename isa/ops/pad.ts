import { type AttributeValues, attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { partCount } from '../moves.ts'
import { runLength } from '../strides.ts'
import { dtypeRange, elementBytes, elementCount, MAX_RANK, rowMajorStrides, tensorType } from '../tensor.ts'
import { paddedBytes, VECTOR_BYTES } from '../tiles.ts'

const attributes = attributeLayout([
  { name: 'value', bits: 32, signed: true, doc: "what fills the padding, in the range of x's dtype" },
  { name: 'before0', bits: 16, doc: 'padding before axis 0' },
  { name: 'after0', bits: 16, doc: 'padding after axis 0' },
  { name: 'before1', bits: 16, doc: 'padding before axis 1; 0 beyond the rank, as all below' },
  { name: 'after1', bits: 16, doc: 'padding after axis 1' },
  { name: 'before2', bits: 16, doc: 'padding before axis 2' },
  { name: 'after2', bits: 16, doc: 'padding after axis 2' },
  { name: 'before3', bits: 16, doc: 'padding before axis 3' },
  { name: 'after3', bits: 16, doc: 'padding after axis 3' },
  { name: 'before4', bits: 16, doc: 'padding before axis 4' },
  { name: 'after4', bits: 16, doc: 'padding after axis 4' },
  { name: 'before5', bits: 16, doc: 'padding before axis 5' },
  { name: 'after5', bits: 16, doc: 'padding after axis 5' },
])

type PadAttributes = AttributeValues<typeof attributes.fields>

function padsBefore({ before0, before1, before2, before3, before4, before5 }: PadAttributes): number[] {
  return [before0, before1, before2, before3, before4, before5]
}

function padsAfter({ after0, after1, after2, after3, after4, after5 }: PadAttributes): number[] {
  return [after0, after1, after2, after3, after4, after5]
}

/** Surrounds a tensor with a value. */
export const pad = defineCompute({
  opcode: 0x3b,
  mnemonic: 'PAD',
  summary: 'output[i_0,..] = x[i_0 - before_0,..] inside x, else value',
  description: `Surrounds x with a value, up to 65535 elements before and after each axis.

Halts with BadAttribute when value is outside the range of x's dtype or a pad beyond the rank is not 0; with ShapeMismatch
when a dimension of the output exceeds 2^24-1 or the output 2^32-1 bytes.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'value and pads' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, each dimension grown by its pads' },
  infer({ attributes, x }) {
    const [low, high] = dtypeRange[x.dtype]
    ensureAttribute('value', attributes.value, low, high)
    const before = padsBefore(attributes)
    const after = padsAfter(attributes)
    for (let axis = x.shape.length; axis < MAX_RANK; axis++)
      ensure(before[axis] === 0 && after[axis] === 0, 'BadAttribute', `axis ${axis} is beyond the rank`)
    return tensorType(
      x.dtype,
      x.shape.map((size, axis) => size + (before[axis] as number) + (after[axis] as number)),
    )
  },
  work({ x }, output) {
    const run = runLength(x.shape, rowMajorStrides(output.shape))
    const runs = elementCount(x.shape) / run
    const parts = runs * (1 + partCount(run * elementBytes[x.dtype]))
    return { movedBytes: paddedBytes(x), movedParts: parts + paddedBytes(output) / VECTOR_BYTES }
  },
  element({ attributes, x }, output) {
    const { value } = attributes
    const before = padsBefore(attributes)
    const strides = rowMajorStrides(x.shape)
    const { data, shape } = x
    return (index) => {
      let rest = index
      let source = 0
      for (let axis = shape.length - 1; axis >= 0; axis--) {
        const size = output.shape[axis] as number
        const position = (rest % size) - (before[axis] as number)
        if (position < 0 || position >= (shape[axis] as number)) return value
        source += position * (strides[axis] as number)
        rest = Math.floor(rest / size)
      }
      return data[source] as number
    }
  },
})
