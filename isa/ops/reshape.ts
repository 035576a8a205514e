import { ensureDType } from '../check.ts'
import { ensure } from '../halt.ts'
import { defineCompute } from '../instruction.ts'
import { elementCount, formatType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** The same elements in another shape. */
export const reshape = defineCompute({
  opcode: 0x38,
  mnemonic: 'RESHAPE',
  summary: 'output = x, row-major elements under another shape',
  description: `Makes a new tensor with the elements of x in row-major order under the shape of the type word.

Halts with BadTypeWord when type is not a valid type word; with TypeMismatch when its dtype is not x's; with ShapeMismatch
when the number of elements differs.`,
  inputs: [
    { name: 'type', kind: 'type', doc: 'dtype of x, the new shape' },
    { name: 'x', kind: 'tensor', doc: 'any dtype' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the given type' },
  infer({ type, x }) {
    ensureDType('x', x, type.dtype)
    ensure(
      elementCount(type.shape) === elementCount(x.shape),
      'ShapeMismatch',
      `${formatType(x)} and ${formatType(type)} differ in their number of elements`,
    )
    return type
  },
  work(_operands, output) {
    return { copiedBytes: paddedBytes(output) }
  },
  element({ x }) {
    const { data } = x
    return (index) => data[index] as number
  },
})
