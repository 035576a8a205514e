import { afterAll } from 'vitest'
import { type RunningNode, type StartOptions, startNode } from '../../../node/index.ts'
import type { Methods } from '../../../node/rpc/method.ts'
import { createServer, defaultLimits, type ServerLimits, type ServerOptions } from '../../../node/rpc/server.ts'

/** An answer of JSON-RPC. */
export type Reply = {
  readonly jsonrpc: string
  readonly id: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

const closings: (() => Promise<void>)[] = []

afterAll(async () => {
  for (const close of closings.splice(0).reverse()) await close()
})

/** A node that ends with the file's tests. */
export async function testNode(options: StartOptions = {}): Promise<RunningNode> {
  const node = await startNode({ port: 0, ...options })
  closings.push(node.close)
  return node
}

/** A server of a node with methods and limits of the test's own. */
export async function testServer(
  node: RunningNode,
  methods: Methods,
  options: Partial<Omit<ServerOptions, 'limits'>> & { readonly limits?: Partial<ServerLimits> } = {},
): Promise<string> {
  const server = await createServer({
    ...{ services: node.services, methods, allowedHosts: [], allowedOrigins: [], log: () => undefined },
    ...options,
    limits: { ...defaultLimits, ...options.limits },
  })
  const port = await server.listen('127.0.0.1', 0)
  closings.push(server.close)
  return `http://127.0.0.1:${port}`
}

/** Posts a body as it is. */
export function post(url: string, body: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })
}

/** Posts a request and reads its answer. */
export async function ask(url: string, request: unknown): Promise<Reply> {
  return (await (await post(url, JSON.stringify(request))).json()) as Reply
}

/** What calls methods of a node: gives their result, and throws nothing but the error that the node told. */
export function caller({ url }: Pick<RunningNode, 'url'>) {
  const reply = (method: string, ...params: unknown[]) => ask(url, { jsonrpc: '2.0', id: 1, method, params })
  return {
    /** The result, of which the test says what it is. */
    async result<T>(method: string, ...params: unknown[]): Promise<T> {
      const { result, error } = await reply(method, ...params)
      if (error !== undefined) throw new Error(`${method}: ${error.code} ${error.message}`)
      return result as T
    },
    async error(method: string, ...params: unknown[]) {
      const { error, result } = await reply(method, ...params)
      if (error === undefined) throw new Error(`${method}: expected an error, found ${JSON.stringify(result)}`)
      return error
    },
  }
}
