import {
  binaryElement,
  elementwiseWork,
  inferInt32Pair,
  int32Pair,
  int32PairHalts,
  standsStill,
} from '../elementwise.ts'
import { defineCompute } from '../instruction.ts'
import { elementCount } from '../tensor.ts'

/** Arithmetic shift to the right of each element of an int32 tensor. */
export const arithmeticRightShift = defineCompute({
  opcode: 0x2d,
  mnemonic: 'ARITHMETIC_RIGHT_SHIFT',
  summary: 'output = a >> (b & 31)',
  description: `Shifts each element of a right by the low five bits of the element of b, keeping the sign: rounds towards
negative infinity. A count outside 0..31 is taken modulo 32. Shapes broadcast as in NumPy.

${int32PairHalts}`,
  inputs: int32Pair,
  output: { name: 'output', kind: 'tensor', doc: 'int32, of the shape that a and b broadcast to' },
  infer: inferInt32Pair,
  work({ a, b }, output) {
    const work = elementwiseWork(output, a, b)
    // Lanes of a vector are shifted by one amount only.
    return standsStill(b.shape, output.shape) ? work : { ...work, elementwiseVectors: elementCount(output.shape) }
  },
  element: (operands, output) => binaryElement(operands, output, (a, b) => a >> (b & 31)),
})
