import { copyZeroExtended, outputBytes } from '../bytes.ts'
import { defineEnvironment } from '../instruction.ts'
import { paddedBytes } from '../tiles.ts'

/** Makes a tensor from its canonical form in an account's code. */
export const tcodeload = defineEnvironment({
  opcode: 0x03,
  mnemonic: 'TCODELOAD',
  summary: 'output = code(account)[offset .. offset + bytes(type)), zero past the end',
  description: `Makes a tensor of the given type from its canonical form in the code of an account. Bytes past the end of
the code are zero, whatever the offset, and an account without code is all zeros, as EXTCODECOPY reads them. The account is
accessed, and priced cold or warm, as EXTCODECOPY does.

Only the low 160 bits of account count.

Halts with BadTypeWord when type is not a valid type word.`,
  inputs: [
    { name: 'type', kind: 'type', doc: 'type of the tensor' },
    { name: 'account', kind: 'account', doc: 'whose code is read' },
    { name: 'offset', kind: 'word', doc: 'first byte' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the given type' },
  infer({ type }) {
    return type
  },
  work({ type }) {
    return { copiedBytes: paddedBytes(type) }
  },
  execute({ account, offset }, _environment, output) {
    copyZeroExtended(outputBytes(output), account, offset)
    return undefined
  },
})
