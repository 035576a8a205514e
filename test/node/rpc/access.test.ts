import { request as httpRequest } from 'node:http'
import { networkInterfaces } from 'node:os'
import { describe, expect, test } from 'vitest'
import { method } from '../../../node/rpc/method.ts'
import { parameters } from '../../../node/rpc/params.ts'
import { testNode, testServer } from './setup.ts'
import { openSocket } from './webSocket.ts'

const node = await testNode({ allowedHosts: ['node.example'], allowedOrigins: ['https://page.example'] })
const { port } = new URL(node.url)
const open = await testServer(
  node,
  { test_one: method(parameters(), () => 1) },
  { allowedHosts: ['*'], allowedOrigins: ['*'] },
)

type Answer = { readonly status: number; readonly headers: Record<string, unknown>; readonly body: string }

/** A request with any headers, which fetch would not send. */
function send(verb: string, headers: Record<string, string>, to = node.url): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(to)
    const request = httpRequest({ hostname, port, method: verb, path: '/', headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => {
        body += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }))
    })
    request.on('error', reject)
    request.end(verb === 'POST' ? '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' : undefined)
  })
}

const status = async (headers: Record<string, string>) => (await send('POST', headers)).status

describe('the name by which the node is called', () => {
  test.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'LOCALHOST', 'node.example', 'Node.Example'])(
    '%s is its own',
    async (name) => {
      expect(await status({ host: `${name}:${port}` })).toBe(200)
      expect(await status({ host: name })).toBe(200)
    },
  )

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1', 'evil.example:localhost'])(
    '%s is not',
    async (name) => {
      const { status, body } = await send('POST', { host: name })
      expect([status, JSON.parse(body).error.code]).toEqual([403, -32600])
      expect(JSON.parse(body).error.message).toMatch(
        /^invalid host specified: ".*" is not one of the node's allowed hosts/,
      )
    },
  )

  test('the page and WebSocket ask for it too', async () => {
    expect((await send('GET', { host: 'evil.example' })).status).toBe(403)
    await expect(openSocket(node.url, { host: 'evil.example' })).rejects.toThrow('403')
    const socket = await openSocket(node.url, { host: 'node.example' })
    socket.end()
  })

  test('the address that was connected to is its own as well', async () => {
    const address = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal)?.address
    if (address === undefined) return
    const outside = await testNode({ host: '0.0.0.0' })
    const { port } = new URL(outside.url)
    const to = `http://${address}:${port}`
    expect((await send('POST', { host: `${address}:${port}` }, to)).status).toBe(200)
    expect((await send('POST', { host: '10.9.8.7' }, to)).status).toBe(403)
  })

  test('any, where the node was started so', async () => {
    expect((await send('POST', { host: 'evil.example' }, open)).status).toBe(200)
  })
})

describe('the web page that calls', () => {
  const host = `127.0.0.1:${port}`

  test.each([`http://127.0.0.1:${port}`, 'https://page.example'])('%s may, and reads the answer', async (origin) => {
    const { status, headers } = await send('POST', { host, origin })
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([200, origin, 'origin'])
  })

  test.each([
    'https://evil.example',
    'null',
    'http://page.example',
    'https://page.example.evil.example',
    'http://localhost:1',
  ])('%s may not', async (origin) => {
    const { status, headers, body } = await send('POST', { host, origin })
    expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined])
    expect(JSON.parse(body).error.message).toMatch(/^origin not allowed/)
    expect((await send('OPTIONS', { host, origin })).status).toBe(403)
    await expect(openSocket(node.url, { origin })).rejects.toThrow('403')
  })

  test('preflights are answered for those that may', async () => {
    const origin = 'https://page.example'
    const { status, headers } = await send('OPTIONS', {
      ...{ host, origin, 'access-control-request-method': 'POST', 'access-control-request-private-network': 'true' },
    })
    expect(status).toBe(204)
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
      'access-control-allow-private-network': 'true',
    })
  })

  test('any, where the node was started so', async () => {
    const { status, headers } = await send('POST', { host, origin: 'https://evil.example' }, open)
    expect([status, headers['access-control-allow-origin']]).toEqual([200, 'https://evil.example'])
  })
})
