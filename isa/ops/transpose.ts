import { type AttributeValues, attributeLayout } from '../attributes.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { stridedIndex } from '../strides.ts'
import { MAX_RANK, rowMajorStrides, tensorType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

const attributes = attributeLayout([
  { name: 'axis0', bits: 4, doc: 'axis of x that becomes axis 0' },
  { name: 'axis1', bits: 4, doc: 'axis of x that becomes axis 1; 0 beyond the rank' },
  { name: 'axis2', bits: 4, doc: 'axis of x that becomes axis 2; 0 beyond the rank' },
  { name: 'axis3', bits: 4, doc: 'axis of x that becomes axis 3; 0 beyond the rank' },
  { name: 'axis4', bits: 4, doc: 'axis of x that becomes axis 4; 0 beyond the rank' },
  { name: 'axis5', bits: 4, doc: 'axis of x that becomes axis 5; 0 beyond the rank' },
])

/** Axis of x at each axis of the output. */
function permutation(values: AttributeValues<typeof attributes.fields>): number[] {
  const { axis0, axis1, axis2, axis3, axis4, axis5 } = values
  return [axis0, axis1, axis2, axis3, axis4, axis5]
}

/** Permutes axes. */
export const transpose = defineCompute({
  opcode: 0x39,
  mnemonic: 'TRANSPOSE',
  summary: 'output[i_0,..] = x[j_0,..] with j_(axis_k) = i_k',
  description: `Permutes the axes of x: axis k of the output is axis axis_k of x.

Halts with BadAttribute when the fields up to the rank are not a permutation of the axes, or a field beyond it is not 0.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'permutation' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, axes permuted' },
  infer({ attributes, x }) {
    const axes = permutation(attributes)
    const used = axes.slice(0, x.shape.length)
    ensure(
      x.shape.every((_, axis) => used.includes(axis)),
      'BadAttribute',
      `${used} is not a permutation of ${x.shape.length} axes`,
    )
    ensure(
      axes.slice(x.shape.length, MAX_RANK).every((axis) => axis === 0),
      'BadAttribute',
      `a field beyond rank ${x.shape.length} is set`,
    )
    return tensorType(
      x.dtype,
      used.map((axis) => x.shape[axis] as number),
    )
  },
  work(_operands, output) {
    return { copiedBytes: paddedBytes(output) }
  },
  element({ attributes, x }, output) {
    const strides = rowMajorStrides(x.shape)
    const axes = permutation(attributes).slice(0, x.shape.length)
    const source = stridedIndex(
      output.shape,
      axes.map((axis) => strides[axis] as number),
    )
    const { data } = x
    return (index) => data[source(index)] as number
  },
})
