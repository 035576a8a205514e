import { defineEnvironment } from '../instruction.ts'

/** Asks how much of the arena is free. */
export const tspace = defineEnvironment({
  opcode: 0x08,
  mnemonic: 'TSPACE',
  summary: 'word = bytes of arena that are still free',
  description: `Gives the number of arena bytes that are free: the chain's cap less what the live tensors of every open
frame of the transaction take, each rounded up to 64 bytes.`,
  inputs: [],
  output: { name: 'word', kind: 'word', doc: 'bytes' },
  infer() {
    return undefined
  },
  work() {
    return {}
  },
  execute(_operands, { freeBytes }) {
    return BigInt(freeBytes)
  },
})
