import { readFileSync } from 'node:fs'
import { describe } from './wording.ts'

/** What is wrong with a genesis file, on one line: file, JSON path, what was expected and what was found. */
export class GenesisError extends Error {
  override readonly name = 'GenesisError'
}

export type JSONObject = { readonly [name: string]: unknown }

/** Reads values of a JSON document; every failure is a {@link GenesisError} that names the value's path. */
export type Reader = {
  fail(path: string, message: string): never
  object(value: unknown, path: string): JSONObject
  /** A nonnegative JSON integer: times, block numbers, the chain id. */
  integer(value: unknown, path: string): number
  /** A number that geth writes as `0x` hex, as a decimal string or as a JSON integer; `bits` bounds it. */
  quantity(value: unknown, path: string, bits: number): bigint
  /** Whole bytes in hex, with or without `0x`; between `low` and `high` of them. Gives lower case with `0x`. */
  bytes(value: unknown, path: string, low: number, high: number): `0x${string}`
  /** A 20-byte address. Gives lower case with `0x`. */
  address(value: unknown, path: string): `0x${string}`
}

/** A reader whose messages begin with `where`. */
export function createReader(where: string): Reader {
  const fail = (path: string, message: string): never => {
    throw new GenesisError(`${where}: ${path === '' ? '' : `${path}: `}${message}`)
  }
  const expected = (path: string, what: string, found: unknown): never =>
    fail(path, `expected ${what}, found ${describe(found)}`)
  const bytes = (value: unknown, path: string, low: number, high: number): `0x${string}` => {
    const what = low === high ? `${low} bytes of hex` : high === Infinity ? 'hex' : `${low} to ${high} bytes of hex`
    const digits = typeof value === 'string' ? /^(?:0x)?((?:[0-9a-fA-F]{2})*)$/.exec(value)?.[1] : undefined
    if (digits === undefined || digits.length < 2 * low || digits.length > 2 * high) return expected(path, what, value)
    return `0x${digits.toLowerCase()}`
  }
  return {
    fail,
    object(value, path) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return expected(path, 'an object', value)
      return value as JSONObject
    },
    integer(value, path) {
      if (!Number.isSafeInteger(value) || (value as number) < 0) return expected(path, 'a nonnegative integer', value)
      return value as number
    },
    quantity(value, path, bits) {
      const written =
        (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
        (typeof value === 'string' && /^(?:0x[0-9a-fA-F]+|[0-9]+)$/.test(value))
      const number = written ? BigInt(value as number | string) : -1n
      if (number < 0n || number >> BigInt(bits) !== 0n)
        return expected(path, `a nonnegative number of at most ${bits} bits`, value)
      return number
    },
    bytes,
    address: (value, path) => bytes(value, path, 20, 20),
  }
}

const readFailures: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a directory',
  ENOTDIR: 'a parent is not a directory',
  EACCES: 'permission denied',
}

/**
 * Reads and parses a JSON file.
 *
 * @throws {GenesisError} when the file can't be read, or naming the line and column where it stops being JSON
 */
export function readJSONFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code = '' } = error as { code?: string }
    throw new GenesisError(`${path}: ${readFailures[code] ?? `can't be read (${code})`}`)
  }
  return parseJSON(text, path)
}

/**
 * `JSON.parse`, after a byte order mark too, with an error that says where.
 *
 * @throws {GenesisError} naming the line and column where the text stops being JSON
 */
export function parseJSON(given: string, where: string): unknown {
  const text = given.replace(/^\ufeff/, '')
  try {
    return JSON.parse(text)
  } catch {
    const position = invalidPosition(text)
    const lines = text.slice(0, position).split('\n')
    const found = position >= text.length ? 'the end of the file' : JSON.stringify(text[position])
    throw new GenesisError(`${where}:${lines.length}:${(lines.at(-1) as string).length + 1}: not JSON: found ${found}`)
  }
}

const STRING = /"(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/uy
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y

// JSON.parse gives a position only in some of its messages, and not the same on every engine.
/** Offset of the first character that can't continue a JSON text. */
function invalidPosition(text: string): number {
  let at = 0
  const space = () => {
    while (at < text.length && ' \t\n\r'.includes(text[at] as string)) at++
  }
  const take = (character: string): boolean => {
    space()
    if (text[at] !== character) return false
    at++
    return true
  }
  const match = (pattern: RegExp): boolean => {
    space()
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const list = (close: string, item: () => boolean): boolean => {
    if (take(close)) return true
    do if (!item()) return false
    while (take(','))
    return take(close)
  }
  const value = (): boolean => {
    if (take('{')) return list('}', () => match(STRING) && take(':') && value())
    if (take('[')) return list(']', value)
    return match(STRING) || match(SCALAR)
  }
  if (value()) space()
  return at
}
