import { bytesToHex, createAddressFromString, hexToBytes } from '@ethereumjs/util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createReads } from '../../../node/reads/createReads.ts'
import type { Reads } from '../../../node/reads/reads.ts'
import { code, op } from '../../bytecode.ts'
import { creating } from '../../evm-ext/creation.ts'
import { account, createReadableChain, type ReadableChain } from './readable.ts'

const from = account(0).address
const word = (value: bigint | number): Hex => `0x${value.toString(16).padStart(64, '0')}`

let readable: ReadableChain
let reads: Reads
beforeAll(async () => {
  readable = await createReadableChain()
  reads = createReads({ chain: readable.chain, threads: 1 })
})
afterAll(async () => {
  await reads.close()
  await readable.chain.close()
})

/** Calls a contract with all that is given, and goes on whatever happens. */
const calling = (to: Hex, value = 0) => code(op('CALL', 50_000, BigInt(to), value, 0, 4, 0, 0), op('POP'))

describe('the call tracer', () => {
  const tracer = 'callTracer'

  test('gives the tree of calls, with creations, failures and what was refused', async () => {
    const reverts = await readable.deploy(
      creating(
        op('MSTORE', 0, 0x08c379a0n << 224n),
        op('MSTORE', 4, 32),
        op('MSTORE', 36, 2),
        op('MSTORE', 68, 0x6e6fn << 240n),
        op('REVERT', 0, 100),
      ),
    )
    const logs = await readable.deploy(creating(op('MSTORE', 0, 3), 0xabc, 32, 0, Uint8Array.of(0xa1)))
    const inner = await readable.deploy(
      creating(
        op('DELEGATECALL', 40_000, BigInt(logs), 0, 0, 0, 0),
        op('POP'),
        op('STATICCALL', 30_000, 4, 0, 2, 0, 0),
      ),
    )
    const to = await readable.deploy(
      creating(
        ...[op('MSTORE', 0, 0xaabbccddn << 224n), calling(reverts), calling(inner), calling(reverts, 5)],
        // Creates a contract of no code, and one of a single STOP.
        ...[op('CREATE', 0, 0, 0), op('POP')],
      ),
    )
    const record = await readable.mine({ to, data: Uint8Array.of(1, 2) })
    const result = (await reads.traceTransaction(record.block, 0, { tracer, tracerConfig: { withLog: true } })) as {
      readonly calls: { readonly [name: string]: unknown }[]
    }
    expect(result).toMatchObject({
      ...{ type: 'CALL', from, to, value: '0x0', gas: '0xf4240', input: '0x0102' },
      gasUsed: `0x${record.receipts[0]?.gasUsed.toString(16)}`,
    })
    const [reverted, called, refused, created] = result.calls
    const call = { type: 'CALL', from: to, gas: '0xc350', input: '0xaabbccdd' }
    expect(reverted).toMatchObject({
      ...call,
      to: reverts,
      value: '0x0',
      error: 'execution reverted',
      revertReason: 'no',
    })
    const log = { address: inner, topics: [word(0xabc)], data: word(3), position: '0x0' }
    expect(called).toEqual({
      ...{ ...call, to: inner, value: '0x0', gasUsed: expect.any(String) },
      calls: [
        {
          ...{ type: 'DELEGATECALL', from: inner, to: logs, value: '0x0', gas: '0x9c40', input: '0x' },
          ...{ gasUsed: expect.any(String), logs: [log] },
        },
        {
          ...{ type: 'STATICCALL', from: inner, to: word(4).replace(/^0x0{24}/, '0x'), gas: '0x7530', gasUsed: '0x12' },
          ...{ input: '0x0000', output: '0x0000' },
        },
      ],
    })
    expect(refused).toEqual({
      ...{ ...call, to: reverts, value: '0x5', gas: '0xcc4c', gasUsed: '0x0' },
      error: 'insufficient balance for transfer',
    })
    expect(created).toMatchObject({ type: 'CREATE', from: to, value: '0x0', input: '0x', gasUsed: '0x0' })
    expect(created?.to).toMatch(/^0x[0-9a-f]{40}$/)
    expect(result.calls).toHaveLength(4)
  })

  test('stops at the top where that is asked for, and leaves out the logs of what failed', async () => {
    const logsAndReverts = await readable.deploy(creating(32, 0, Uint8Array.of(0xa0), op('REVERT', 0, 0)))
    const to = await readable.deploy(creating(calling(logsAndReverts), 32, 0, Uint8Array.of(0xa0)))
    const record = await readable.mine({ to })
    const config = { withLog: true }
    const top = await reads.traceTransaction(record.block, 0, {
      tracer,
      tracerConfig: { ...config, onlyTopCall: true },
    })
    expect(top).not.toHaveProperty('calls')
    const log = { address: to, topics: [], data: word(0) }
    const all = await reads.traceTransaction(record.block, 0, { tracer, tracerConfig: config })
    expect(all).toMatchObject({ calls: [{ error: 'execution reverted' }], logs: [{ ...log, position: '0x1' }] })
    expect((all as { calls: object[] }).calls[0]).not.toHaveProperty('logs')
  })

  test('shows a creation by transaction, and an end in favour of another', async () => {
    const heir = account(7).address
    const runtime = code(BigInt(heir), Uint8Array.of(0xff))
    const creation = await readable.mine({ data: creating(runtime), value: 3n })
    const to = creation.receipts[0]?.contractAddress as Hex
    expect(await reads.traceTransaction(creation.block, 0, { tracer })).toMatchObject({
      ...{ type: 'CREATE', from, to, value: '0x3', output: bytesToHex(runtime) },
    })
    const record = await readable.mine({ to })
    const ends = [{ type: 'SELFDESTRUCT', from: to, to: heir, value: '0x3', gas: '0x0', gasUsed: '0x0', input: '0x' }]
    expect(await reads.traceTransaction(record.block, 0, { tracer })).toMatchObject({ calls: ends })
  })
})

describe('the prestate tracer', () => {
  const tracer = 'prestateTracer'

  test('gives what was there before, and with diffMode what changed', async () => {
    const heir = `0x${'51'.repeat(20)}` as const
    const runtime = code(
      op('SLOAD', 1),
      op('SSTORE', 2, 8),
      op('SSTORE', 3, 0),
      op('CALL', 0, BigInt(heir), 4, 0, 0, 0, 0),
    )
    const to = await readable.deploy(creating(runtime))
    await readable.chain.editState(async (state) => {
      for (const [slot, value] of [
        [1, 11],
        [3, 33],
      ] as const)
        await state.putStorage(createAddressFromString(to), hexToBytes(word(slot)), Uint8Array.of(value))
    })
    const state = async (address: Hex) => {
      return (await readable.chain.stateAt(readable.chain.head())).getAccount(createAddressFromString(address))
    }
    const before = await state(from as Hex)
    const record = await readable.mine({ to, value: 10n, maxPriorityFeePerGas: 1n })
    const after = await state(from as Hex)
    const hex = (value: bigint | undefined): Hex => `0x${(value ?? 0n).toString(16)}`
    const runs = bytesToHex(runtime)
    expect(await reads.traceTransaction(record.block, 0, { tracer })).toEqual({
      [from]: { balance: hex(before?.balance), nonce: Number(before?.nonce) },
      [to]: {
        balance: '0x0',
        nonce: 1,
        code: runs,
        storage: { [word(1)]: word(11), [word(2)]: word(0), [word(3)]: word(33) },
      },
    })
    const tip = hex(record.receipts[0]?.gasUsed)
    const coinbase = record.block.header.coinbase.toString()
    expect(await reads.traceTransaction(record.block, 0, { tracer, tracerConfig: { diffMode: true } })).toEqual({
      pre: {
        [from]: { balance: hex(before?.balance), nonce: Number(before?.nonce) },
        [to]: { balance: '0x0', nonce: 1, code: runs, storage: { [word(3)]: word(33) } },
      },
      post: {
        [from]: { balance: hex(after?.balance), nonce: Number(after?.nonce) },
        [to]: { balance: '0x6', storage: { [word(2)]: word(8) } },
        [heir]: { balance: '0x4' },
        [coinbase]: { balance: tip },
      },
    })
  })

  test('shows what a call would change, fees included', async () => {
    const at = await readable.at()
    const [to, payer] = [account(8).address as Hex, account(9).address as Hex]
    const call = { from: payer, to, value: 5n, gas: 30_000n, gasPrice: at.header.calcNextBaseFee() * 4n }
    const result = await reads.traceCall(call, at, { tracer, tracerConfig: { diffMode: true } })
    const { pre, post } = result as { readonly [when: string]: Readonly<Record<Hex, { readonly balance: Hex }>> }
    const gain = (address: Hex) => BigInt(post?.[address]?.balance ?? 0) - BigInt(pre?.[address]?.balance ?? 0)
    const baseFee = at.header.baseFeePerGas ?? 0n
    expect(gain(to)).toBe(5n)
    expect(gain(payer)).toBe(-5n - 21_000n * call.gasPrice)
    expect(gain(at.header.coinbase.toString())).toBe(21_000n * (call.gasPrice - baseFee))
  })
})

test('the other tracers count functions, and do nothing', async () => {
  const callee = await readable.deploy(creating(op('STOP')))
  const to = await readable.deploy(creating(op('MSTORE', 0, 0xaabbccddn << 224n), calling(callee), calling(callee)))
  const record = await readable.mine({ to, data: Uint8Array.of(1, 2, 3, 4, 5) })
  const counts = await reads.traceTransaction(record.block, 0, { tracer: '4byteTracer' })
  expect(counts).toEqual({ '0x01020304-1': 1, '0xaabbccdd-0': 2 })
  expect(await reads.traceTransaction(record.block, 0, { tracer: 'noopTracer' })).toEqual({})
})
