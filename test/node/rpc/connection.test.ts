import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { type Methods, method } from '../../../node/rpc/method.ts'
import { nodeMethods } from '../../../node/rpc/methods/index.ts'
import { parameters } from '../../../node/rpc/params.ts'
import { defaultLimits } from '../../../node/rpc/server.ts'
import { caller, testNode, testServer } from './setup.ts'
import { openSocket, type TestSocket } from './webSocket.ts'

const node = await testNode()
const MEBIBYTE = 2 ** 20

let underWay = 0
let most = 0
let left = 0
const releases: (() => void)[] = []

const nothing = parameters()
const methods: Methods = {
  ...nodeMethods,
  test_one: method(nothing, () => 1),
  test_large: method(nothing, () => 'x'.repeat(MEBIBYTE)),
  test_waits: method(nothing, async (_, { signal }) => {
    most = Math.max(most, ++underWay)
    await Promise.race([
      new Promise<void>((resolve) => releases.push(resolve)),
      new Promise((resolve) => signal.addEventListener('abort', resolve)).then(() => left++),
    ])
    underWay--
    return 'done'
  }),
}

const url = await testServer(node, methods, {
  limits: { body: MEBIBYTE, connection: { ...defaultLimits.connection, running: 2, unread: 4 * MEBIBYTE, ping: 200 } },
})

const call = (socket: TestSocket, name: string, id: number, params: unknown[] = []) =>
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method: name, params }))
const next = async (socket: TestSocket) => JSON.parse(await socket.next())

describe('a connection', () => {
  test('answers requests, batches and what is neither as HTTP does', async () => {
    const socket = await openSocket(url)
    call(socket, 'test_one', 1)
    expect(await next(socket)).toEqual({ jsonrpc: '2.0', id: 1, result: 1 })
    socket.send('[{"jsonrpc":"2.0","id":2,"method":"test_one"},{"jsonrpc":"2.0","method":"test_one"}]')
    expect(await next(socket)).toEqual([{ jsonrpc: '2.0', id: 2, result: 1 }])
    socket.send('{')
    expect(await next(socket)).toMatchObject({ id: null, error: { code: -32700 } })
    socket.send('{"jsonrpc":"2.0","method":"test_one"}')
    call(socket, 'test_one', 3)
    expect(await next(socket)).toMatchObject({ id: 3 })
    socket.end()
  })

  test('has no more requests under way than it may; those that come then wait', async () => {
    const socket = await openSocket(url)
    most = 0
    for (let id = 0; id < 8; id++) call(socket, 'test_waits', id)
    for (let id = 0; id < 8; id++) {
      await expect.poll(() => releases.length).toBeGreaterThan(0)
      releases.shift()?.()
      expect(await next(socket)).toMatchObject({ id })
    }
    expect(most).toBe(2)
    socket.end()
  })

  test('that ends, ends what runs for it', async () => {
    const socket = await openSocket(url)
    left = 0
    call(socket, 'test_waits', 1)
    await expect.poll(() => underWay).toBe(1)
    socket.end()
    await expect.poll(() => left).toBe(1)
  })

  test('is cut off for a message that is too large', async () => {
    const socket = await openSocket(url)
    socket.send('x'.repeat(MEBIBYTE + 1))
    await socket.closed()
    const { result } = caller({ url })
    expect(await result('test_one')).toBe(1)
  })

  test('is cut off when it asks on and does not read', async () => {
    const socket = await openSocket(url)
    socket.socket.pause()
    for (let id = 0; id < 200 && !socket.socket.destroyed; id++) {
      call(socket, 'test_large', id)
      await setTimeout(1)
    }
    socket.socket.resume()
    await socket.closed()
    expect(await caller({ url }).result('test_one')).toBe(1)
  })

  test('is cut off when it answers no pings', async () => {
    const socket = await openSocket(url)
    // This client never does.
    await socket.closed()
  })
})
