import { attributeLayout } from '../attributes.ts'
import { defineCompute } from '../instruction.ts'
import { reducedShape, reductionFields, reductionRead, reductionReader, reductionWork } from '../reduction.ts'
import { tensorType } from '../tensor.ts'

/** The largest element over axes. */
export const reduceMax = defineCompute({
  opcode: 0x31,
  mnemonic: 'REDUCE_MAX',
  summary: 'output = max over axes (x)',
  description: `Gives the largest element over the named axes. Reduced axes disappear, or stay as dimensions of 1 where
keepDims is set; reducing every axis without keepDims gives shape [1].

Halts with BadAttribute when axes is empty or names an axis beyond the rank; with ShapeMismatch when an element
reads more than it may.`,
  attributes: attributeLayout(reductionFields),
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'axes' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, the axes reduced' },
  infer({ attributes, x }) {
    return tensorType(x.dtype, reducedShape(attributes, x.shape))
  },
  reads: ({ attributes, x }) => [reductionRead(attributes.axes, x)],
  work: ({ attributes, x }) => reductionWork(attributes.axes, x),
  element({ attributes: { axes }, x }) {
    const { count, base, offset } = reductionReader(axes, x.shape)
    const { data } = x
    return (index) => {
      const first = base(index)
      let result = data[first] as number
      for (let i = 1; i < count; i++) {
        const value = data[first + offset(i)] as number
        if (value > result) result = value
      }
      return result
    }
  },
})
