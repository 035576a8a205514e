import type { InterpreterStep } from '@ethereumjs/evm'
import { type Address, bigIntToBytes, bytesToHex, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'

const WORD_BYTES = 32

/** A number in hex without leading zeros. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`
}

/** A word in all its digits. */
export function wordHex(value: bigint): Hex {
  return `0x${value.toString(16).padStart(2 * WORD_BYTES, '0')}`
}

/** The bytes of a word. */
export function wordBytes(value: bigint): Uint8Array {
  return setLengthLeft(bigIntToBytes(value), WORD_BYTES)
}

/** An address in lower case. */
export function addressHex(address: Address): Hex {
  return bytesToHex(address.bytes)
}

/** Gas that memory of so many words costs in all. */
const memoryGas = (words: bigint) => words * 3n + (words * words) / 512n

/** More memory than this no step has. */
const MAX_BYTES = 2n ** 32n

/**
 * Memory as a step finds it, with zeros where it grows; undefined where the step can't pay for that. The client may not
 * have come to the price when it tells of such a step.
 */
export function memoryAt(
  { memory, gasLeft }: Pick<InterpreterStep, 'memory' | 'gasLeft'>,
  offset: bigint,
  length: bigint,
): Uint8Array | undefined {
  if (length === 0n) return new Uint8Array(0)
  const end = offset + length
  const words = (end + BigInt(WORD_BYTES) - 1n) / BigInt(WORD_BYTES)
  const isGrown = end > BigInt(memory.length)
  if (end > MAX_BYTES || (isGrown && memoryGas(words) - memoryGas(BigInt(memory.length / WORD_BYTES)) > gasLeft))
    return undefined
  const bytes = new Uint8Array(Number(length))
  bytes.set(memory.subarray(Number(offset), Number(end)))
  return bytes
}
