import { Account, createAddressFromString, unpadBytes } from '@ethereumjs/util'
import type { Hex } from '../../../../evm-ext/index.ts'
import { RpcError, rpcCodes } from '../../errors.ts'
import { type Methods, method, type NodeServices, type RequestContext } from '../../method.ts'
import {
  address,
  data,
  flag,
  looseQuantity,
  parameters,
  storageSlot,
  type TransactionFields,
  transactionRequest,
} from '../../params.ts'
import { sendingMethods } from '../sending.ts'
import { command, named } from './names.ts'
import { nonce, word } from './readers.ts'

/** Changes an account of the head's state; it is made where there is none. */
function editAccount({ chain }: NodeServices, hex: Hex, edit: (account: Account) => void): Promise<void> {
  return chain.editState(async (state) => {
    const at = createAddressFromString(hex)
    const account = (await state.getAccount(at)) ?? new Account()
    edit(account)
    await state.putAccount(at, account)
  })
}

const MAX_BALANCE = 2n ** 256n - 1n

async function setBalance(services: NodeServices, hex: Hex, balance: bigint): Promise<void> {
  await editAccount(services, hex, (account) => {
    account.balance = balance
  })
}

async function addBalance(services: NodeServices, hex: Hex, added: bigint): Promise<void> {
  await editAccount(services, hex, (account) => {
    if (account.balance + added > MAX_BALANCE)
      throw new RpcError(rpcCodes.invalidParams, `the balance would be ${account.balance + added}, above 2^256 - 1`)
    account.balance += added
  })
}

async function setNonce(services: NodeServices, hex: Hex, value: bigint): Promise<void> {
  await editAccount(services, hex, (account) => {
    account.nonce = value
  })
}

async function setCode({ chain }: NodeServices, hex: Hex, code: Uint8Array): Promise<void> {
  await chain.editState(async (state) => {
    const at = createAddressFromString(hex)
    if ((await state.getAccount(at)) === undefined) await state.putAccount(at, new Account())
    await state.putCode(at, code)
  })
}

async function setStorageAt({ chain }: NodeServices, hex: Hex, slot: Uint8Array, value: Uint8Array): Promise<void> {
  await chain.editState(async (state) => {
    const at = createAddressFromString(hex)
    if ((await state.getAccount(at)) === undefined) await state.putAccount(at, new Account())
    await state.putStorage(at, slot, unpadBytes(value))
  })
}

/** Sends a transaction of an account whose key the node need not have. */
async function sendUnsigned(fields: TransactionFields, context: RequestContext): Promise<unknown> {
  const { accounts } = context
  const { from } = fields
  const isForOnce = from !== undefined && !accounts.isImpersonated(from)
  if (isForOnce) accounts.impersonate(from)
  try {
    return await sendingMethods.eth_sendTransaction?.run([fields], context)
  } finally {
    if (isForOnce) accounts.stopImpersonating(from)
  }
}

const withBalance = parameters(address, looseQuantity)
const withNonce = parameters(address, nonce)
const withCode = parameters(address, data)
const withSlot = parameters(address, storageSlot, word)

/** A method that changes the state as ganache answers it. */
function always<T>(run: () => Promise<T>): Promise<true> {
  return run().then(() => true)
}

/** Methods that change accounts of the newest state, and act for accounts without their keys. */
export const accountMethods: Methods = {
  ...command('setBalance', withBalance, ([at, balance], services) => setBalance(services, at, balance)),
  ...command('addBalance', withBalance, ([at, balance], services) => addBalance(services, at, balance)),
  ...command('setNonce', withNonce, ([at, value], services) => setNonce(services, at, value)),
  ...command('setCode', withCode, ([at, code], services) => setCode(services, at, code)),
  ...named(
    ['anvil_setStorageAt', 'hardhat_setStorageAt', 'evm_setAccountStorageAt'],
    method(withSlot, ([at, slot, value], services) => always(() => setStorageAt(services, at, slot, value))),
  ),
  evm_setAccountBalance: method(withBalance, ([at, balance], services) =>
    always(() => setBalance(services, at, balance)),
  ),
  evm_setAccountNonce: method(withNonce, ([at, value], services) => always(() => setNonce(services, at, value))),
  evm_setAccountCode: method(withCode, ([at, code], services) => always(() => setCode(services, at, code))),
  eth_sendUnsignedTransaction: method(parameters(transactionRequest), ([fields], context) =>
    sendUnsigned(fields, context),
  ),
  ...command('impersonateAccount', parameters(address), ([at], { accounts }) => accounts.impersonate(at)),
  ...command('stopImpersonatingAccount', parameters(address), ([at], { accounts }) => accounts.stopImpersonating(at)),
  ...command('autoImpersonateAccount', parameters(flag), ([enabled], { accounts }) => accounts.impersonateAll(enabled)),
}
