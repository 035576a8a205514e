import { attributeLayout } from '../attributes.ts'
import { ensureAttribute } from '../check.ts'
import { binaryElement, elementwiseWork, inferInt32Pair, int32Pair, int32PairHalts } from '../elementwise.ts'
import { defineCompute } from '../instruction.ts'
import { multiplyShiftLow32 } from '../numeric.ts'

const attributes = attributeLayout([{ name: 'shift', bits: 6, doc: 'bits to shift the product right by, 0..62' }])

/** Product of two int32 tensors: its low 32 bits, or those of the product shifted right and rounded in 64 bits. */
export const tmul = defineCompute({
  opcode: 0x2a,
  mnemonic: 'TMUL',
  summary: 'output = shift = 0 ? wrap32(a * b) : wrap32((a * b + 2^(shift-1)) >> shift)',
  description: `Multiplies two int32 tensors. With shift 0 the result is the low 32 bits of the product; otherwise it is
the low 32 bits of the 64-bit product plus 2^(shift-1), shifted right arithmetically: rounded to nearest, ties towards
positive infinity. Nothing saturates. Shapes broadcast as in NumPy.

${int32PairHalts} Halts with BadAttribute when shift is 63.`,
  attributes,
  inputs: [{ name: 'attributes', kind: 'attributes', doc: 'shift' }, ...int32Pair],
  output: { name: 'output', kind: 'tensor', doc: 'int32, of the shape that a and b broadcast to' },
  infer({ attributes, a, b }) {
    ensureAttribute('shift', attributes.shift, 0, 62)
    return inferInt32Pair({ a, b })
  },
  work({ attributes, a, b }, output) {
    const work = elementwiseWork(output, a, b)
    return attributes.shift === 0 ? work : { ...work, shiftedVectors: work.elementwiseVectors }
  },
  element({ attributes, a, b }, output) {
    const { shift } = attributes
    return binaryElement({ a, b }, output, (x, y) => multiplyShiftLow32(x, y, shift))
  },
})
