import type { Common } from '@ethereumjs/common'
import {
  Capability,
  type EIP2930CompatibleTx,
  type EIP7702CompatibleTx,
  getCalldataFloorGas,
  type TypedTransaction,
} from '@ethereumjs/tx'
import {
  type Address,
  bytesToBigInt,
  eoaCode7702RecoverAuthority,
  MAX_UINT64,
  SECP256K1_ORDER_DIV_2,
} from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import type { IntrinsicGas } from './report.ts'
import { intrinsicTotal } from './sum.ts'

/** First bytes of the code of an account that another's code runs for (EIP-7702). */
const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00)

function accessListGas(transaction: TypedTransaction, param: (name: string) => number): number {
  if (!transaction.supports(Capability.EIP2930AccessLists)) return 0
  const { accessList } = transaction as EIP2930CompatibleTx
  const slots = accessList.reduce((sum, [, keys]) => sum + keys.length, 0)
  return accessList.length * param('accessListAddressGas') + slots * param('accessListStorageKeyGas')
}

function authorizationsOf(transaction: TypedTransaction): EIP7702CompatibleTx['authorizationList'] {
  return transaction.supports(Capability.EIP7702EOACode) ? (transaction as EIP7702CompatibleTx).authorizationList : []
}

/**
 * What a transaction pays before it runs, by what for.
 *
 * @throws {Error} when the parts are not what the client charges
 */
export function intrinsicGas(transaction: TypedTransaction): IntrinsicGas {
  const { common, data, to } = transaction
  const param = (name: string) => Number(common.param(name))
  const zeros = data.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  const isCreation = to === undefined
  const words = Math.ceil(data.length / 32)
  const gas: IntrinsicGas = {
    base: param('txGas'),
    calldata: zeros * param('txDataZeroGas') + (data.length - zeros) * param('txDataNonZeroGas'),
    creation: isCreation ? param('txCreationGas') : 0,
    initcode: isCreation && common.isActivatedEIP(3860) ? words * param('initCodeWordGas') : 0,
    accessList: accessListGas(transaction, param),
    authorizations:
      authorizationsOf(transaction).length * (common.isActivatedEIP(7702) ? param('perEmptyAccountCost') : 0),
  }
  const charged = Number(transaction.getIntrinsicGas())
  if (intrinsicTotal(gas) !== charged)
    throw new Error(`gas report: intrinsic gas: ${intrinsicTotal(gas)} by its parts, ${charged} by the client`)
  return gas
}

/** The least that a transaction pays for its calldata (EIP-7623); 0 where the rule is not active. */
export function floorGas(transaction: TypedTransaction): number {
  return Number(getCalldataFloorGas(transaction, transaction.getSenderAddress()))
}

/** What is known of an account while authorizations are gone through. */
type Authority = { exists: boolean; nonce: bigint; isContract: boolean }

async function readAuthority(vm: VM, address: Address, sender: Address): Promise<Authority> {
  const account = await vm.stateManager.getAccount(address)
  const code = account?.isContract() ? await vm.stateManager.getCode(address) : new Uint8Array(0)
  const isDelegated = DELEGATION.every((byte, index) => code[index] === byte)
  return {
    exists: account !== undefined,
    // The sender's nonce is raised before its authorizations are looked at.
    nonce: (account?.nonce ?? 0n) + (address.equals(sender) ? 1n : 0n),
    isContract: code.length > 0 && !isDelegated,
  }
}

/**
 * What EIP-7702 gives back for authorizations by accounts that are there already, asked in the state before the
 * transaction.
 */
export async function authorizationRefund(vm: VM, transaction: TypedTransaction): Promise<number> {
  const { common } = transaction
  const sender = transaction.getSenderAddress()
  const known = new Map<string, Authority>()
  let refund = 0
  for (const authorization of authorizationsOf(transaction)) {
    const address = signer(authorization, vm.common)
    if (address === undefined) continue
    const authority = known.get(address.toString()) ?? (await readAuthority(vm, address, sender))
    known.set(address.toString(), authority)
    if (authority.isContract || authority.nonce !== bytesToBigInt(authorization[2])) continue
    if (authority.exists) refund += Number(common.param('perEmptyAccountCost') - common.param('perAuthBaseGas'))
    authority.exists = true
    authority.nonce++
  }
  return refund
}

/** Who signed an authorization; undefined where it is not valid on any account of this chain. */
function signer(authorization: EIP7702CompatibleTx['authorizationList'][number], common: Common): Address | undefined {
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
