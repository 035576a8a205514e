import { defineCompute } from '../instruction.ts'
import { lookUpWork } from '../moves.ts'
import { clamp } from '../numeric.ts'
import { byteLength, dtypeRange, elementCount, tensorType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** Rows of a table, by index. */
export const gather = defineCompute({
  opcode: 0x3d,
  mnemonic: 'GATHER',
  summary: 'output[i..,j..] = table[clamp(indices[i..], 0, R - 1), j..]',
  description: `Looks up rows of a table along its outermost axis. An index below 0 reads row 0, one past the end the last
row: halts cannot depend on tensor data.

Halts with ShapeMismatch when the output's rank exceeds 6, or the output 2^32-1 bytes.`,
  inputs: [
    { name: 'table', kind: 'tensor', doc: 'any dtype [R,..]' },
    { name: 'indices', kind: 'tensor', doc: 'int8, int16 or int32, any shape' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of table, shape of indices followed by that of a row' },
  infer({ table, indices }) {
    return tensorType(table.dtype, [...indices.shape, ...table.shape.slice(1)])
  },
  work({ table, indices }) {
    const rows = table.shape[0] as number
    const rowBytes = byteLength(table) / rows
    const nameable = Math.min(rows, dtypeRange[indices.dtype][1] + 1)
    const work = lookUpWork(elementCount(indices.shape), rowBytes, nameable * rowBytes)
    return { ...work, movedBytes: work.movedBytes + paddedBytes(indices) }
  },
  element({ table, indices }) {
    const rowLength = elementCount(table.shape.slice(1))
    const lastRow = (table.shape[0] as number) - 1
    const rows = indices.data
    const { data } = table
    return (index) => {
      const position = Math.floor(index / rowLength)
      const row = clamp(rows[position] as number, 0, lastRow)
      return data[row * rowLength + index - position * rowLength] as number
    }
  },
})
