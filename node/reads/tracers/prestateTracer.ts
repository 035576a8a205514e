import type { EVMResult, InterpreterStep } from '@ethereumjs/evm'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Address,
  bigIntToBytes,
  bytesToBigInt,
  bytesToHex,
  createAddressFromString,
  equalsBytes,
  generateAddress,
  generateAddress2,
} from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import { addressOf } from '../../../evm-ext/state.ts'
import type { TraceOptions } from '../reads.ts'
import type { Budget, TracedStart, Tracer } from './tracer.ts'
import { addressHex, memoryAt, quantity, wordBytes, wordHex } from './values.ts'

const STORAGE: ReadonlySet<number> = new Set([0x54, 0x55])
/** BALANCE, EXTCODESIZE, EXTCODECOPY, EXTCODEHASH, SELFDESTRUCT: the account is on top of the stack. */
const ACCOUNTS: ReadonlySet<number> = new Set([0x31, 0x3b, 0x3c, 0x3f, 0xff])
/** CALL, CALLCODE, DELEGATECALL, STATICCALL: it lies below the gas. */
const CALLS: ReadonlySet<number> = new Set([0xf1, 0xf2, 0xf4, 0xfa])
const CREATE = 0xf0
const CREATE2 = 0xf5
/** An account whose code is another's says so in 23 bytes (EIP-7702). */
const DELEGATION_BYTES = 23
const DELEGATION = Uint8Array.of(0xef, 0x01, 0x00)
const ACCOUNT_CHARACTERS = 150
const SLOT_CHARACTERS = 140

/** What is known of an account before the transaction. */
type Before = {
  readonly balance: bigint
  readonly nonce: bigint
  readonly code: Uint8Array
  readonly storage: Map<Hex, bigint>
}

/** An account in geth's form. */
type Shown = { balance?: Hex; code?: Hex; nonce?: number; storage?: Record<Hex, Hex> }

function isEmpty({ balance, nonce, code, storage }: Before): boolean {
  return balance === 0n && nonce === 0n && code.length === 0 && storage.size === 0
}

/**
 * geth's state that a transaction found of everything that it touches; with `diffMode`, only of what it changed, and what
 * became of it.
 */
export function createPrestateTracer(options: TraceOptions, state: MerkleStateManager, budget: Budget): Tracer {
  const { diffMode = false, disableCode = false, disableStorage = false } = options.tracerConfig ?? {}
  const accounts = new Map<Hex, Before>()

  const look = async (address: Address): Promise<Before> => {
    const key = addressHex(address)
    const known = accounts.get(key)
    if (known !== undefined) return known
    const account = await state.getAccount(address)
    const code = await state.getCode(address)
    const { balance = 0n, nonce = 0n } = account ?? {}
    budget.spend(ACCOUNT_CHARACTERS + (disableCode ? 0 : 2 * code.length))
    const found = { balance, nonce, code, storage: new Map<Hex, bigint>() }
    accounts.set(key, found)
    return found
  }

  const lookAtSlot = async (address: Address, slot: bigint) => {
    const { storage } = await look(address)
    const key = wordHex(slot)
    if (storage.has(key)) return
    budget.spend(SLOT_CHARACTERS)
    storage.set(key, bytesToBigInt(await state.getStorage(address, wordBytes(slot))))
  }

  const lookAtCalled = async (address: Address) => {
    const { code } = await look(address)
    const isDelegated = code.length === DELEGATION_BYTES && equalsBytes(code.subarray(0, DELEGATION.length), DELEGATION)
    if (isDelegated) await look(addressOf(bytesToBigInt(code.subarray(DELEGATION.length))))
  }

  const lookAtCreated = async (event: InterpreterStep) => {
    const { address, stack, opcode } = event
    if (opcode.code === CREATE) {
      const nonce = (await state.getAccount(address))?.nonce ?? 0n
      await look(new Address(generateAddress(address.bytes, bigIntToBytes(nonce))))
      return
    }
    const [offset = 0n, length = 0n, salt = 0n] = [stack.at(-2), stack.at(-3), stack.at(-4)]
    const code = memoryAt(event, offset, length)
    if (code !== undefined) await look(new Address(generateAddress2(address.bytes, wordBytes(salt), code)))
  }

  const step = (event: InterpreterStep): Promise<void> | undefined => {
    const { address, stack, opcode, gasLeft } = event
    const { code } = opcode
    const first = stack.at(-1)
    // What can't be paid touches nothing.
    if ((opcode.dynamicFee ?? BigInt(opcode.fee)) > gasLeft || first === undefined) return undefined
    if (STORAGE.has(code)) return lookAtSlot(address, first)
    if (ACCOUNTS.has(code)) return look(addressOf(first)).then(() => undefined)
    const second = stack.at(-2)
    if (CALLS.has(code) && stack.length >= 5 && second !== undefined) return lookAtCalled(addressOf(second))
    if ((code === CREATE && stack.length >= 3) || (code === CREATE2 && stack.length >= 4)) return lookAtCreated(event)
    return undefined
  }

  const shown = ({ balance, nonce, code, storage }: Before): Shown => ({
    balance: quantity(balance),
    ...(disableCode || code.length === 0 ? {} : { code: bytesToHex(code) }),
    ...(nonce === 0n ? {} : { nonce: Number(nonce) }),
    ...(disableStorage || storage.size === 0
      ? {}
      : { storage: Object.fromEntries([...storage].map(([slot, value]) => [slot, wordHex(value)])) }),
  })

  /** What is different now: in what it was, and in what it became. */
  const changesOf = async (key: Hex, before: Before): Promise<{ was: Before; became: Shown } | undefined> => {
    const address = createAddressFromString(key)
    const { balance = 0n, nonce = 0n } = (await state.getAccount(address)) ?? {}
    const code = await state.getCode(address)
    const became: Shown = {
      ...(balance === before.balance ? {} : { balance: quantity(balance) }),
      ...(disableCode || equalsBytes(code, before.code) ? {} : { code: bytesToHex(code) }),
      ...(nonce === before.nonce ? {} : { nonce: Number(nonce) }),
    }
    let isChanged = Object.keys(became).length > 0 || !equalsBytes(code, before.code)
    const was = new Map<Hex, bigint>()
    const storage: Record<Hex, Hex> = {}
    for (const [slot, value] of disableStorage ? [] : before.storage) {
      const now = bytesToBigInt(await state.getStorage(address, wordBytes(BigInt(slot))))
      if (now === value) continue
      isChanged = true
      if (value !== 0n) was.set(slot, value)
      if (now !== 0n) storage[slot] = wordHex(now)
    }
    if (Object.keys(storage).length > 0) became.storage = storage
    return isChanged ? { was: { ...before, storage: was }, became } : undefined
  }

  const difference = async ({ execResult }: EVMResult) => {
    const pre: Record<Hex, Shown> = {}
    const post: Record<Hex, Shown> = {}
    const { selfdestruct, createdAddresses } = execResult
    for (const [key, before] of accounts) {
      const isEnded = selfdestruct?.has(key) === true && createdAddresses?.has(key) === true
      if (isEnded || (await state.getAccount(createAddressFromString(key))) === undefined) {
        if (!isEmpty(before)) pre[key] = shown(before)
        continue
      }
      const changes = await changesOf(key, before)
      if (changes === undefined) continue
      post[key] = changes.became
      if (!isEmpty(before)) pre[key] = shown(changes.was)
    }
    return { post, pre }
  }

  return {
    async before({ from, to, coinbase, authorities }: TracedStart) {
      await look(from)
      if (to !== undefined) await lookAtCalled(to)
      else {
        const nonce = accounts.get(addressHex(from))?.nonce ?? 0n
        await look(new Address(generateAddress(from.bytes, bigIntToBytes(nonce))))
      }
      await look(coinbase)
      for (const authority of authorities) await look(authority)
    },
    step,
    after: async ({ evmResult }) =>
      diffMode
        ? difference(evmResult)
        : Object.fromEntries(
            [...accounts].filter(([, before]) => !isEmpty(before)).map(([key, before]) => [key, shown(before)]),
          ),
  }
}
