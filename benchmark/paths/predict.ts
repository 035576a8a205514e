import { Interface } from 'ethers'

const WORD_BYTES = 32
const selector = Buffer.from(
  (new Interface(['function predict(bytes)']).getFunction('predict')?.selector ?? '').slice(2),
  'hex',
)

function word(value: number): Buffer {
  const bytes = Buffer.alloc(WORD_BYTES)
  bytes.writeUInt32BE(value, WORD_BYTES - 4)
  return bytes
}

/** Calldata of `predict(bytes)`. */
export function encodePredict(input: Uint8Array): Uint8Array {
  const padding = Buffer.alloc((WORD_BYTES - (input.length % WORD_BYTES)) % WORD_BYTES)
  return Buffer.concat([selector, word(WORD_BYTES), word(input.length), input, padding])
}

/** The `bytes` that a call of `predict` returned. @throws {Error} when it returned something else */
export function decodePredicted(returnValue: Uint8Array): Uint8Array {
  const view = Buffer.from(returnValue.buffer, returnValue.byteOffset, returnValue.length)
  const start = 2 * WORD_BYTES
  const length = view.length < start ? 0 : view.readUInt32BE(start - 4)
  if (view.length < start || view.length < start + length)
    throw new Error(`the contract returned ${view.length} bytes, which are no bytes of the ABI`)
  return view.subarray(start, start + length)
}
