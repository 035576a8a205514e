/** JSON-RPC's own codes, and those of EIP-1474 and geth. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  /** What geth answers where nothing more exact is said. */
  serverError: -32000,
  resourceNotFound: -32001,
  transactionRejected: -32003,
  methodNotSupported: -32004,
  limitExceeded: -32005,
  /** A call that reverted; `data` is what it reverted with. */
  reverted: 3,
} as const

/** An error that a client gets as it is. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}
