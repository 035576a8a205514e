import { defineEnvironment } from '../instruction.ts'
import { encodeType } from '../typeWord.ts'

/** Asks for a tensor's type. */
export const ttype = defineEnvironment({
  opcode: 0x06,
  mnemonic: 'TTYPE',
  summary: 'word = type word of tensor',
  description: `Gives the type word of a tensor.`,
  inputs: [{ name: 'tensor', kind: 'tensor', doc: 'any type' }],
  output: { name: 'word', kind: 'word', doc: 'its type word' },
  infer() {
    return undefined
  },
  work() {
    return {}
  },
  execute({ tensor }) {
    return encodeType(tensor)
  },
})
