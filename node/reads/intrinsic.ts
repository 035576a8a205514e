import type { Common } from '@ethereumjs/common'
import {
  createAccessList2930Tx,
  createEOACode7702Tx,
  createLegacyTx,
  getCalldataFloorGas,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { type Address, createAddressFromString } from '@ethereumjs/util'
import { refuse } from './fees.ts'
import type { CallFields } from './reads.ts'

/** What a transaction pays whatever it does. */
export type LeastGas = {
  /** Before it runs. */
  readonly intrinsic: bigint
  /** At least in all (EIP-7623). */
  readonly floor: bigint
}

const options = (common: Common) => ({ common, allowUnlimitedInitCodeSize: true, freeze: false })

/** A transaction that pays what the call does before it runs. */
function standIn(call: CallFields, common: Common): TypedTransaction {
  const { data = new Uint8Array(0), accessList = [], authorizationList } = call
  const fields = { data, ...(call.to === undefined ? {} : { to: createAddressFromString(call.to) }) }
  if (authorizationList !== undefined)
    return createEOACode7702Tx({ ...fields, accessList, authorizationList }, options(common))
  return accessList.length > 0
    ? createAccessList2930Tx({ ...fields, accessList }, options(common))
    : createLegacyTx(fields, options(common))
}

/**
 * What a call pays as a transaction whatever it does, by the client's own rules.
 *
 * @throws {ReadError} when no transaction can be like it
 */
export function leastGas(call: CallFields, sender: Address, common: Common): LeastGas {
  let transaction: TypedTransaction
  try {
    transaction = standIn(call, common)
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
  return { intrinsic: transaction.getIntrinsicGas(), floor: getCalldataFloorGas(transaction, sender) }
}
