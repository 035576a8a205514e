import { ensureDType } from '../check.ts'
import { binaryElement, broadcastType, elementwiseWork } from '../elementwise.ts'
import { defineCompute } from '../instruction.ts'

/** The smaller of each pair of elements of two tensors of one dtype. */
export const minimum = defineCompute({
  opcode: 0x2c,
  mnemonic: 'MINIMUM',
  summary: 'output = min(a, b)',
  description: `Takes the smaller of each pair of elements, as signed integers. Shapes broadcast as in NumPy.

Halts with TypeMismatch when the dtypes differ; with ShapeMismatch when the shapes do not broadcast.`,
  inputs: [
    { name: 'a', kind: 'tensor', doc: 'any dtype' },
    { name: 'b', kind: 'tensor', doc: 'of the dtype of a and a shape that broadcasts with that of a' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the dtype of a and the shape that a and b broadcast to' },
  infer({ a, b }) {
    ensureDType('b', b, a.dtype)
    return broadcastType(a.dtype, a, b)
  },
  work: ({ a, b }, output) => elementwiseWork(output, a, b),
  element: (operands, output) => binaryElement(operands, output, Math.min),
})
