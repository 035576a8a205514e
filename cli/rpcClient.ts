import { FetchRequest, JsonRpcProvider, Network } from 'ethers'
import { UsageError } from './errors.ts'

/** A node that commands talk to. */
export type RpcClient = {
  readonly url: string
  readonly provider: JsonRpcProvider
  readonly chainId: bigint
  /** @throws {UsageError | RpcFailure | UnreachableError} */
  send<T>(method: string, params?: readonly unknown[]): Promise<T>
  close(): void
}

/** An error that a node answered with, in one line. */
export class RpcFailure extends Error {
  override readonly name = 'RpcFailure'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

/** A node that does not answer. */
export class UnreachableError extends UsageError {}

const METHOD_NOT_FOUND = -32601
const REQUEST_MILLISECONDS = 120_000
const POLLING_MILLISECONDS = 200

/** Why no answer came, in words. */
function reasonOf(error: unknown): string {
  const { code = '', message = String(error), cause } = error as Error & { code?: string; cause?: unknown }
  const inner = (cause as { code?: string } | undefined)?.code ?? code
  if (inner === 'ECONNREFUSED') return 'no node answers there'
  if (inner === 'ENOTFOUND' || inner === 'EAI_AGAIN') return 'no such host'
  if (inner === 'ECONNRESET' || inner === 'UND_ERR_SOCKET') return 'the node ended the connection'
  if (inner === 'TIMEOUT' || inner === 'ETIMEDOUT') return 'the node took too long to answer'
  return message.split('\n')[0] as string
}

type Answer = { readonly result?: unknown; readonly error?: { code: number; message: string; data?: unknown } }

/** Sends a request and reads its answer. */
async function post(request: FetchRequest, url: string, method: string, params: readonly unknown[]): Promise<Answer> {
  const copy = request.clone()
  copy.body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  copy.setHeader('content-type', 'application/json')
  let response: Awaited<ReturnType<FetchRequest['send']>>
  try {
    response = await copy.send()
  } catch (error) {
    throw new UnreachableError(`${url}: ${reasonOf(error)}`)
  }
  let answer: Answer | undefined
  try {
    answer = response.bodyJson as Answer | undefined
  } catch {
    answer = undefined
  }
  if (answer?.result !== undefined || answer?.error !== undefined) return answer
  throw new UsageError(`${url}: expected a JSON-RPC node, found a server that answers ${response.statusCode}`)
}

/**
 * Connects to a node.
 *
 * @throws {UsageError} when the URL is none, or no node answers there
 */
export async function connect(url: string): Promise<RpcClient> {
  const { protocol } = URL.canParse(url) ? new URL(url) : { protocol: '' }
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new UsageError(`--rpc-url ${url}: expected a URL of http, http://127.0.0.1:8545 for instance`)
  const request = new FetchRequest(url)
  request.timeout = REQUEST_MILLISECONDS
  request.setThrottleParams({ maxAttempts: 1 })

  const send = async <T>(method: string, params: readonly unknown[] = []): Promise<T> => {
    const { result, error } = await post(request, url, method, params)
    if (error == null) return result as T
    if (error.code === METHOD_NOT_FOUND && method.startsWith('tensor_'))
      throw new UsageError(`${url}: expected a node with tensor instructions, found one without ${method}`)
    throw new RpcFailure(error.code, error.message, error.data)
  }
  const chainId = await send<string>('eth_chainId').then(BigInt, (error) => {
    throw error instanceof RpcFailure ? new UsageError(`${url}: ${error.message}`) : error
  })
  const provider = new JsonRpcProvider(request, Network.from(chainId), {
    staticNetwork: Network.from(chainId),
    batchMaxCount: 1,
    cacheTimeout: -1,
    pollingInterval: POLLING_MILLISECONDS,
  })
  return { url, provider, chainId, send, close: () => provider.destroy() }
}
