import { hexToBytes } from '@ethereumjs/util'
import { z } from 'zod'
import type { Hex } from '../../../evm-ext/index.ts'
import { describe } from '../../../evm-ext/wording.ts'
import { RpcError, rpcCodes } from '../errors.ts'

/** Words for a value of another kind than was expected. */
export function expected(what: string) {
  return { error: ({ input }: { readonly input?: unknown }) => `expected ${what}, found ${describe(input)}` }
}

/** What geth says of a string that is no hex, and undefined of one that is. */
export function hexProblem(text: string): string | undefined {
  if (!/^0x/i.test(text)) return 'hex string without 0x prefix'
  return /^0x[0-9a-f]*$/i.test(text) ? undefined : 'invalid hex string'
}

/** A string of `0x` and hex digits, in lower case. */
function hexString(what: string, check: (digits: string) => string | undefined) {
  return z.string(expected(what)).transform((text, context): Hex => {
    const problem = hexProblem(text) ?? check(text.slice(2))
    if (problem !== undefined) context.issues.push({ code: 'custom', message: problem, input: text })
    return text.toLowerCase() as Hex
  })
}

function hexOfBytes(what: string, bytes: number) {
  return hexString(`${bytes} bytes in hex`, (digits) =>
    digits.length === 2 * bytes ? undefined : `hex string has length ${digits.length}, want ${2 * bytes} for ${what}`,
  )
}

/** `0x` and hex digits without leading zeros: a number below 2^256. */
export const quantity = hexString('a quantity in hex', (digits) => {
  if (digits === '') return 'hex string "0x"'
  if (digits.length > 1 && digits.startsWith('0')) return 'hex number with leading zero digits'
  return digits.length > 64 ? 'hex number > 256 bits' : undefined
}).transform(BigInt)

/** A quantity that fits a number without loss. */
export const smallQuantity = quantity.transform((value, context) => {
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    context.issues.push({ code: 'custom', message: 'hex number > 53 bits', input: value })
  return Number(value)
})

/**
 * A number below 2^256 as clients of test methods write it: a JSON number, decimal digits, or hex with or without leading
 * zeros.
 */
export const looseQuantity = z
  .union([z.number(), z.string()], expected('a number or a quantity in hex'))
  .transform((value, context) => {
    const isWhole = typeof value === 'number' ? Number.isSafeInteger(value) && value >= 0 : undefined
    if (isWhole ?? /^(0x[0-9a-f]{1,64}|\d{1,77})$/i.test(String(value))) return BigInt(value)
    const message = `expected a number or a quantity in hex, found ${describe(value)}`
    context.issues.push({ code: 'custom', message, input: value })
    return z.NEVER
  })

/** Bytes in hex, as hex in lower case. */
export const hexData = hexString('bytes in hex', (digits) =>
  digits.length % 2 === 0 ? undefined : 'hex string of odd length',
)

/** Bytes in hex. */
export const data = hexData.transform((hex) => hexToBytes(hex))

/** An address, in lower case. */
export const address = hexOfBytes('address', 20)

/** A hash or another word of 32 bytes, in lower case. */
export const hash32 = hexOfBytes('hash', 32)

/** True or false. */
export const flag = z.boolean(expected('true or false'))

/** A slot of an account's storage as clients write it: up to 32 bytes in hex, of any length. Gives all 32. */
export const storageSlot = z.string(expected('a storage key in hex')).transform((text): Uint8Array => {
  const digits = text.replace(/^0x/i, '')
  if (!/^[0-9a-f]*$/i.test(digits))
    throw new RpcError(rpcCodes.invalidParams, `invalid hex in storage key: ${JSON.stringify(text.slice(0, 80))}`)
  if (digits.length > 64) {
    const found = JSON.stringify(text.slice(0, 80))
    throw new RpcError(rpcCodes.invalidParams, `storage key too long (want at most 32 bytes): ${found}`)
  }
  return hexToBytes(`0x${digits.padStart(64, '0')}`)
})
