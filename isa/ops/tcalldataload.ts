import { copyZeroExtended, outputBytes } from '../bytes.ts'
import { defineEnvironment } from '../instruction.ts'
import { paddedBytes } from '../tiles.ts'

/** Makes a tensor from its canonical form in the call's input data. */
export const tcalldataload = defineEnvironment({
  opcode: 0x02,
  mnemonic: 'TCALLDATALOAD',
  summary: 'output = calldata[offset .. offset + bytes(type)), zero past the end',
  description: `Makes a tensor of the given type from its canonical form in the frame's calldata. Bytes past the end of
calldata are zero, whatever the offset, as CALLDATACOPY reads them.

Halts with BadTypeWord when type is not a valid type word.`,
  inputs: [
    { name: 'type', kind: 'type', doc: 'type of the tensor' },
    { name: 'offset', kind: 'word', doc: 'first byte' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'of the given type' },
  infer({ type }) {
    return type
  },
  work({ type }) {
    return { copiedBytes: paddedBytes(type) }
  },
  execute({ offset }, { calldata }, output) {
    copyZeroExtended(outputBytes(output), calldata, offset)
    return undefined
  },
})
