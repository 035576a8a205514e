import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Registration } from '../model/index.ts'
import type { Hex } from './input.ts'
import { registryAbi } from './registry.generated.ts'

export { registryAbi, registryBytecode } from './registry.generated.ts'

const WORD_HEX_DIGITS = 64
const SELECTOR_BYTES = 4

/** Storage slot of the registrar. */
export const REGISTRAR_SLOT = 1n

/** First bytes of the calldata of a function, or of the data of an error. */
function selectorOf(signature: string): Uint8Array {
  return keccak_256(utf8ToBytes(signature)).subarray(0, SELECTOR_BYTES)
}

const registerSelector = selectorOf('register(bytes32,bytes32,uint256,uint256,uint256)')

/** Calldata of the registry's `register`. */
export function encodeRegistration(registration: Registration): Uint8Array {
  const { tensorsRoot, programRoot, tensorCount, stepCount, byteLength } = registration
  const words = [BigInt(tensorsRoot), BigInt(programRoot), tensorCount, stepCount, byteLength]
  const digits = words.map((word) => word.toString(16).padStart(WORD_HEX_DIGITS, '0')).join('')
  return concatBytes(registerSelector, Uint8Array.from(Buffer.from(digits, 'hex')))
}

/** Names of the registry's errors by the hex of their selectors. */
const errorNames = new Map(
  registryAbi.flatMap((item) => {
    if (item.type !== 'error') return []
    const types = item.inputs.map(({ type }) => type).join(',')
    return [[bytesToHex(selectorOf(`${item.name}(${types})`)), item.name] as const]
  }),
)

/**
 * Why the registry refused a registration.
 *
 * @param data - revert data of `register`
 * @param registrar - who may register
 * @returns undefined when the data is none of the registry's errors
 */
export function registrationRefusal(data: Uint8Array, registrar: Hex): string | undefined {
  const name = errorNames.get(bytesToHex(data.subarray(0, SELECTOR_BYTES)))
  if (name === 'NotRegistrar') {
    // The address is in the low 20 bytes of the only argument's word.
    const sender = bytesToHex(data.subarray(SELECTOR_BYTES + 12, SELECTOR_BYTES + 32))
    return `only the registrar ${registrar} may register models, and 0x${sender} sent the transaction`
  }
  return name === 'EmptyModel' ? 'it has no constants, so there is nothing to load' : name
}
