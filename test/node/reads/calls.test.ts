import { bytesToBigInt, bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createChain, DEFAULT_PRECOMPILE_ADDRESS, encodeRegistration, type Hex } from '../../../evm-ext/index.ts'
import { tensorBytes, tensorOf } from '../../../isa/index.ts'
import { modelRoot, registrationOf } from '../../../model/index.ts'
import { createReads } from '../../../node/reads/createReads.ts'
import type { CallFields, Reads } from '../../../node/reads/reads.ts'
import { code, op, type Piece } from '../../bytecode.ts'
import { creating, wordOf } from '../../evm-ext/creation.ts'
import { classifierModel } from '../../evm-ext/models.ts'
import { account, createReadableChain, type ReadableChain } from './readable.ts'

const DUP1 = Uint8Array.of(0x80)
const SUB = Uint8Array.of(0x03)
const returnsWord = [op('MSTORE', 0), op('RETURN', 0, 32)]
/** Adds 1 to slot 0 and returns the new value. */
const counter = creating(op('SLOAD', 0), op('ADD', 1), DUP1, op('SSTORE', 0), ...returnsWord)
/** Stores what opcodes without operands give, and returns it all. */
const showing = (...pieces: readonly Piece[]) =>
  creating(...pieces.map((piece, index) => code(piece, op('MSTORE', 32 * index))), op('RETURN', 0, 32 * pieces.length))
/** Returns the block's fields, hashes of ancestors, and what the transaction says. */
const fields = [0x30, 0x32, 0x33, 0x34, 0x3a, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x48, 0x4a]
const hashes = [0, 1, 2].map((back) => code(code(back, Uint8Array.of(0x43), SUB), Uint8Array.of(0x40)))
const environment = showing(...fields.map((opcode) => Uint8Array.of(opcode)), ...hashes)

let readable: ReadableChain
let reads: Reads
let counts: Hex
let shows: Hex
beforeAll(async () => {
  readable = await createReadableChain()
  reads = createReads({ chain: readable.chain, threads: 2 })
  counts = await readable.deploy(counter)
  shows = await readable.deploy(environment)
})
afterAll(async () => {
  await reads.close()
  await readable.chain.close()
})

const call = async (fields: CallFields) => reads.call(fields, await readable.at())
const words = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 32 }, (_, index) => bytesToBigInt(bytes.subarray(32 * index, 32 * index + 32)))

describe('a call', () => {
  test('leaves nothing behind, and sees the block that it is asked at', async () => {
    const places = []
    for (let count = 0; count < 3; count++) {
      places.push(await readable.at())
      await readable.mine({ to: counts })
    }
    places.push(await readable.at())
    const asked = [...places, ...places].map((at) => reads.call({ to: counts }, at))
    const seen = (await Promise.all(asked)).map(({ returnValue }) => wordOf(returnValue))
    expect(seen).toEqual([1n, 2n, 3n, 4n, 1n, 2n, 3n, 4n])
  })

  test('gives what a chain in one process gives, but for the intrinsic gas', async () => {
    const other = await createChain()
    const { contractAddress: to } = await other.deploy(environment)
    const mine = await createReadableChain()
    const own = createReads({ chain: mine.chain, threads: 1 })
    await mine.deploy(environment)
    const from = account(3).address
    // Without a price there is no base fee either, as geth has it: with one, both see the same.
    const expected = await other.call({ to, from, value: 3n, gas: 100_000 })
    const { baseFeePerGas } = mine.chain.head().header
    const at = { ...(await mine.at()), block: { baseFeePerGas: baseFeePerGas ?? 0n } }
    const result = await own.call({ to: to as Hex, from, value: 3n, gas: 121_000n }, at)
    await own.close()
    await mine.chain.close()
    expect(words(result.returnValue).slice(0, 5)).toEqual(words(expected.returnValue).slice(0, 5))
    expect(result).toMatchObject({
      status: 1,
      gasUsed: expected.gasUsed,
      logs: [],
      error: undefined,
      reason: undefined,
    })
  })

  test('sees its block, and the ancestors of that whatever the chain is now', async () => {
    await readable.mine()
    const { header } = readable.chain.head()
    const at = await readable.at()
    await readable.mine()
    const seen = words(
      (await reads.call({ to: shows, from: account(1).address, gasPrice: 10n ** 10n }, at)).returnValue,
    )
    const named = Object.fromEntries(
      [...fields, 'now', 'parent', 'grandparent'].map((name, index) => [name, seen[index]]),
    )
    expect(named).toMatchObject({
      50: BigInt(account(1).address),
      58: 10n ** 10n,
      65: bytesToBigInt(header.coinbase.bytes),
      66: header.timestamp,
      67: header.number,
      68: bytesToBigInt(header.prevRandao),
      69: header.gasLimit,
      70: 816363n,
      72: header.baseFeePerGas,
      now: 0n,
      parent: bytesToBigInt(header.parentHash),
      grandparent: bytesToBigInt((await readable.chain.blockAt(header.number - 2n))?.hash() as Uint8Array),
    })
  })

  test('runs in the next block for `pending`, whose parent is the head', async () => {
    const head = readable.chain.head()
    const header = readable.chain.nextHeader({ timestamp: head.header.timestamp + 77n })
    const seen = words((await reads.call({ to: shows }, { ...(await readable.at()), header })).returnValue)
    expect(seen[6]).toBe(head.header.timestamp + 77n)
    expect(seen[7]).toBe(head.header.number + 1n)
    expect(seen[fields.length + 1]).toBe(bytesToBigInt(head.hash()))
  })

  test('creates a contract where no account is called', async () => {
    const { status, returnValue } = await call({ data: counter })
    expect(status).toBe(1)
    const state = await readable.chain.stateAt(readable.chain.head())
    expect(returnValue).toEqual(await state.getCode(createAddressFromString(counts)))
  })

  test('finds its access list warm', async () => {
    const gasUsed = async (accessList: CallFields['accessList']) =>
      (await call({ to: counts, ...(accessList ? { accessList } : {}) })).gasUsed
    const slot: Hex = `0x${'00'.repeat(32)}`
    expect((await gasUsed(undefined)) - (await gasUsed([{ address: counts, storageKeys: [slot] }]))).toBe(2000n)
  })

  test('pays only where it names a price', async () => {
    const poor = `0x${'77'.repeat(20)}` as const
    expect((await call({ to: counts, from: poor })).status).toBe(1)
    await expect(call({ to: counts, from: poor, gasPrice: 10n ** 10n, gas: 100_000n })).rejects.toThrow(
      'insufficient funds for gas * price + value: address 0x7777777777777777777777777777777777777777 have 0 want 1000000000000000 (supplied gas 100000)',
    )
    await expect(call({ to: counts, from: poor, value: 1n })).rejects.toThrow('insufficient funds')
    await expect(call({ to: counts, maxFeePerGas: 1n })).rejects.toThrow('max fee per gas less than block base fee')
    await expect(call({ to: counts, maxFeePerGas: 1n, maxPriorityFeePerGas: 2n })).rejects.toThrow(
      'max priority fee per gas higher than max fee per gas',
    )
  })

  test('has the intrinsic gas at least', async () => {
    await expect(call({ to: counts, gas: 20_999n })).rejects.toThrow(
      'err: intrinsic gas too low: have 20999, want 21000 (supplied gas 20999)',
    )
    await expect(call({ to: counts, gas: 22_000n, data: new Uint8Array(100).fill(1) })).rejects.toThrow(
      'intrinsic gas too low: have 22000, want 22600',
    )
    await expect(call({ to: counts, gas: 23_000n, data: new Uint8Array(100).fill(1) })).rejects.toThrow(
      'insufficient gas for floor data gas cost: have 23000, want 25000',
    )
  })

  test('tells a revert, a halt of the EVM and a tensor halt apart, in the words of geth', async () => {
    const failing = [
      code(op('MSTORE', 0, 7), op('REVERT', 28, 4)),
      code(op('INVALID')),
      code(Uint8Array.of(0x0c)),
      code(Uint8Array.of(0x50)),
      code(op('JUMP', 0)),
      code(op('TTYPE', 5)),
      code(Uint8Array.of(0x5b), op('JUMP', 0)),
    ]
    const results = []
    for (const runtime of failing) results.push(await call({ data: runtime, gas: 200_000n }))
    expect(results.map(({ reason }) => reason)).toEqual([
      'execution reverted',
      'invalid opcode: INVALID',
      'invalid opcode: opcode 0xc not defined',
      'stack underflow',
      'invalid jump destination',
      'tensor halt: BadHandle',
      'out of gas',
    ])
    expect(results.map(({ haltCode }) => haltCode)[5]).toBe('BadHandle')
    expect(bytesToHex(results[0]?.returnValue as Uint8Array)).toBe('0x00000007')
  })
})

describe('a model', () => {
  const program = classifierModel()
  const registration = encodeRegistration(registrationOf(program))
  const input = tensorBytes(
    tensorOf(
      'int8',
      [1, 16],
      Array.from({ length: 16 }, (_, index) => index - 8),
    ),
  )
  const infers = (root: Hex): CallFields => ({
    to: DEFAULT_PRECOMPILE_ADDRESS as Hex,
    data: Buffer.concat([Buffer.from(root.slice(2), 'hex'), input]),
  })

  test('comes from the node when a call loads it', async () => {
    await readable.mine({ to: readable.chain.genesis.registry, data: registration })
    const root = await readable.chain.models.put(program)
    const { status, returnValue } = await call(infers(root))
    expect(status).toBe(1)
    expect(returnValue.length).toBeGreaterThan(0)
  })

  test('that the node lacks is named, and the thread is as before', async () => {
    const other = await createReadableChain()
    await other.mine({ to: other.chain.genesis.registry, data: registration })
    const without = createReads({ chain: other.chain, threads: 1 })
    const root = modelRoot(program)
    await expect(without.call(infers(root), await other.at())).rejects.toMatchObject({
      name: 'ReadError',
      code: -32001,
      message: expect.stringMatching(new RegExp(`^model ${root} is registered.*tensor_publishModel`)),
    })
    expect((await without.call({ to: account(1).address }, await other.at())).status).toBe(1)
    await without.close()
    await other.chain.close()
  })
})
