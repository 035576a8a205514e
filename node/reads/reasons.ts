import { EVMError, type ExecResult } from '@ethereumjs/evm'

const { errorMessages } = EVMError
const INVALID = 0xfe

/** What geth calls the EVM's errors, where it has another name. */
const names: ReadonlyMap<string, string> = new Map([
  [errorMessages.REVERT, 'execution reverted'],
  [errorMessages.CODESTORE_OUT_OF_GAS, 'contract creation code storage out of gas'],
  [errorMessages.CODESIZE_EXCEEDS_MAXIMUM, 'max code size exceeded'],
  [errorMessages.INITCODE_SIZE_VIOLATION, 'max initcode size exceeded'],
  [errorMessages.STACK_OVERFLOW, 'stack limit reached 1024 (1023)'],
  [errorMessages.OUT_OF_RANGE, 'return data out of bounds'],
  [errorMessages.STATIC_STATE_CHANGE, 'write protection'],
  [errorMessages.CREATE_COLLISION, 'contract address collision'],
  [errorMessages.INSUFFICIENT_BALANCE, 'insufficient balance for transfer'],
  [errorMessages.INVALID_BYTECODE_RESULT, 'invalid code: must not begin with 0xef'],
])

/** An error of the EVM as geth words it; undefined after success. */
export function reasonOf({ exceptionError, runState }: ExecResult): string | undefined {
  const error = exceptionError?.error
  if (error === undefined) return undefined
  const opcode = runState?.opCode
  if (error === errorMessages.INVALID_OPCODE && opcode !== undefined)
    return `invalid opcode: ${opcode === INVALID ? 'INVALID' : `opcode 0x${opcode.toString(16)} not defined`}`
  // The client adds the place.
  if (error.startsWith(errorMessages.INVALID_JUMP)) return 'invalid jump destination'
  return names.get(error) ?? error
}
