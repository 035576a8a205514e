import { type AttributeValues, attributeLayout } from '../attributes.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { stridedWork } from '../moves.ts'
import { stridedIndex } from '../strides.ts'
import { MAX_RANK, rowMajorStrides, type Shape, tensorType } from '../tensor.ts'
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

/** Elements of x for one step along each axis of the output. */
function permutedStrides(values: AttributeValues<typeof attributes.fields>, shape: Shape): number[] {
  const strides = rowMajorStrides(shape)
  const axes = permutation(values).slice(0, shape.length)
  return axes.map((axis) => strides[axis] as number)
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
  work({ attributes, x }, output) {
    const strides = permutedStrides(attributes, x.shape)
    const axes = output.shape.map((size, axis) => ({ size, step: strides[axis] as number }))
    return stridedWork(output, axes, { movedBytes: paddedBytes(x), gatheredLines: 0 })
  },
  element({ attributes, x }, output) {
    const source = stridedIndex(output.shape, permutedStrides(attributes, x.shape))
    const { data } = x
    return (index) => data[source(index)] as number
  },
})
