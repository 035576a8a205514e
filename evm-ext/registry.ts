import { keccak_256 } from '@noble/hashes/sha3.js'
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Registration } from '../model/index.ts'

export { registryAbi, registryBytecode } from './registry.generated.ts'

const WORD_HEX_DIGITS = 64

const selector = keccak_256(utf8ToBytes('register(bytes32,bytes32,uint256,uint256,uint256)')).subarray(0, 4)

/** Calldata of the registry's `register`. */
export function encodeRegistration(registration: Registration): Uint8Array {
  const { tensorsRoot, programRoot, tensorCount, stepCount, byteLength } = registration
  const words = [BigInt(tensorsRoot), BigInt(programRoot), tensorCount, stepCount, byteLength]
  const digits = words.map((word) => word.toString(16).padStart(WORD_HEX_DIGITS, '0')).join('')
  return concatBytes(selector, Uint8Array.from(Buffer.from(digits, 'hex')))
}
