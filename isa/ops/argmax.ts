import { attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { reducedShape, reductionRead, reductionReader, reductionWork } from '../reduction.ts'
import { tensorType } from '../tensor.ts'

/** Position of the largest element along an axis; the lowest of equals. */
export const argmax = defineCompute({
  opcode: 0x33,
  mnemonic: 'ARGMAX',
  summary: 'output = lowest k with x[..,k,..] = max over axis (x)',
  description: `Gives the position of the largest element along one axis, which disappears; of equal elements, the lowest
position. A tensor of rank 1 gives shape [1].

Halts with BadAttribute when axis is beyond the rank; with ShapeMismatch when an element reads more than it may.`,
  attributes: attributeLayout([{ name: 'axis', bits: 3, doc: 'axis that is searched' }]),
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'axis' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int32, without the axis' },
  infer({ attributes: { axis }, x }) {
    ensureAttribute('axis', axis, 0, x.shape.length - 1)
    return tensorType('int32', reducedShape({ axes: 1 << axis, keepDims: 0 }, x.shape))
  },
  reads: ({ attributes, x }) => [reductionRead(1 << attributes.axis, x)],
  work({ attributes: { axis }, x }) {
    // Of one element each, the position is 0; else the largest element is found first, then where it stands.
    return x.shape[axis] === 1 ? {} : reductionWork(1 << axis, x, 2)
  },
  element({ attributes: { axis }, x }) {
    const { count, base, offset } = reductionReader(1 << axis, x.shape)
    const { data } = x
    return (index) => {
      const first = base(index)
      let largest = data[first] as number
      let position = 0
      for (let k = 1; k < count; k++) {
        const value = data[first + offset(k)] as number
        if (value > largest) {
          largest = value
          position = k
        }
      }
      return position
    }
  },
})
