import { setTimeout } from 'node:timers/promises'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import { PoolError, type PooledTransaction } from '../../pool/pool.ts'
import { decodeTransaction } from '../decode.ts'
import { RpcError, rpcCodes } from '../errors.ts'
import { fillTransaction, type SenderFields } from '../fill.ts'
import { formatTransactionFields } from '../format/transaction.ts'
import { type Methods, method, type RequestContext } from '../method.ts'
import { data, looseQuantity, parameters, type TransactionFields, transactionRequest } from '../params.ts'
import { nextHeader } from '../suggestedFees.ts'
import { receiptOf } from './transactions.ts'

/** Milliseconds that eth_sendRawTransactionSync waits for a block, and most that it may be asked to. */
const SYNC_WAIT = 20_000
const MAX_SYNC_WAIT = 120_000

/** Codes of EIP-7966. */
const syncCodes = { timeout: 4, nonceGap: 6 } as const

/** Takes a transaction in and, where blocks are made as transactions come, waits for its block. */
async function send(transaction: TypedTransaction, context: RequestContext, from?: Hex): Promise<PooledTransaction> {
  const pooled = await context.pool.add(transaction, from)
  try {
    await context.miner.settled(pooled)
  } catch (error) {
    if (error instanceof PoolError) throw error
    throw new RpcError(rpcCodes.serverError, error instanceof Error ? error.message : String(error))
  }
  return pooled
}

/** The request with its sender, which has to be one that the node acts for. */
function withSender(fields: TransactionFields, { accounts }: RequestContext): SenderFields {
  const from = fields.from ?? accounts.addresses()[0]
  if (from === undefined || (accounts.keyOf(from) === undefined && !accounts.isImpersonated(from)))
    throw new RpcError(rpcCodes.serverError, `unknown account: the node neither has the key of ${from} nor acts for it`)
  return { ...fields, from }
}

/** Completes and signs a transaction of an account that the node has the key of. */
async function sign(fields: TransactionFields, context: RequestContext): Promise<TypedTransaction> {
  const known = withSender(fields, context)
  const key = context.accounts.keyOf(known.from)
  if (key === undefined) throw new RpcError(rpcCodes.serverError, `the node has no key of ${known.from}`)
  return (await fillTransaction(known, context)).sign(key)
}

async function sendUnsigned(fields: TransactionFields, context: RequestContext): Promise<Hex> {
  const known = withSender(fields, context)
  const key = context.accounts.keyOf(known.from)
  const filled = await fillTransaction(known, context)
  const pooled = key === undefined ? await send(filled, context, known.from) : await send(filled.sign(key), context)
  return pooled.hash
}

/** A transaction as eth_fillTransaction and eth_signTransaction give it. */
function formatFilled(transaction: TypedTransaction) {
  const fields = formatTransactionFields(transaction)
  return { raw: bytesToHex(transaction.serialize()), tx: fields }
}

/** Waits for the block of a transaction. @returns whether it came in time */
async function mined(hash: Hex, milliseconds: number, { feed, chain, signal }: RequestContext): Promise<boolean> {
  const ended = new AbortController()
  const came = new Promise<boolean>((resolve) => {
    const end = feed.listen((event) => {
      const isHere = event.kind === 'block' && event.record.receipts.some((receipt) => receipt.transactionHash === hash)
      if (isHere) resolve(true)
    })
    ended.signal.addEventListener('abort', end)
  })
  const late = setTimeout(milliseconds, false, { signal: AbortSignal.any([signal, ended.signal]) }).catch(() => false)
  try {
    return (await chain.transaction(hash)) !== undefined || (await Promise.race([came, late]))
  } finally {
    ended.abort()
  }
}

async function sendAndWait(bytes: Uint8Array, given: bigint | undefined, context: RequestContext) {
  const wait = Math.min(given === undefined || given === 0n ? SYNC_WAIT : Number(given), MAX_SYNC_WAIT)
  const transaction = decodeTransaction(bytes, nextHeader(context).common)
  const sender = transaction.getSenderAddress().toString()
  const next = await context.pool.nextNonce(sender)
  if (transaction.nonce > next) {
    const message = `nonce gap: the next transaction of ${sender} has nonce ${next}, not ${transaction.nonce}`
    throw new RpcError(syncCodes.nonceGap, message, `0x${next.toString(16)}`)
  }
  const { hash } = await send(transaction, context)
  if (await mined(hash, wait, context)) return receiptOf(hash, context)
  const message = `the transaction was added to the pool but was not in a block after ${wait} ms`
  throw new RpcError(syncCodes.timeout, message, hash)
}

/** Methods that take transactions in. */
export const sendingMethods: Methods = {
  eth_sendRawTransaction: method(parameters(data), async ([bytes], context) => {
    const transaction = decodeTransaction(bytes, nextHeader(context).common)
    return (await send(transaction, context)).hash
  }),
  eth_sendRawTransactionSync: method(parameters(data, looseQuantity.optional()), ([bytes, wait], context) =>
    sendAndWait(bytes, wait, context),
  ),
  eth_sendTransaction: method(parameters(transactionRequest), ([fields], context) => sendUnsigned(fields, context)),
  eth_signTransaction: method(parameters(transactionRequest), async ([fields], context) =>
    formatFilled(await sign(fields, context)),
  ),
  eth_fillTransaction: method(parameters(transactionRequest), async ([fields], context) => {
    const from = fields.from ?? context.accounts.addresses()[0]
    if (from === undefined) throw new RpcError(rpcCodes.invalidParams, 'invalid argument 0: from: expected an address')
    return formatFilled(await fillTransaction({ ...fields, from }, context))
  }),
}
