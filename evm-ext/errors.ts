import { EVMError } from '@ethereumjs/evm'
import { type HaltCode, type HaltError, haltCodes } from '../isa/index.ts'
import type { Root } from '../model/root.ts'

type EVMErrorMessage = ConstructorParameters<typeof EVMError>[0]

const PREFIX = 'tensor halt: '

/** A tensor instruction's halt as the EVM's own kind of error: an exceptional halt that takes all gas of the frame. */
export function toEVMError(halt: HaltError): EVMError {
  return new EVMError(`${PREFIX}${halt.code}` as EVMErrorMessage)
}

/** The halt code behind an execution result's `exceptionError`; undefined for any other error, or none. */
export function haltCodeOf(error: EVMError | undefined): HaltCode | undefined {
  return haltCodes.find((code) => error?.error === `${PREFIX}${code}`)
}

/**
 * A model is registered on chain and its bytes are not in this node's store.
 *
 * Not a consensus result: whatever the node answered, others would answer differently. The node must stop until it has
 * the bytes.
 */
export class MissingModelError extends Error {
  override readonly name = 'MissingModelError'
  readonly root: Root

  constructor(root: Root) {
    super(`model ${root} is registered but its bytes are not in this node's store; add them and start again`)
    this.root = root
  }
}
