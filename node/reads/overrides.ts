import { Account, type Address, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import { rpcCodes } from '../rpc/errors.ts'
import type { ReadMachine } from './machine.ts'
import { type AccountOverride, ReadError } from './reads.ts'

const word = (hex: Hex) => setLengthLeft(hexToBytes(hex), 32)

/** A key of the EVM's precompiles. */
const precompileKey = (address: Hex) => address.slice(2).toLowerCase()

function refuse(message: string): never {
  throw new ReadError(rpcCodes.serverError, message)
}

async function overrideAccount(machine: ReadMachine, address: Address, override: AccountOverride): Promise<void> {
  const { state } = machine
  const { balance, nonce, code, state: slots, stateDiff } = override
  if (slots !== undefined && stateDiff !== undefined) refuse(`account ${address} has both 'state' and 'stateDiff'`)
  const account = (await state.getAccount(address)) ?? new Account()
  if (balance !== undefined) account.balance = balance
  if (nonce !== undefined) account.nonce = nonce
  await state.putAccount(address, account)
  if (code !== undefined) await state.putCode(address, code)
  if (slots !== undefined) await state.clearStorage(address)
  for (const [slot, value] of Object.entries(slots ?? stateDiff ?? {}))
    await state.putStorage(address, word(slot as Hex), word(value))
}

/** Moves precompiles. @returns what moves them back */
function movePrecompiles(machine: ReadMachine, accounts: Readonly<Record<Hex, AccountOverride>>): () => void {
  const { precompiles } = machine.evm
  const original = new Map(precompiles)
  const restore = () => {
    precompiles.clear()
    for (const [key, precompile] of original) precompiles.set(key, precompile)
  }
  const taken = new Set<string>()
  try {
    for (const [address, { movePrecompileToAddress: to }] of Object.entries(accounts)) {
      const key = precompileKey(address as Hex)
      if (taken.has(key)) refuse(`account ${address} has already been overridden by a precompile`)
      const precompile = original.get(key)
      if (to !== undefined) {
        if (precompile === undefined) refuse(`account ${address} is not a precompile`)
        if (Object.keys(accounts).some((other) => precompileKey(other as Hex) === precompileKey(to)))
          refuse(`account ${to} is already overridden`)
        if (taken.has(precompileKey(to))) refuse(`account ${to} has already been overridden by a precompile`)
        taken.add(precompileKey(to))
        precompiles.set(precompileKey(to), precompile)
      }
      // What an override puts in a precompile's place runs instead of it.
      if (precompile !== undefined && !taken.has(key)) precompiles.delete(key)
    }
  } catch (error) {
    restore()
    throw error
  }
  return restore
}

/**
 * Changes accounts of the machine's state, which is to be taken back by its checkpoint.
 *
 * @returns what takes back the rest
 * @throws {ReadError} saying which override is contradictory
 */
export async function overrideAccounts(
  machine: ReadMachine,
  accounts: Readonly<Record<Hex, AccountOverride>>,
): Promise<() => void> {
  const restore = movePrecompiles(machine, accounts)
  try {
    for (const [address, override] of Object.entries(accounts))
      await overrideAccount(machine, createAddressFromString(address), override)
    return restore
  } catch (error) {
    restore()
    throw error
  }
}
