import { defineEnvironment } from '../instruction.ts'
import { byteLength, tensorBytes } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** Writes a tensor's canonical form to EVM memory. */
export const tmstore = defineEnvironment({
  opcode: 0x05,
  mnemonic: 'TMSTORE',
  summary: 'memory[offset .. offset + bytes(tensor)) = tensor',
  description: `Writes the canonical form of a tensor to EVM memory: row-major elements, little-endian, exactly its length
in bytes. Memory grows to cover the bytes written, at the EVM's own price for it.`,
  inputs: [
    { name: 'tensor', kind: 'tensor', doc: 'any type' },
    { name: 'offset', kind: 'memory', doc: 'first byte' },
  ],
  infer() {
    return undefined
  },
  work({ tensor }) {
    return { storedBytes: paddedBytes(tensor) }
  },
  memoryRange({ tensor, offset }) {
    return { offset, length: byteLength(tensor) }
  },
  execute({ tensor, offset }, { memory }) {
    memory.set(tensorBytes(tensor), Number(offset))
    return undefined
  },
})
