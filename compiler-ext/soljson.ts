import { createRequire } from 'node:module'
import { compile } from './compile.ts'
import { packageImports } from './compileSources.ts'
import { compilerVersion } from './solc.ts'
import type { ImportResult } from './standardJson.ts'
import { compileText } from './standardJsonText.ts'

// A module with the face of soljson, solc as Emscripten builds it, for hosts that load such a file: Hardhat's
// `compilers[].path`, and `solc/wrapper` of solc-js. Strings cross it as addresses in a heap, zero-terminated UTF-8, and
// callbacks as numbers in a table, because hosts read and write them so.

type Value = string | number | null | undefined
type ValueType = 'string' | 'number' | null

/** A host's function that reads a source: `kind` is `source`; text or reason go where the last two lead. */
type Callback = (context: number, kind: number, name: number, contents: number, error: number) => void

const FIRST_BYTES = 2 ** 16
const ALIGNMENT = 8
const POINTER_BYTES = 4

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

let heap = new Uint8Array(FIRST_BYTES)
/** Where free bytes begin. Zero is no address. */
let top = ALIGNMENT
const callbacks = new Map<number, Callback>()
let lastCallback = 0

function allocate(bytes: number): number {
  const address = top
  top += Math.ceil(Math.max(1, bytes) / ALIGNMENT) * ALIGNMENT
  if (top > heap.length) {
    const larger = new Uint8Array(Math.max(top, 2 * heap.length))
    larger.set(heap)
    heap = larger
  }
  return address
}

function writeText(bytes: Uint8Array, address: number): void {
  heap.set(bytes, address)
  heap[address + bytes.length] = 0
}

function storeText(text: string): number {
  const bytes = encoder.encode(text)
  const address = allocate(bytes.length + 1)
  writeText(bytes, address)
  return address
}

function readText(address: number): string {
  return decoder.decode(heap.subarray(address, heap.indexOf(0, address)))
}

function view(): DataView {
  return new DataView(heap.buffer)
}

/** Text that a host put where a pointer of ours leads; undefined when it put none. */
function pointedText(pointer: number): string | undefined {
  const address = view().getUint32(pointer, true)
  return address === 0 ? undefined : readText(address)
}

function readByCallback(callback: Callback, context: number, name: string): ImportResult {
  const [contents, error] = [allocate(POINTER_BYTES), allocate(POINTER_BYTES)]
  for (const pointer of [contents, error]) view().setUint32(pointer, 0, true)
  callback(context, storeText('source'), storeText(name), contents, error)
  const text = pointedText(contents)
  return text === undefined ? { error: pointedText(error) ?? 'Callback not supported.' } : { contents: text }
}

/** Compiles the text of standard JSON; a `read` that is missing finds nothing. */
function compileWith(text: string, read: ((name: string) => ImportResult) | undefined): string {
  const readImport = packageImports(read ?? (() => ({ error: 'No import callback.' })))
  const cacheDirectory = process.env.TSOLC_CACHE || undefined
  return JSON.stringify(compileText(text, (input) => compile(input, { readImport, cacheDirectory })))
}

/** The licence of solc, as it prints it. */
export function solcLicense(): string {
  return (createRequire(import.meta.url)('solc') as { license(): string }).license()
}

/** The functions of the compiler, on addresses. */
const functions = {
  solidity_version: () => storeText(compilerVersion()),
  solidity_license: () => storeText(solcLicense()),
  solidity_alloc: allocate,
  solidity_free: () => {},
  solidity_reset: () => {
    top = ALIGNMENT
  },
  solidity_compile: (input: number, callback: number, context: number) => {
    const read = callbacks.get(callback)
    const text = compileWith(readText(input), read && ((name) => readByCallback(read, context ?? 0, name)))
    return storeText(text)
  },
} as const

/** A function that takes and gives values of JavaScript, of one that takes and gives addresses and numbers. */
function wrap(name: string, result: ValueType): (...values: readonly Value[]) => Value {
  const inner = (functions as Readonly<Record<string, (...numbers: number[]) => Value>>)[name]
  if (inner === undefined) throw new TypeError(`tensor-evm/soljson has no function ${name}`)
  return (...values) => {
    const returned = inner(...values.map((value) => (typeof value === 'string' ? storeText(value) : (value ?? 0))))
    return result === 'string' ? readText(returned as number) : returned
  }
}

/**
 * The compiler as a soljson module: `require('solc/wrapper')(module)` of solc-js wraps it, and Hardhat's
 * `compilers[].path` takes the file.
 *
 * Imports go to the host's callback, and from there to this package. Results are kept in `TSOLC_CACHE` when the environment
 * has it.
 */
export default {
  ...Object.fromEntries(Object.entries(functions).map(([name, inner]) => [`_${name}`, inner])),
  _malloc: allocate,
  _free: functions.solidity_free,
  calledRun: true,
  cwrap: (name: string, result: ValueType, _types?: readonly ValueType[]) => wrap(name, result),
  addFunction(callback: Callback): number {
    lastCallback++
    callbacks.set(lastCallback, callback)
    return lastCallback
  },
  removeFunction(number: number): void {
    callbacks.delete(number)
  },
  UTF8ToString: readText,
  lengthBytesUTF8: (text: string): number => encoder.encode(text).length,
  /** Writes at most `maxBytes`, the zero at the end included. @returns bytes written without it */
  stringToUTF8(text: string, address: number, maxBytes: number): number {
    if (maxBytes <= 0) return 0
    const bytes = encoder.encode(text)
    let length = Math.min(bytes.length, maxBytes - 1)
    // A character that does not fit as a whole is left out.
    while (length < bytes.length && length > 0 && ((bytes[length] as number) & 0xc0) === 0x80) length--
    writeText(bytes.subarray(0, length), address)
    return length
  },
  /** Stores a pointer. */
  setValue(address: number, value: number, type: string): void {
    if (type !== '*' && type !== 'i32') throw new TypeError(`setValue: expected a pointer, found ${type}`)
    view().setUint32(address, value, true)
  },
}
