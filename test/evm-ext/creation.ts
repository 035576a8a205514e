import { code, op, type Piece } from '../bytecode.ts'

const CODECOPY = Uint8Array.of(0x39)

/** Code that creates a contract of these pieces. */
export function creating(...pieces: readonly Piece[]): Uint8Array {
  const runtime = code(...pieces)
  const prefix = (offset: number) => code(runtime.length, offset, 0, CODECOPY, op('RETURN', 0, runtime.length))
  return code(prefix(prefix(0xff).length), runtime)
}

/** The word in a call's 32 bytes of return data. */
export function wordOf(returnValue: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(returnValue).toString('hex')}`)
}
