import { outputBytes } from '../bytes.ts'
import { defineEnvironment } from '../instruction.ts'
import { byteLength } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** Makes a tensor from its canonical form in EVM memory. */
export const tmload = defineEnvironment({
  opcode: 0x01,
  mnemonic: 'TMLOAD',
  summary: 'output = memory[offset .. offset + bytes(type))',
  description: `Makes a tensor of the given type from its canonical form in EVM memory. Memory grows to cover the bytes
read, at the EVM's own price for it.

Halts with BadTypeWord when type is not a valid type word.`,
  inputs: [
    { name: 'type', kind: 'type', doc: 'type of the tensor' },
    { name: 'offset', kind: 'memory', doc: 'first byte' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the given type' },
  infer({ type }) {
    return type
  },
  work({ type }) {
    return { copiedBytes: paddedBytes(type) }
  },
  memoryRange({ type, offset }) {
    return { offset, length: byteLength(type) }
  },
  execute({ type, offset }, { memory }, output) {
    const start = Number(offset)
    outputBytes(output).set(memory.subarray(start, start + byteLength(type)))
    return undefined
  },
})
