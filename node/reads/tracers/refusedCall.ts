import type { InterpreterStep } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import { addressOf } from '../../../evm-ext/state.ts'
import { addressHex, memoryAt, quantity } from './values.ts'

/** Calls made inside of calls end here. */
const MAX_DEPTH = 1024
const STIPEND = 2300n
const CREATES: ReadonlySet<number> = new Set([0xf0, 0xf5])
/** CALL and CALLCODE send value. */
const SENDS: ReadonlySet<number> = new Set([0xf1, 0xf2])

/** A call that was asked for and never began. */
export type RefusedCall = {
  readonly from: Hex
  readonly to: Hex | undefined
  readonly gas: Hex
  readonly input: Hex
  readonly value: bigint | undefined
  readonly error: string
}

/**
 * The call that an opcode asks for, where the client did not begin it: its caller is too deep, or has too little.
 *
 * @param step - of a CALL, CALLCODE, DELEGATECALL, STATICCALL, CREATE or CREATE2 that was paid for
 */
export function refusedCall(step: InterpreterStep): RefusedCall {
  const { address, stack, opcode, gasLeft, depth } = step
  const word = (position: number) => stack.at(-1 - position) ?? 0n
  const isCreation = CREATES.has(opcode.code)
  const isSending = SENDS.has(opcode.code)
  const left = gasLeft - (opcode.dynamicFee ?? BigInt(opcode.fee))
  const most = left - left / 64n
  const value = isCreation ? word(0) : isSending ? word(2) : undefined
  const asked = isCreation || word(0) > most ? most : word(0)
  const gas = isSending && value !== 0n ? asked + STIPEND : asked
  const data = isCreation ? 1 : isSending ? 3 : 2
  return {
    from: addressHex(address),
    to: isCreation ? undefined : addressHex(addressOf(word(1))),
    gas: quantity(gas),
    input: bytesToHex(memoryAt(step, word(data), word(data + 1)) ?? new Uint8Array(0)),
    value,
    error: depth >= MAX_DEPTH ? 'max call depth exceeded' : 'insufficient balance for transfer',
  }
}
