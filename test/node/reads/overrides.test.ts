import { bytesToBigInt, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createReads } from '../../../node/reads/createReads.ts'
import type { CallFields, ReadAt, Reads } from '../../../node/reads/reads.ts'
import { code, op } from '../../bytecode.ts'
import { creating, wordOf } from '../../evm-ext/creation.ts'
import { account, createReadableChain, type ReadableChain } from './readable.ts'

const word = (value: bigint | number): Hex => `0x${value.toString(16).padStart(64, '0')}`
const returnsWord = code(op('MSTORE', 0), op('RETURN', 0, 32))
const identity: Hex = `0x${'4'.padStart(40, '0')}`
const elsewhere: Hex = `0x${'ee'.repeat(20)}`

let readable: ReadableChain
let reads: Reads
let slots: Hex
beforeAll(async () => {
  readable = await createReadableChain()
  reads = createReads({ chain: readable.chain, threads: 1 })
  // Slot 1 and slot 2 in one word.
  slots = await readable.deploy(
    creating(
      op('SSTORE', 3, 1),
      op('SLOAD', 1),
      2n ** 128n,
      Uint8Array.of(0x02),
      op('SLOAD', 2),
      op('ADD'),
      returnsWord,
    ),
  )
  await readable.chain.editState(async (state) => {
    for (const [slot, value] of [
      [1, 11],
      [2, 22],
    ] as const)
      await state.putStorage(createAddressFromString(slots), hexToBytes(word(slot)), Uint8Array.of(value))
  })
})
afterAll(async () => {
  await reads.close()
  await readable.chain.close()
})

const call = async (fields: CallFields, overrides: Pick<ReadAt, 'accounts' | 'block'> = {}) =>
  reads.call(fields, { ...(await readable.at()), ...overrides })
const value = async (...given: Parameters<typeof call>) => {
  const { status, returnValue, reason } = await call(...given)
  expect([status, reason]).toEqual([1, undefined])
  return wordOf(returnValue)
}

describe('the state', () => {
  const both = (first: number, second: number) => BigInt(first) * 2n ** 128n + BigInt(second)

  test('has other slots: those that are given, or only those', async () => {
    expect(await value({ to: slots })).toBe(both(11, 22))
    expect(await value({ to: slots }, { accounts: { [slots]: { stateDiff: { [word(1)]: word(5) } } } })).toBe(
      both(5, 22),
    )
    expect(await value({ to: slots }, { accounts: { [slots]: { state: { [word(1)]: word(5) } } } })).toBe(both(5, 0))
    expect(await value({ to: slots }, { accounts: { [slots]: { state: {} } } })).toBe(0n)
    expect(await value({ to: slots })).toBe(both(11, 22))
  })

  test('has another balance, nonce and code', async () => {
    const to = account(4).address as Hex
    const shows = code(Uint8Array.of(0x47), returnsWord)
    const poor = `0x${'12'.repeat(20)}` as const
    expect(await value({ to }, { accounts: { [to]: { code: shows, balance: 77n } } })).toBe(77n)
    const rich = { accounts: { [poor]: { balance: 10n }, [to]: { code: shows, balance: 0n } } }
    expect(await value({ from: poor, to, value: 9n }, rich)).toBe(9n)
    await expect(call({ from: poor, to, value: 11n }, rich)).rejects.toThrow('have 10 want 11')
    const creates = code(op('CREATE', 0, 0, 0), returnsWord)
    const made = async (nonce: bigint) => value({ to }, { accounts: { [to]: { code: creates, nonce } } })
    expect(await made(5n)).not.toBe(await made(6n))
    expect((await call({ to })).returnValue).toEqual(new Uint8Array(0))
  })

  test('costs what storage costs that was so before', async () => {
    const gasOf = async (before: number) =>
      (await call({ to: slots }, { accounts: { [slots]: { stateDiff: { [word(3)]: word(before) } } } })).gasUsed
    // Slot 3 is set to 1: from 0, from 2, and from 1.
    expect((await gasOf(0)) - (await gasOf(2))).toBe(20_000n - 2900n)
    expect((await gasOf(2)) - (await gasOf(1))).toBe(2900n - 100n)
  })

  test('has precompiles elsewhere, and code in their place', async () => {
    const data = Uint8Array.of(1, 2, 3)
    const moved = { accounts: { [identity]: { movePrecompileToAddress: elsewhere, code: code(7, returnsWord) } } }
    expect((await call({ to: elsewhere, data }, moved)).returnValue).toEqual(data)
    expect(await value({ to: identity, data }, moved)).toBe(7n)
    expect((await call({ to: identity, data })).returnValue).toEqual(data)
    expect((await call({ to: elsewhere, data })).returnValue).toEqual(new Uint8Array(0))
    expect(await value({ to: identity, data }, { accounts: { [identity]: { code: code(8, returnsWord) } } })).toBe(8n)
    expect((await call({ to: identity, data })).returnValue).toEqual(data)
  })

  test('can not be two things at once', async () => {
    const refused = async (accounts: ReadAt['accounts'], message: string) =>
      expect(call({ to: slots }, accounts === undefined ? {} : { accounts })).rejects.toMatchObject({
        code: -32000,
        message,
      })
    await refused({ [slots]: { state: {}, stateDiff: {} } }, `account ${slots} has both 'state' and 'stateDiff'`)
    await refused({ [slots]: { movePrecompileToAddress: elsewhere } }, `account ${slots} is not a precompile`)
    await refused(
      { [identity]: { movePrecompileToAddress: elsewhere }, [elsewhere]: { balance: 1n } },
      `account ${elsewhere} is already overridden`,
    )
    // The thread has its precompiles as before.
    expect((await call({ to: identity, data: Uint8Array.of(9) })).returnValue).toEqual(Uint8Array.of(9))
  })
})

test('the block has other fields', async () => {
  const fields = [0x41, 0x42, 0x43, 0x44, 0x45, 0x48, 0x4a]
  const shows = code(
    ...fields.map((opcode, index) => code(Uint8Array.of(opcode), op('MSTORE', 32 * index))),
    op('RETURN', 0, 224),
  )
  const to = await readable.deploy(creating(shows))
  const { returnValue } = await call(
    { to, gasPrice: 100n, gas: 50_000n, from: account(0).address },
    {
      block: {
        ...{ number: 1234n, time: 99_999n, gasLimit: 777n, feeRecipient: elsewhere, prevRandao: word(5) },
        ...{ baseFeePerGas: 55n, blobBaseFee: 66n },
      },
    },
  )
  const words = fields.map((_, index) => bytesToBigInt(returnValue.subarray(32 * index, 32 * index + 32)))
  expect(words).toEqual([BigInt(elsewhere), 99_999n, 1234n, 5n, 777n, 55n, 66n])
})

test('the rules are those of the block that is given', async () => {
  const later = await createReadableChain({ tensorTime: 1000 })
  const own = createReads({ chain: later.chain, threads: 1 })
  const to = await later.deploy(creating(op('TSPACE'), returnsWord))
  const at = await later.at()
  expect(await own.call({ to }, at)).toMatchObject({ status: 0, reason: 'invalid opcode: opcode 0xae not defined' })
  expect(await own.call({ to }, { ...at, block: { time: 1000n } })).toMatchObject({ status: 1 })
  expect(await own.call({ to }, at)).toMatchObject({ status: 0 })
  await own.close()
  await later.chain.close()
})
