import { bytesToHex } from '@ethereumjs/util'
import type { HaltCode } from '../../../isa/index.ts'
import type { ReadResult } from '../../reads/reads.ts'
import { revertReason } from '../../reads/revertReason.ts'
import { RpcError, rpcCodes } from '../errors.ts'

/** What each halt says, as SPEC.md lists them. */
const halts: Readonly<Record<HaltCode, string>> = {
  UndefinedInstruction: 'the second byte of the instruction is unassigned, or AE is the last byte',
  BadHandle: 'a handle is not a live tensor of this frame',
  BadTypeWord: 'a type word is malformed',
  BadAttribute: 'an attribute word, an axis word or a factor word has an unused bit set or a field out of range',
  TypeMismatch: "an operand's dtype is not one that the instruction takes",
  ShapeMismatch: 'ranks, dimensions or the output do not fit, or an element reads more than it may',
  ArenaFull: 'the output would exceed the arena',
  TooManyHandles: 'the output would exceed the number of live tensors',
  UnknownModel: 'a model root is not registered',
  IndexOutOfRange: 'a tensor or row of a model does not exist',
}

/** What clients find in the `data` of an error that a tensor halt caused. */
export type TensorHaltData = { readonly tensorHalt: { readonly code: HaltCode; readonly message: string } }

/** A tensor halt as `data` of an error. */
export function tensorHaltData(code: HaltCode): TensorHaltData {
  return { tensorHalt: { code, message: halts[code] } }
}

/** The part of a {@link ReadResult} that an error is made of. */
export type FailedCall = Pick<ReadResult, 'error' | 'reason' | 'haltCode' | 'returnValue'>

/**
 * A call that failed as the error of its method: a revert with code 3 and its data, its reason decoded; anything else in
 * geth's words, and with a {@link TensorHaltData} where a tensor instruction halted.
 */
export function callFailure({ error, reason, haltCode, returnValue }: FailedCall): RpcError {
  if (error === 'revert') {
    const said = revertReason(returnValue)
    const message = said === undefined ? 'execution reverted' : `execution reverted: ${said}`
    return new RpcError(rpcCodes.reverted, message, bytesToHex(returnValue))
  }
  const message = reason ?? error ?? 'execution failed'
  return new RpcError(rpcCodes.serverError, message, haltCode && tensorHaltData(haltCode))
}
