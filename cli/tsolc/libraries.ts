import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { UsageError } from '../errors.ts'

/** Addresses of libraries in 40 digits of hex, by `file:name` or, in Yul, any name. */
export type Libraries = ReadonlyMap<string, string>

function keccakHex(text: string): string {
  return bytesToHex(keccak_256(utf8ToBytes(text)))
}

/** What stands for the address of a library in code: `$` and 34 digits of the hash of its name. */
export function libraryPlaceholder(name: string): string {
  return `$${keccakHex(name).slice(0, 34)}$`
}

/** The line below code that says which library a placeholder stands for. */
export function placeholderHint(name: string): string {
  return `// ${libraryPlaceholder(name)} -> ${name}`
}

/** EIP-55. */
function withChecksum(digits: string): string {
  const lower = digits.toLowerCase()
  const hash = keccakHex(lower)
  return `0x${[...lower].map((digit, i) => (Number.parseInt(hash[i] as string, 16) >= 8 ? digit.toUpperCase() : digit)).join('')}`
}

/** Text of a file, where the option names one. */
function readLibraryFile(value: string, cwd: string): string {
  const path = resolve(cwd, value)
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : value
  } catch {
    return value
  }
}

/** @returns name and address of one entry, `name=0x...` or `name:0x...` */
function parseLibrary(entry: string): [name: string, address: string] {
  const separator = entry.includes('=') ? '=' : ':'
  if (!entry.includes(separator))
    throw new UsageError(`Equal sign separator missing in library address specifier "${entry}"`)
  if (separator === '=' && entry.indexOf('=') !== entry.lastIndexOf('='))
    throw new UsageError(`Only one equal sign "=" is allowed in the address string "${entry}".`)
  const at = entry.lastIndexOf(separator)
  const [name, address] = [entry.slice(0, at), entry.slice(at + 1)]
  if (address === '')
    throw new UsageError(
      `Empty address provided for library "${name}".\n` +
        `Note that there should not be any whitespace after the ${separator === '=' ? 'equal sign' : 'colon'}.`,
    )
  if (!address.startsWith('0x'))
    throw new UsageError(
      `The address ${address} is not prefixed with "0x".\nNote that the address must be prefixed with "0x".`,
    )
  const digits = address.slice(2)
  if (!/^[0-9a-fA-F]*$/.test(digits))
    throw new UsageError(`Invalid hex value for address for library "${name}": ${address}.`)
  if (digits.length !== 40)
    throw new UsageError(`Invalid length for address for library "${name}": ${digits.length} instead of 40 characters.`)
  const isMixed = /[a-f]/.test(digits) && /[A-F]/.test(digits)
  if (isMixed && withChecksum(digits) !== address)
    throw new UsageError(
      `Invalid checksum on address for library "${name}": ${digits}\nThe correct checksum is ${withChecksum(digits)}`,
    )
  if (/^0*$/.test(digits)) throw new UsageError(`Invalid address for library "${name}": ${digits}`)
  return [name, digits.toLowerCase()]
}

/**
 * Reads the values of `--libraries`, each a list or a file with one.
 *
 * @throws {UsageError} in the words that solc uses
 */
export function parseLibraries(values: readonly string[], cwd: string): Libraries {
  const libraries = new Map<string, string>()
  for (const value of values)
    for (const entry of readLibraryFile(value, cwd).split(/[\s,]+/)) {
      if (entry === '') continue
      const [name, address] = parseLibrary(entry)
      if (libraries.has(name)) throw new UsageError(`Address specified more than once for library "${name}".`)
      libraries.set(name, address)
    }
  return libraries
}
