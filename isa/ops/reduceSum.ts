import { attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { reducedShape, reductionFields, reductionRead, reductionReader, reductionWork } from '../reduction.ts'
import { dtypeRange, tensorType } from '../tensor.ts'

const attributes = attributeLayout([
  ...reductionFields,
  { name: 'zeroPoint', bits: 16, signed: true, doc: 'zero point of x, in the range of its dtype; 0 for int32' },
])

/** Sum over axes, modulo 2^32. */
export const reduceSum = defineCompute({
  opcode: 0x30,
  mnemonic: 'REDUCE_SUM',
  summary: 'output = wrap32(sum over axes (x - zeroPoint))',
  description: `Sums over the named axes with int32 accumulation modulo 2^32, after the zero point is subtracted from every
element. Reduced axes disappear, or stay as dimensions of 1 where keepDims is set; reducing every axis without keepDims
gives shape [1].

Halts with BadAttribute when axes is empty or names an axis beyond the rank, or when zeroPoint is outside the range of x's
dtype or, for int32, is not 0; with ShapeMismatch when an element reads more than it may.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'axes and zero point' },
    { name: 'x', kind: 'tensor', doc: 'int8, int16 or int32' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32, the axes reduced' },
  infer({ attributes, x }) {
    const [low, high] = x.dtype === 'int32' ? [0, 0] : dtypeRange[x.dtype]
    ensureAttribute('zeroPoint', attributes.zeroPoint, low, high)
    return tensorType('int32', reducedShape(attributes, x.shape))
  },
  reads: ({ attributes, x }) => [reductionRead(attributes.axes, x)],
  work: ({ attributes, x }) => reductionWork(attributes.axes, x),
  element({ attributes: { axes, zeroPoint }, x }) {
    const { count, base, offset } = reductionReader(axes, x.shape)
    const { data } = x
    return (index) => {
      const first = base(index)
      let sum = 0
      for (let i = 0; i < count; i++) sum = (sum + (data[first + offset(i)] as number) - zeroPoint) | 0
      return sum
    }
  },
})
