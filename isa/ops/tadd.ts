import { binaryElement, elementwiseWork, inferInt32Pair, int32Pair, int32PairHalts } from '../elementwise.ts'
import { defineCompute } from '../instruction.ts'

/** Sum of two int32 tensors modulo 2^32. */
export const tadd = defineCompute({
  opcode: 0x28,
  mnemonic: 'TADD',
  summary: 'output = wrap32(a + b)',
  description: `Adds two int32 tensors modulo 2^32. Shapes broadcast as in NumPy.

${int32PairHalts}`,
  inputs: int32Pair,
  output: { name: 'output', kind: 'tensor', doc: 'int32, of the shape that a and b broadcast to' },
  infer: inferInt32Pair,
  work: ({ a, b }, output) => elementwiseWork(output, a, b),
  element: (operands, output) => binaryElement(operands, output, (a, b) => (a + b) | 0),
})
