import { getAddress, isError, type TransactionReceipt, Wallet } from 'ethers'
import { UsageError } from './errors.ts'
import { type RpcClient, RpcFailure } from './rpcClient.ts'

/** Whose transactions a command sends. */
export type SenderOptions = {
  readonly privateKey?: string
  readonly from?: string
}

/** What is sent. */
type Transaction = { readonly to?: string; readonly data: string }

/** Who sends transactions of a command. */
export type Sender = {
  readonly address: string
  /**
   * Sends a transaction and waits until it is in a block.
   *
   * @param what - what a message says failed
   * @throws {TransactionFailure} when it would fail, or did
   */
  send(what: string, transaction: Transaction, signal?: AbortSignal): Promise<TransactionReceipt>
}

/** A transaction that would fail, or did, in one line. */
export class TransactionFailure extends UsageError {
  /** What it reverted with; undefined where it did not revert. */
  readonly data: string | undefined

  constructor(message: string, data: string | undefined) {
    super(message)
    this.data = data
  }
}

const POLLING_MILLISECONDS = 200

function walletOf(key: string): Wallet {
  try {
    return new Wallet(key.startsWith('0x') ? key : `0x${key}`)
  } catch {
    // The message does not repeat what was given.
    throw new UsageError('--private-key: expected 32 bytes in hex')
  }
}

function checksummed(address: string): string {
  try {
    return getAddress(address)
  } catch {
    throw new UsageError(`--from ${address}: expected an address`)
  }
}

/** The account that the options name, or the node's first. */
async function addressOf(client: RpcClient, { from }: SenderOptions): Promise<string> {
  const accounts = (await client.send<string[]>('eth_accounts')).map(getAddress)
  const [first] = accounts
  if (from === undefined) {
    if (first === undefined) throw new UsageError('--private-key: expected one, because the node signs for no account')
    return first
  }
  return checksummed(from)
}

/** What a node or ethers says of a transaction, in one line, and what it reverts with. */
function failureOf(what: string, error: unknown): TransactionFailure | undefined {
  if (error instanceof RpcFailure) {
    const data = typeof error.data === 'string' ? error.data : undefined
    return new TransactionFailure(`${what}: ${error.message}`, data)
  }
  if (isError(error, 'CALL_EXCEPTION'))
    return new TransactionFailure(`${what}: ${error.reason ?? error.shortMessage}`, error.data ?? undefined)
  if (isError(error, 'INSUFFICIENT_FUNDS')) return new TransactionFailure(`${what}: insufficient funds`, undefined)
  const {
    info,
    error: inner,
    shortMessage,
  } = error as {
    readonly info?: { readonly error?: { readonly message?: string } }
    readonly error?: { readonly message?: string }
    readonly shortMessage?: string
  }
  const message = inner?.message ?? info?.error?.message ?? shortMessage
  return message === undefined ? undefined : new TransactionFailure(`${what}: ${message}`, undefined)
}

/** Waits until a transaction is in a block. */
async function mined(client: RpcClient, hash: string, signal: AbortSignal | undefined): Promise<TransactionReceipt> {
  for (;;) {
    const receipt = await client.provider.getTransactionReceipt(hash)
    if (receipt !== null) return receipt
    await new Promise((resolve) => setTimeout(resolve, POLLING_MILLISECONDS))
    signal?.throwIfAborted()
  }
}

/**
 * Who sends a command's transactions: the private key's account, one that the node acts for, or the node's first.
 *
 * @throws {UsageError} when there is none
 */
export async function createSender(client: RpcClient, options: SenderOptions): Promise<Sender> {
  const wallet = options.privateKey === undefined ? undefined : walletOf(options.privateKey).connect(client.provider)
  const address = wallet?.address ?? (await addressOf(client, options))
  return {
    address,
    async send(what, transaction, signal) {
      try {
        const gas = await client.send<string>('eth_estimateGas', [{ from: address, ...transaction }])
        const hash =
          wallet === undefined
            ? await client.send<string>('eth_sendTransaction', [{ from: address, gas, ...transaction }])
            : (await wallet.sendTransaction({ ...transaction, gasLimit: gas })).hash
        const receipt = await mined(client, hash, signal)
        if (receipt.status !== 1) throw new TransactionFailure(`${what}: transaction ${hash} failed`, undefined)
        return receipt
      } catch (error) {
        if (error instanceof UsageError) throw error
        throw failureOf(what, error) ?? error
      }
    },
  }
}
