import { decodeAxisWord } from '../axisWord.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { blockWork, stridedWork } from '../moves.ts'
import { stridedIndex } from '../strides.ts'
import { elementBytes, rowMajorStrides, type Shape, tensorType } from '../tensor.ts'

/** Elements of x for one step along each axis of the output. */
function steppedStrides(stride: bigint, shape: Shape): number[] {
  const steps = decodeAxisWord('stride', stride, shape.length, 1)
  return rowMajorStrides(shape).map((elements, axis) => elements * (steps[axis] as number))
}

/** A strided block. */
export const slice = defineCompute({
  opcode: 0x3a,
  mnemonic: 'SLICE',
  summary: 'output[i_0,..] = x[begin_0 + i_0 * stride_0,..]',
  description: `Takes a block of x, along each axis size elements from begin on, stride apart. begin, size and stride are
words of six 32-bit fields, one an axis, the outermost axis in the lowest bits; a stride is stored as its value minus one.

Halts with BadAttribute when a size is 0 or a bit above the last axis's field is set; with ShapeMismatch when
begin + (size - 1) * stride is not below the dimension.`,
  inputs: [
    { name: 'begin', kind: 'word', doc: 'first index along each axis' },
    { name: 'size', kind: 'word', doc: 'elements along each axis, at least 1' },
    { name: 'stride', kind: 'word', doc: 'step along each axis, minus one' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, shape size' },
  infer({ begin, size, stride, x }) {
    const rank = x.shape.length
    const begins = decodeAxisWord('begin', begin, rank)
    const sizes = decodeAxisWord('size', size, rank)
    const steps = decodeAxisWord('stride', stride, rank, 1)
    x.shape.forEach((dimension, axis) => {
      const count = sizes[axis] as number
      ensure(count >= 1, 'BadAttribute', `size is 0 along axis ${axis}`)
      // May round as a double, but never to less than a dimension that it reaches: rounding is monotone.
      const last = (begins[axis] as number) + (count - 1) * (steps[axis] as number)
      ensure(last < dimension, 'ShapeMismatch', `index ${last} is past dimension ${dimension} of axis ${axis}`)
    })
    return tensorType(x.dtype, sizes)
  },
  work({ stride, x }, output) {
    const strides = steppedStrides(stride, x.shape)
    const axes = output.shape.map((size, axis) => ({ size, step: strides[axis] as number }))
    return stridedWork(output, axes, blockWork(axes, elementBytes[x.dtype]))
  },
  element({ begin, stride, x }, output) {
    const rank = x.shape.length
    const strides = rowMajorStrides(x.shape)
    const start = decodeAxisWord('begin', begin, rank).reduce(
      (sum, index, axis) => sum + index * (strides[axis] as number),
      0,
    )
    const source = stridedIndex(output.shape, steppedStrides(stride, x.shape), start)
    const { data } = x
    return (index) => data[source(index)] as number
  },
})
