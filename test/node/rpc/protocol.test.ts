import { describe, expect, test } from 'vitest'
import { RpcError } from '../../../node/rpc/errors.ts'
import { type Methods, method } from '../../../node/rpc/method.ts'
import { data, parameters, quantity } from '../../../node/rpc/params.ts'
import { defaultLimits } from '../../../node/rpc/server.ts'
import { ask, post, testNode, testServer } from './setup.ts'

const node = await testNode()
const logged: string[] = []
let aborted: Promise<void> | undefined

const nothing = parameters()
const methods: Methods = {
  test_one: method(nothing, () => '0x1'),
  test_echo: method(parameters(quantity, data.optional()), ([number]) => number.toString()),
  test_nothing: method(nothing, () => undefined),
  test_long: method(nothing, () => 'x'.repeat(1000)),
  test_throws: method(nothing, () => {
    throw new TypeError('a mistake\n  in the node')
  }),
  test_rejects: method(nothing, async () => {
    throw new RpcError(3, 'execution reverted', '0x1234')
  }),
  test_badResult: method(nothing, () => ({ value: 1n })),
  test_waits: method(nothing, (_, { signal }) => {
    const leaving = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    aborted = leaving
    return leaving
  }),
}

const url = await testServer(node, methods, {
  log: (line) => logged.push(line),
  limits: { answers: { ...defaultLimits.answers, batchAnswer: 2500, running: 3 } },
})

const request = (method: string, params: unknown = [], id: unknown = 1) => ({ jsonrpc: '2.0', id, method, params })
const errorOf = async (body: string) => (await (await post(url, body)).json()) as { error: unknown; id: unknown }

describe('a request', () => {
  test('is answered with its id: a number, a string, or null', async () => {
    for (const id of [7, 0, -1.5, 'seven', '', null])
      expect(await ask(url, request('test_one', [], id))).toEqual({ jsonrpc: '2.0', id, result: '0x1' })
  })

  test('may have no parameters at all, or null', async () => {
    expect(await ask(url, { jsonrpc: '2.0', id: 1, method: 'test_one' })).toMatchObject({ result: '0x1' })
    expect(await ask(url, request('test_one', null))).toMatchObject({ result: '0x1' })
  })

  test('whose method gives nothing is answered with null', async () => {
    expect(await ask(url, request('test_nothing'))).toEqual({ jsonrpc: '2.0', id: 1, result: null })
  })

  test('may have any content type, or none', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'nonsense', ''])
      expect((await post(url, JSON.stringify(request('test_one')), { 'content-type': type })).status).toBe(200)
  })

  test('without id is a notification, and is not answered whatever comes of it', async () => {
    for (const name of ['test_one', 'test_throws', 'test_unknown']) {
      const response = await post(url, JSON.stringify({ jsonrpc: '2.0', method: name }))
      expect([response.status, await response.text()]).toEqual([204, ''])
    }
  })
})

describe('what is not a request', () => {
  test('JSON that does not parse', async () => {
    for (const body of ['', '{', '{"jsonrpc":"2.0",}', 'null null', '\u0000'])
      expect(await errorOf(body)).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } })
  })

  test.each([
    ['a number', 1, null],
    ['null', null, null],
    ['another version', { ...request('test_one'), jsonrpc: '1.0' }, 1],
    ['no version', { id: 1, method: 'test_one' }, 1],
    ['no method', { jsonrpc: '2.0', id: 1 }, 1],
    ['a method that is no name', request(5 as never), 1],
    ['an id that is an object', request('test_one', [], {}), null],
    ['an id that is true', request('test_one', [], true), null],
    ['parameters that are a string', request('test_one', '0x1'), 1],
  ])('%s', async (_, given, id) => {
    expect(await ask(url, given)).toEqual({ jsonrpc: '2.0', id, error: { code: -32600, message: 'invalid request' } })
  })
})

describe('an error', () => {
  test('of a method that there is not', async () => {
    const message = 'the method eth_nothing does not exist/is not available'
    expect((await ask(url, request('eth_nothing'))).error).toEqual({ code: -32601, message })
  })

  test.each(['toString', '__proto__', 'constructor', 'hasOwnProperty'])('of a method named %s', async (name) => {
    expect((await ask(url, request(name))).error?.code).toBe(-32601)
  })

  test('names the position of a parameter and what is wrong with it', async () => {
    const errors = await Promise.all(
      [[], ['1'], ['0x'], ['0x01'], ['0x1', '0x123'], ['0x1', 5], ['0x1', '0x', 1], [`0x1${'0'.repeat(64)}`]].map(
        async (params) => (await ask(url, request('test_echo', params))).error,
      ),
    )
    expect(errors.map((error) => error?.code)).toEqual(Array(8).fill(-32602))
    expect(errors.map((error) => error?.message)).toEqual([
      'missing value for required argument 0',
      'invalid argument 0: hex string without 0x prefix',
      'invalid argument 0: hex string "0x"',
      'invalid argument 0: hex number with leading zero digits',
      'invalid argument 1: hex string of odd length',
      'invalid argument 1: expected bytes in hex, found 5',
      'too many arguments, want at most 2',
      'invalid argument 0: hex number > 256 bits',
    ])
  })

  test('of parameters by name', async () => {
    expect((await ask(url, request('test_echo', { number: '0x1' }))).error).toEqual({
      code: -32602,
      message: 'non-array args',
    })
  })

  test('that the method means is told as it is', async () => {
    expect((await ask(url, request('test_rejects'))).error).toEqual({
      code: 3,
      message: 'execution reverted',
      data: '0x1234',
    })
  })

  test('that nobody foresaw is logged in a line, and the client learns nothing of it', async () => {
    logged.length = 0
    const told = { code: -32603, message: 'internal error' }
    expect((await ask(url, request('test_throws'))).error).toEqual(told)
    expect((await ask(url, request('test_badResult'))).error).toEqual(told)
    expect(logged).toHaveLength(2)
    expect(logged[0]).toMatch(/^test_throws: TypeError: a mistake in the node at .*protocol\.test\.ts/)
    expect(logged[1]).toMatch(/^test_badResult: TypeError: /)
  })
})

describe('a batch', () => {
  test('is answered in its order, without the notifications', async () => {
    const requests = [
      request('test_echo', ['0x5'], 'a'),
      { jsonrpc: '2.0', method: 'test_one' },
      5,
      request('test_one', [], 2),
    ]
    const body = await (await post(url, JSON.stringify(requests))).json()
    expect(body).toEqual([
      { jsonrpc: '2.0', id: 'a', result: '5' },
      { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'invalid request' } },
      { jsonrpc: '2.0', id: 2, result: '0x1' },
    ])
  })

  test('of notifications alone is not answered', async () => {
    const response = await post(url, JSON.stringify([{ jsonrpc: '2.0', method: 'test_one' }]))
    expect([response.status, await response.text()]).toEqual([204, ''])
  })

  test('that is empty or too large is one error', async () => {
    expect(await errorOf('[]')).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32600, message: 'empty batch' } })
    const many = JSON.stringify(Array(1001).fill(request('test_one')))
    const message = 'batch too large: 1001 requests, at most 1000'
    expect(await errorOf(many)).toEqual({ jsonrpc: '2.0', id: null, error: { code: -32600, message } })
    const most = JSON.stringify(Array(1000).fill(request('test_nothing')))
    expect(await (await post(url, most)).json()).toHaveLength(1000)
  })

  test('whose answers grow too large is answered with errors from there on', async () => {
    const body = JSON.stringify(Array(5).fill(request('test_long')))
    const answers = (await (await post(url, body)).json()) as { result?: string; error?: { code: number } }[]
    expect(answers.map(({ result, error }) => result?.length ?? error?.code)).toEqual([
      1000, 1000, 1000, -32005, -32005,
    ])
  })
})

describe('limits', () => {
  test('a body of 33 MiB is refused, one of 31 is read', async () => {
    const body = (mebibytes: number) =>
      JSON.stringify(request('test_echo', ['0x5', `0x${'00'.repeat((mebibytes * 2 ** 20) / 2)}`]))
    expect((await post(url, body(31))).status).toBe(200)
    const response = await post(url, body(33))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } })
  })

  test('more requests at a time than may run are refused, and the client leaving ends those that do', async () => {
    const leaving = new AbortController()
    const waiting = Array.from({ length: 3 }, () =>
      fetch(url, { method: 'POST', body: JSON.stringify(request('test_waits')), signal: leaving.signal }).catch(
        () => 0,
      ),
    )
    await expect.poll(async () => (await ask(url, request('test_one'))).error?.code).toBe(-32005)
    leaving.abort()
    await Promise.all(waiting)
    await aborted
    await expect.poll(async () => (await ask(url, request('test_one'))).result).toBe('0x1')
  })

  test('paths other than / are not there', async () => {
    const response = await post(`${url}/other`, JSON.stringify(request('test_one')))
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } })
  })

  test('deep JSON does no harm', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`
    const { error } = await ask(url, { ...request('test_echo'), params: ['0x1', '0x'] })
    expect(error).toBeUndefined()
    const response = await post(url, `{"jsonrpc":"2.0","id":1,"method":"test_echo","params":[${deep}]}`)
    expect(((await response.json()) as { error: { code: number } }).error.code).toBe(-32602)
  })
})
