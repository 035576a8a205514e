import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Method, RpcError, rpcMethods } from './rpc/methods.ts'
import { createNode } from './rpc/node.ts'

type Request = { readonly id?: unknown; readonly method: string; readonly params?: readonly never[] }

/** A JSON-RPC server on a development chain of its own. */
export type RpcServer = {
  readonly url: string
  /** Names of the methods that were asked for and are not there. */
  readonly missing: ReadonlySet<string>
  close(): Promise<void>
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** Starts a server on a free port of the loopback interface. Each transaction is mined at once, in its own block. */
export async function startRpcServer(): Promise<RpcServer> {
  const methods: ReadonlyMap<string, Method> = new Map(Object.entries(rpcMethods(await createNode())))
  const missing = new Set<string>()

  const answer = async ({ id = null, method, params = [] }: Request) => {
    try {
      const run = methods.get(method)
      if (run === undefined) {
        missing.add(method)
        throw new RpcError(-32601, `the method ${method} does not exist`)
      }
      return { jsonrpc: '2.0', id, result: await run(...params) }
    } catch (error) {
      const { message } = error as Error
      const { code, data } = error instanceof RpcError ? error : { code: -32603, data: undefined }
      return { jsonrpc: '2.0', id, error: { code, message, ...(data === undefined ? {} : { data }) } }
    }
  }

  const server = createServer(async (request, response) => {
    response.setHeader('content-type', 'application/json')
    try {
      const body = JSON.parse(await bodyOf(request)) as Request | Request[]
      response.end(JSON.stringify(Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body)))
    } catch {
      response.end(JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'parse error' } }))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missing,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
