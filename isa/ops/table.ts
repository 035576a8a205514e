import { ensureDType, ensureShape } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { tensorType } from '../tensor.ts'
import { paddedElements } from '../tiles.ts'

/** Looks each element up in a table; between the entries of an int16 table it interpolates. */
export const table = defineCompute({
  opcode: 0x22,
  mnemonic: 'TABLE',
  summary: 'output = table[x + 128] for int8 x; (table[i] << 7) + (table[i+1] - table[i]) * (x & 127) for int16 x',
  description: `For an int8 x the result is entry x + 128 of a table of 256, of any dtype: every function of an int8 value.
For an int16 x the table has 513 int16 entries; with i = (x >> 7) + 256 the result is
(table[i] << 7) + (table[i+1] - table[i]) * (x & 127), an int32: linear interpolation, scaled by 128 and not rounded.

Halts with TypeMismatch unless x is int8 or int16, and when x is int16 and the table is not; with ShapeMismatch unless the
table is of shape [256] for an int8 x, [513] for an int16 x.`,
  inputs: [
    { name: 'x', kind: 'tensor', doc: 'int8 or int16' },
    { name: 'table', kind: 'tensor', doc: 'any dtype [256] for an int8 x; int16 [513] for an int16 x' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the shape of x; the dtype of the table, or int32 for an int16 x' },
  infer({ x, table }) {
    ensureDType('x', x, 'int8', 'int16')
    if (x.dtype === 'int8') {
      ensureShape('table', table, [256])
      return tensorType(table.dtype, x.shape)
    }
    ensureDType('table', table, 'int16')
    ensureShape('table', table, [513])
    return tensorType('int32', x.shape)
  },
  work: (_, output) => ({ tableElements: paddedElements(output) }),
  element({ x, table }) {
    if (x.dtype === 'int8') return (index) => table.data[(x.data[index] as number) + 128] as number
    return (index) => {
      const value = x.data[index] as number
      const entry = (value >> 7) + 256
      const from = table.data[entry] as number
      const to = table.data[entry + 1] as number
      return from * 128 + (to - from) * (value & 127)
    }
  },
})
