import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import type { AbiItem, AbiParameter, ContractOutput } from '../../compiler-ext/index.ts'

/** Type of a parameter as it stands in a signature: a tuple's components in its place. */
function typeOf({ type, components = [] }: AbiParameter): string {
  return type.startsWith('tuple') ? `(${components.map(typeOf).join(',')})${type.slice('tuple'.length)}` : type
}

/** Lines `hash: signature` of the items of a kind, in ascending order of signatures. */
function lines(items: readonly AbiItem[], digits: number): string[] {
  const signatures = items.map(({ name, inputs = [] }) => `${name}(${inputs.map(typeOf).join(',')})`)
  return [...new Set(signatures)]
    .sort()
    .map((signature) => `${bytesToHex(keccak_256(utf8ToBytes(signature))).slice(0, digits)}: ${signature}\n`)
}

/** The selectors of a contract's functions and errors and the topics of its events, as `--hashes` shows them. */
export function formatSignatures({ abi = [], evm }: ContractOutput): string {
  const functions = Object.entries(evm?.methodIdentifiers ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([signature, selector]) => `${selector}: ${signature}\n`)
  const errors = lines(
    abi.filter(({ type }) => type === 'error'),
    8,
  )
  const events = lines(
    abi.filter(({ type, anonymous }) => type === 'event' && !anonymous),
    64,
  )
  return [
    'Function signatures:\n',
    ...functions,
    ...(errors.length > 0 ? ['\nError signatures:\n', ...errors] : []),
    ...(events.length > 0 ? ['\nEvent signatures:\n', ...events] : []),
  ].join('')
}
