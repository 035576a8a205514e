import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Hex } from '../../../evm-ext/index.ts'
import { createReads, type ReadsOptions } from '../../../node/reads/createReads.ts'
import { createFairQueue } from '../../../node/reads/queue.ts'
import type { CallFields, ReadAt, Reads } from '../../../node/reads/reads.ts'
import { code, op } from '../../bytecode.ts'
import { creating, wordOf } from '../../evm-ext/creation.ts'
import { account, createReadableChain, type ReadableChain } from './readable.ts'

/** Goes round for as long as the gas lasts, which here is for ever. */
const endless = code(Uint8Array.of(0x5b), op('JUMP', 0))
const MOST_GAS = 2n ** 63n

let readable: ReadableChain
let at: ReadAt
let loops: CallFields
let seven: Hex
const opened: Reads[] = []
beforeAll(async () => {
  readable = await createReadableChain()
  loops = { to: await readable.deploy(creating(endless)), gas: MOST_GAS }
  seven = await readable.deploy(creating(op('MSTORE', 0, 7), op('RETURN', 0, 32)))
  at = await readable.at()
})
afterAll(async () => {
  await Promise.all(opened.map((reads) => reads.close()))
  await readable.chain.close()
})

function open(options: Partial<ReadsOptions> = {}): Reads {
  const reads = createReads({ chain: readable.chain, gasCap: MOST_GAS, threads: 1, ...options })
  opened.push(reads)
  return reads
}

describe('a read that does not end', () => {
  test('is ended when its time is over, and the next one runs', async () => {
    const reads = open({ timeLimit: 300 })
    const endlessly = [reads.call(loops, at), reads.traceCall(loops, at, { tracer: 'callTracer' })]
    for (const read of endlessly)
      await expect(read).rejects.toMatchObject({ code: -32000, message: 'execution aborted (timeout = 0.3s)' })
    expect(wordOf((await reads.call({ to: seven }, at)).returnValue)).toBe(7n)
  })

  test('is ended when its client leaves, whether it waits or runs', async () => {
    const reads = open()
    await reads.call({ to: seven }, at)
    const clients = [new AbortController(), new AbortController()]
    const [running, waiting] = clients.map(({ signal }) => reads.call(loops, at, { signal }))
    const after = reads.call({ to: seven }, at)
    clients[1]?.abort(new Error('the second left'))
    await expect(waiting).rejects.toThrow('the second left')
    clients[0]?.abort(new Error('the first left'))
    await expect(running).rejects.toThrow('the first left')
    expect(wordOf((await after).returnValue)).toBe(7n)
    const { signal } = clients[0] as AbortController
    await expect(reads.call({ to: seven }, at, { signal })).rejects.toThrow('the first left')
  })

  test('does not keep others waiting whose client is another', async () => {
    const reads = open({ threads: 2, timeLimit: 20_000 })
    // Both threads are there before the first client asks for more than its part.
    await Promise.all([1, 2, 3, 4].map((client) => reads.call({ to: seven }, at, { client: `client ${client}` })))
    const leaving = new AbortController()
    const options = { signal: leaving.signal, client: 'greedy' }
    const greedy = [1, 2, 3, 4].map(() => reads.call(loops, at, options))
    const left = Promise.allSettled(greedy)
    const modest = reads.call({ to: seven }, at, { client: 'modest' })
    // Before any of the others is ended for its time.
    expect(wordOf((await Promise.race([modest, ...greedy])).returnValue)).toBe(7n)
    leaving.abort(new Error('it left'))
    expect((await left).map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
  })

  test('is ended with all others when reads are closed', async () => {
    const reads = open()
    const asked = [reads.call(loops, at), reads.call({ to: seven }, at)]
    const ends = Promise.allSettled(asked)
    await reads.close()
    expect((await ends).map((end) => (end.status === 'rejected' ? String(end.reason) : end.status))).toEqual(
      Array(2).fill('Error: the node is closing'),
    )
    await expect(reads.call({ to: seven }, at)).rejects.toThrow('the node is closing')
  })
})

test('more reads than may wait are refused', async () => {
  const reads = open({ queueLimit: 2 })
  const waiting = [reads.call({ to: seven }, at), reads.call({ to: seven }, at)]
  await expect(reads.call({ to: seven }, at)).rejects.toMatchObject({ name: 'ReadError', code: -32005 })
  expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([1, 1])
})

test('fifty reads at once run beside a chain that goes on', async () => {
  const reads = open({ threads: 2 })
  const counter = await readable.deploy(
    creating(op('SLOAD', 0), op('ADD', 1), Uint8Array.of(0x80), op('SSTORE', 0), op('MSTORE', 0), op('RETURN', 0, 32)),
  )
  const asked: Promise<bigint>[] = []
  for (let block = 0; block < 10; block++) {
    const place = await readable.at()
    for (let read = 0; read < 5; read++)
      asked.push(reads.call({ to: counter }, place).then(({ returnValue }) => wordOf(returnValue)))
    await readable.mine({ to: counter })
  }
  expect(await Promise.all(asked)).toEqual(Array.from({ length: 50 }, (_, index) => BigInt(Math.floor(index / 5) + 1)))
})

test('a call has no more gas than the cap', async () => {
  const reads = open({ gasCap: 100_000n })
  const gas = code(Uint8Array.of(0x5a), op('MSTORE', 0), op('RETURN', 0, 32))
  const to = await readable.deploy(creating(gas))
  const place = await readable.at()
  for (const asked of [{}, { gas: 2n ** 200n }])
    expect(wordOf((await reads.call({ to, ...asked }, place)).returnValue)).toBe(100_000n - 21_000n - 2n)
})

test('a trace that is too large is refused', async () => {
  const reads = open({ resultLimit: 20_000, gasCap: 200_000n, timeLimit: 60_000 })
  for (const trace of [{}, { enableMemory: true }])
    await expect(reads.traceCall({ ...loops, from: account(0).address }, at, trace)).rejects.toMatchObject({
      code: -32005,
      message: expect.stringContaining('more than 20000 characters'),
    })
  const limited = (await reads.traceCall(loops, at, { limit: 5 })) as { readonly structLogs: unknown[] }
  expect(limited.structLogs).toHaveLength(5)
})

test('clients take turns in a queue, and each gets its own tasks in their order', () => {
  const queue = createFairQueue<string>()
  for (const task of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) queue.add(task, task[0])
  expect(queue.remove('a2')).toBe(true)
  expect(queue.remove('a2')).toBe(false)
  const next = (...busy: readonly string[]) => queue.next((client) => !busy.includes(client as string))
  expect([next(), next('b'), next(), next('a', 'b'), queue.length]).toEqual(['a1', 'c1', 'b1', undefined, 2])
  expect(queue.clear()).toEqual(['a3', 'b2'])
  expect(next()).toBeUndefined()
})
