import { bytesToBigInt, bytesToUtf8 } from '@ethereumjs/util'

const SELECTOR_BYTES = 4
const WORD_BYTES = 32
/** Selector of Error(string). */
const ERROR = 0x08c379a0
/** Selector of Panic(uint256). */
const PANIC = 0x4e487b71

/** Panics of Solidity, in geth's words. */
const panics: ReadonlyMap<bigint, string> = new Map([
  [0x00n, 'generic panic'],
  [0x01n, 'assert(false)'],
  [0x11n, 'arithmetic underflow or overflow'],
  [0x12n, 'division or modulo by zero'],
  [0x21n, 'enum overflow'],
  [0x22n, 'invalid encoded storage byte array accessed'],
  [0x31n, 'out-of-bounds array access; popping on an empty array'],
  [0x32n, 'out-of-bounds access of an array or bytesN'],
  [0x41n, 'out of memory'],
  [0x51n, 'uninitialized function'],
])

/** The string that starts at a place of ABI-encoded arguments; undefined where there is none. */
function stringAt(args: Uint8Array, offset: bigint): string | undefined {
  const start = Number(offset) + WORD_BYTES
  if (offset > args.length || start > args.length) return undefined
  const length = bytesToBigInt(args.subarray(start - WORD_BYTES, start))
  if (length > args.length - start) return undefined
  return bytesToUtf8(args.subarray(start, start + Number(length)))
}

/** What Solidity's `Error(string)` or `Panic(uint256)` in revert data says; undefined for any other data. */
export function revertReason(data: Uint8Array): string | undefined {
  if (data.length < SELECTOR_BYTES + WORD_BYTES) return undefined
  const selector = Number(bytesToBigInt(data.subarray(0, SELECTOR_BYTES)))
  const args = data.subarray(SELECTOR_BYTES)
  const first = bytesToBigInt(args.subarray(0, WORD_BYTES))
  if (selector === ERROR) return stringAt(args, first)
  if (selector === PANIC) return panics.get(first) ?? `unknown panic code: 0x${first.toString(16)}`
  return undefined
}
