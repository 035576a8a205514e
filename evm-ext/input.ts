import { type Address, createAddressFromString, hexToBytes, type PrefixedHexString } from '@ethereumjs/util'
import { describe } from './wording.ts'

/** Lower-case hex with `0x`, as this API gives it. */
export type Hex = `0x${string}`

/** Bytes as a caller may give them: as they are, or in hex with or without `0x`. */
export type BytesLike = Uint8Array | string

/** Bytes of an argument. @throws {TypeError} naming it */
export function readBytes(value: BytesLike | undefined, name: string): Uint8Array {
  if (value === undefined) return new Uint8Array(0)
  if (value instanceof Uint8Array) return value
  const digits = typeof value === 'string' ? /^(?:0x)?((?:[0-9a-fA-F]{2})*)$/.exec(value)?.[1] : undefined
  if (digits === undefined) throw new TypeError(`${name}: expected bytes or hex, found ${describe(value)}`)
  return hexToBytes(`0x${digits}` as PrefixedHexString)
}

/** Address of an argument. @throws {TypeError} naming it */
export function readAddress(value: string, name: string): Address {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{40}$/.test(value))
    throw new TypeError(`${name}: expected 0x and 40 hex digits, found ${describe(value)}`)
  return createAddressFromString(value)
}

/** A private key. The message does not repeat what was given. @throws {TypeError} naming the argument */
export function readPrivateKey(value: BytesLike, name: string): Uint8Array {
  const key =
    value instanceof Uint8Array ? value : /^(?:0x)?[0-9a-fA-F]{64}$/.test(value) ? readBytes(value, name) : undefined
  if (key?.length !== 32) throw new TypeError(`${name}: expected a private key of 32 bytes`)
  return key
}

/** A gas limit in 0..`most`. @throws {RangeError} naming the argument */
export function readGas(value: bigint | number, name: string, most: bigint): bigint {
  const isWhole = typeof value === 'bigint' || Number.isSafeInteger(value)
  if (!isWhole || value < 0 || value > most)
    throw new RangeError(`${name}: expected an integer in 0..${most}, found ${describe(value)}`)
  return BigInt(value)
}
