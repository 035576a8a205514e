import { describe, expect, test } from 'vitest'
import { createFeed } from '../../../node/rpc/feed.ts'
import { createFilters } from '../../../node/rpc/filters.ts'
import { caller, testNode } from './setup.ts'
import { openSocket } from './webSocket.ts'

type Log = { topics: string[]; address: string; blockNumber: string; logIndex: string; removed: boolean; data: string }

const node = await testNode()
const { result, error } = caller(node)
const [from] = (await result<string[]>('eth_accounts')) as [string]

/** Creation code of a contract that logs its calldata's two words as topics. */
const LOGGER = `0x${'600c600c600039600c6000f3'}${'60203560003560006000a200'}`
const word = (value: number) => `0x${value.toString(16).padStart(64, '0')}`

const create = await result<string>('eth_sendTransaction', { from, data: LOGGER, gas: '0x30d40' })
const { contractAddress: address } = await result<{ contractAddress: string }>('eth_getTransactionReceipt', create)

const log = async (a: number, b: number) => {
  const data = `${word(a)}${word(b).slice(2)}`
  return result<string>('eth_sendTransaction', { from, to: address, data, gas: '0x30d40' })
}
const mine = () => result('evm_mine')

describe('eth_getLogs', () => {
  test('finds logs by address, topics and blocks', async () => {
    await log(1, 2)
    await log(1, 3)
    await log(4, 2)
    const all = await result<Log[]>('eth_getLogs', { fromBlock: 'earliest', toBlock: 'latest', address })
    expect(all.map(({ topics }) => topics.map(Number))).toEqual([
      [1, 2],
      [1, 3],
      [4, 2],
    ])
    expect(all[0]).toMatchObject({ address, data: '0x', logIndex: '0x0', removed: false, blockNumber: '0x2' })
    const count = async (filter: object) => (await result<Log[]>('eth_getLogs', { fromBlock: '0x0', ...filter })).length
    expect(await count({ topics: [word(1)] })).toBe(2)
    expect(await count({ topics: [null, word(2)] })).toBe(2)
    expect(await count({ topics: [[], [word(2), word(3)]] })).toBe(3)
    expect(await count({ topics: [word(1), word(2)] })).toBe(1)
    expect(await count({ topics: [null, null, null] })).toBe(0)
    expect(await count({ address: [address, from], topics: [] })).toBe(3)
    expect(await count({ address: from })).toBe(0)
    expect(await count({ fromBlock: '0x3', toBlock: '0x3' })).toBe(1)
    expect(await count({ fromBlock: 'latest' })).toBe(1)
  })

  test('refuses what it can not be asked', async () => {
    const hash = word(9)
    const about = [
      [{ fromBlock: '0x3', toBlock: '0x2' }, -32602, 'invalid block range params'],
      [{ fromBlock: '0x0', toBlock: '0x99' }, -32602, 'block range extends beyond current head block'],
      [{ blockHash: hash }, -32000, 'unknown block'],
      [
        { topics: [1] },
        -32602,
        'invalid argument 0: topics[0]: expected a topic of 32 bytes, a list of topics or null, found 1',
      ],
      [
        { topics: [null, null, null, null, null] },
        -32602,
        'invalid argument 0: topics: exceed max topics, want at most 4',
      ],
    ] as const
    for (const [filter, code, message] of about) expect(await error('eth_getLogs', filter)).toEqual({ code, message })
  })
})

test('filters give what came since they were asked last, and what a rewind took back', async () => {
  const logs = await result<string>('eth_newFilter', { address, topics: [word(7)] })
  const blocks = await result<string>('eth_newBlockFilter')
  const pending = await result<string>('eth_newPendingTransactionFilter')
  const snapshot = await result('evm_snapshot')
  const hash = await log(7, 1)
  await log(8, 1)
  expect(await result('eth_getFilterChanges', logs)).toMatchObject([{ topics: [word(7), word(1)], removed: false }])
  expect(await result('eth_getFilterChanges', logs)).toEqual([])
  expect(await result<string[]>('eth_getFilterChanges', blocks)).toHaveLength(2)
  expect((await result<string[]>('eth_getFilterChanges', pending))[0]).toBe(hash)
  await result('evm_revert', snapshot)
  expect(await result('eth_getFilterChanges', logs)).toMatchObject([{ transactionHash: hash, removed: true }])
  expect(await result('eth_getFilterLogs', logs)).toEqual([])
  await mine()
  expect(await result<string[]>('eth_getFilterChanges', blocks)).toHaveLength(1)
  expect(await result('eth_uninstallFilter', logs)).toBe(true)
  expect(await result('eth_uninstallFilter', logs)).toBe(false)
  expect(await error('eth_getFilterChanges', logs)).toEqual({ code: -32000, message: 'filter not found' })
  expect(await error('eth_getFilterLogs', blocks)).toEqual({ code: -32000, message: 'filter not found' })
})

test('filters end after their lifetime, when they keep too much, and there are only so many', async () => {
  const { chain, pool } = node.services
  let now = 0
  const feed = createFeed(chain, pool, () => undefined)
  const filters = createFilters(feed, { filters: 2, changes: 1, lifetime: 10 }, () => now)
  const [first, second] = [filters.create({ kind: 'blocks' }), filters.create({ kind: 'blocks' })]
  expect(() => filters.create({ kind: 'blocks' })).toThrow('there are 2 filters already')
  now = 8
  expect(filters.changes(first)).toEqual([])
  now = 12
  expect(() => filters.changes(second)).toThrow('filter not found')
  await mine()
  await mine()
  expect(() => filters.changes(first)).toThrow('filter not found')
  feed.close()
})

test('subscriptions send heads, logs and pending transactions, after the client knows their id', async () => {
  const socket = await openSocket(node.url)
  const next = async () => JSON.parse(await socket.next())
  let id = 0
  const call = async (method: string, ...params: unknown[]) => {
    socket.send(JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }))
    const reply = await next()
    expect(reply.id).toBe(id)
    return reply
  }
  const heads = (await call('eth_subscribe', 'newHeads')).result
  const logs = (await call('eth_subscribe', 'logs', { address })).result
  const hashes = (await call('eth_subscribe', 'newPendingTransactions')).result
  const full = (await call('eth_subscribe', 'newPendingTransactions', true)).result
  const snapshot = await result('evm_snapshot')
  const hash = await log(5, 6)
  const events = new Map<string, { removed?: boolean; number?: string; hash?: string; topics?: string[] }>()
  for (let count = 0; count < 4; count++) {
    const { method, params } = await next()
    expect(method).toBe('eth_subscription')
    events.set(params.subscription, params.result)
  }
  expect(events.get(heads)).toMatchObject({ number: await result('eth_blockNumber') })
  expect(events.get(heads)).not.toHaveProperty('transactions')
  expect(events.get(logs)).toMatchObject({ topics: [word(5), word(6)], removed: false })
  expect(events.get(hashes)).toBe(hash)
  expect(events.get(full)).toMatchObject({ hash, blockHash: null })
  await result('evm_revert', snapshot)
  expect((await next()).params).toMatchObject({ subscription: logs, result: { transactionHash: hash, removed: true } })
  expect((await call('eth_unsubscribe', heads)).result).toBe(true)
  expect((await call('eth_unsubscribe', heads)).error).toEqual({ code: -32000, message: 'subscription not found' })
  await mine()
  expect((await call('eth_chainId')).result).toBe('0xc74eb')
  expect((await call('eth_subscribe', 'nothing')).error.code).toBe(-32601)
  expect((await call('eth_subscribe', 'logs', { address: '0x1' })).error.code).toBe(-32602)
  expect((await error('eth_subscribe', 'newHeads')).code).toBe(-32601)
  socket.end()
})
