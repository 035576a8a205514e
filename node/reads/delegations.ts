import type { Common } from '@ethereumjs/common'
import {
  Account,
  type Address,
  bytesToBigInt,
  concatBytes,
  type EOACode7702AuthorizationListBytes,
  eoaCode7702RecoverAuthority,
  MAX_UINT64,
  SECP256K1_ORDER_DIV_2,
} from '@ethereumjs/util'
import type { ReadMachine } from './machine.ts'

/** First bytes of the code of an account that another's code runs for (EIP-7702). */
const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00)

/** Whether code says only whose code runs instead. */
function isDelegation(code: Uint8Array): boolean {
  return DELEGATION.every((byte, index) => code[index] === byte)
}

/** Who signed an authorization; undefined where it is not valid on any account of this chain. */
export function authorityOf(
  authorization: EOACode7702AuthorizationListBytes[number],
  common: Common,
): Address | undefined {
  const [chainId, , nonce, yParity, , s] = authorization
  const chain = bytesToBigInt(chainId)
  if (chain !== 0n && chain !== common.chainId()) return undefined
  if (bytesToBigInt(nonce) >= MAX_UINT64 || bytesToBigInt(s) > SECP256K1_ORDER_DIV_2) return undefined
  if (bytesToBigInt(yParity) > 1n) return undefined
  try {
    return eoaCode7702RecoverAuthority(authorization)
  } catch {
    return undefined
  }
}

/**
 * Applies authorizations as a transaction does before it runs (EIP-7702): those that do not hold are passed over.
 *
 * @returns what is refunded for accounts that are there already
 */
export async function delegate(
  { evm, state, common }: ReadMachine,
  authorizations: EOACode7702AuthorizationListBytes,
): Promise<bigint> {
  const refund = common.param('perEmptyAccountCost') - common.param('perAuthBaseGas')
  let refunded = 0n
  for (const authorization of authorizations) {
    const authority = authorityOf(authorization, common)
    if (authority === undefined) continue
    evm.journal.addAlwaysWarmAddress(authority.toString())
    const known = await state.getAccount(authority)
    const account = known ?? new Account()
    if (account.isContract() && !isDelegation(await state.getCode(authority))) continue
    if (account.nonce !== bytesToBigInt(authorization[2])) continue
    if (known !== undefined) refunded += refund
    account.nonce++
    await evm.journal.putAccount(authority, account)
    const target = authorization[1]
    const isCleared = target.every((byte) => byte === 0)
    await state.putCode(authority, isCleared ? new Uint8Array(0) : concatBytes(DELEGATION, target))
  }
  return refunded
}
