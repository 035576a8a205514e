import { getMerkleStateProof } from '@ethereumjs/statemanager'
import { bytesToHex, createAddressFromString, setLengthLeft } from '@ethereumjs/util'
import { z } from 'zod'
import type { Hex } from '../../../evm-ext/index.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { quantity } from '../format/quantity.ts'
import { stateAt } from '../location.ts'
import { type Methods, method } from '../method.ts'
import { address, blockIdOrLatest, expected, hash32, parameters, storageSlot } from '../params.ts'

/** Most slots that one request asks for. */
const MAX_SLOTS = 1024

const ofAccount = parameters(address, blockIdOrLatest)
const slots = z
  .array(z.string(expected('a storage key in hex')), expected('a list of storage keys'))
  .max(MAX_SLOTS, `expected at most ${MAX_SLOTS} storage keys`)
const slotsByAccount = z.record(address, z.array(hash32), expected('storage keys by address'))

const word = (bytes: Uint8Array) => bytesToHex(setLengthLeft(bytes, 32))

/** A storage key as geth gives it back: in hex of the length that was asked for where that is 32 bytes, as a number else. */
function keyOf(given: string, slot: Uint8Array): Hex {
  return given.length === 66 ? bytesToHex(slot) : quantity(BigInt(bytesToHex(slot)))
}

/** Methods that give what is in the state. */
export const stateMethods: Methods = {
  eth_getBalance: method(ofAccount, async ([account, id], context) => {
    const state = await stateAt(id, context)
    return quantity((await state.getAccount(createAddressFromString(account)))?.balance ?? 0n)
  }),
  eth_getCode: method(ofAccount, async ([account, id], context) => {
    const state = await stateAt(id, context)
    return bytesToHex(await state.getCode(createAddressFromString(account)))
  }),
  eth_getTransactionCount: method(ofAccount, async ([account, id], context) => {
    if (id === 'pending') return quantity(await context.pool.nextNonce(account))
    const state = await stateAt(id, context)
    return quantity((await state.getAccount(createAddressFromString(account)))?.nonce ?? 0n)
  }),
  eth_getStorageAt: method(parameters(address, storageSlot, blockIdOrLatest), async ([account, slot, id], context) => {
    const state = await stateAt(id, context)
    return word(await state.getStorage(createAddressFromString(account), slot))
  }),
  eth_getStorageValues: method(parameters(slotsByAccount, blockIdOrLatest), async ([wanted, id], context) => {
    const accounts = Object.entries(wanted)
    const count = accounts.reduce((sum, [, keys]) => sum + keys.length, 0)
    if (count === 0) throw new RpcError(rpcCodes.invalidParams, 'empty request')
    if (count > MAX_SLOTS) throw new RpcError(rpcCodes.invalidParams, `too many slots (max ${MAX_SLOTS})`)
    const state = await stateAt(id, context)
    const values: Record<string, Hex[]> = {}
    for (const [account, keys] of accounts) {
      const found: Hex[] = []
      for (const key of keys) {
        const slot = storageSlot.parse(key)
        found.push(word(await state.getStorage(createAddressFromString(account), slot)))
      }
      values[account] = found
    }
    return values
  }),
  eth_getProof: method(parameters(address, slots, blockIdOrLatest), async ([account, given, id], context) => {
    const keys = given.map((key) => storageSlot.parse(key))
    const state = await stateAt(id, context)
    const proof = await getMerkleStateProof(state, createAddressFromString(account), keys)
    return {
      address: account,
      accountProof: proof.accountProof,
      balance: proof.balance,
      codeHash: proof.codeHash,
      nonce: proof.nonce,
      storageHash: proof.storageHash,
      storageProof: proof.storageProof.map(({ value, proof }, index) => ({
        key: keyOf(given[index] as string, keys[index] as Uint8Array),
        value,
        proof,
      })),
    }
  }),
  eth_getAccountInfo: method(ofAccount, async ([account, id], context) => {
    const state = await stateAt(id, context)
    const found = await state.getAccount(createAddressFromString(account))
    const code = bytesToHex(await state.getCode(createAddressFromString(account)))
    return { balance: quantity(found?.balance ?? 0n), nonce: quantity(found?.nonce ?? 0n), code }
  }),
}
