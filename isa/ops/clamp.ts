import { attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { elementwiseWork } from '../elementwise.ts'
import { defineCompute } from '../instruction.ts'
import { clamp as clampValue } from '../numeric.ts'
import { dtypeRange, tensorType } from '../tensor.ts'

const attributes = attributeLayout([
  { name: 'low', bits: 32, signed: true, doc: 'smallest result' },
  { name: 'high', bits: 32, signed: true, doc: 'largest result' },
])

/** Limits each element of a tensor to a range. */
export const clamp = defineCompute({
  opcode: 0x21,
  mnemonic: 'CLAMP',
  summary: 'output = min(max(x, low), high)',
  description: `Limits each element to low..high.

Halts with BadAttribute unless the least value of the dtype <= low <= high <= the greatest.`,
  attributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'range' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the type of x' },
  infer({ attributes, x }) {
    const [least, greatest] = dtypeRange[x.dtype]
    ensureAttribute('low', attributes.low, least, greatest)
    ensureAttribute('high', attributes.high, attributes.low, greatest)
    return tensorType(x.dtype, x.shape)
  },
  work: ({ x }, output) => elementwiseWork(output, x),
  element({ attributes, x }) {
    const { low, high } = attributes
    return (index) => clampValue(x.data[index] as number, low, high)
  },
})
