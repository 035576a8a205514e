import { randomBytes } from 'node:crypto'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import { RpcError, rpcCodes } from './errors.ts'
import type { Feed, FeedEvent } from './feed.ts'
import { formatHeader } from './format/block.ts'
import { formatPooledTransaction } from './format/transaction.ts'
import { matchesFilter } from './logSearch.ts'
import type { LogFilter } from './params.ts'

/** Most subscriptions of a connection. */
const MAX_SUBSCRIPTIONS = 1000

/** What a subscription is to. */
export type SubscriptionKind =
  | { readonly kind: 'newHeads' }
  | { readonly kind: 'logs'; readonly filter: LogFilter }
  /** Hashes of transactions, or all of them. */
  | { readonly kind: 'newPendingTransactions'; readonly isFull: boolean }

/** Subscriptions of a connection. */
export type Subscriptions = {
  /** Makes one. @returns its id, and what lets it send: the client has to know the id before */
  add(kind: SubscriptionKind): { readonly id: Hex; start(): void }
  /** @returns whether there was one */
  remove(id: Hex): boolean
  /** Ends all. */
  close(): void
}

/** What an event is to a subscription. */
function resultsOf(what: SubscriptionKind, event: FeedEvent): readonly unknown[] {
  if (what.kind === 'logs')
    return event.kind === 'pending' ? [] : event.logs.filter((log) => matchesFilter(what.filter, log))
  if (what.kind === 'newHeads') return event.kind === 'block' ? [formatHeader(event.record.block.header)] : []
  if (event.kind !== 'pending') return []
  return [what.isFull ? formatPooledTransaction(event.transaction) : event.transaction.hash]
}

/** @param send - sends a message to the client */
export function createSubscriptions(feed: Feed, send: (message: string) => void): Subscriptions {
  const endings = new Map<Hex, () => void>()

  return {
    add(what) {
      if (endings.size >= MAX_SUBSCRIPTIONS)
        throw new RpcError(rpcCodes.limitExceeded, `the connection has ${MAX_SUBSCRIPTIONS} subscriptions already`)
      const subscription = bytesToHex(randomBytes(16))
      let held: string[] | undefined = []
      const end = feed.listen((event) => {
        for (const result of resultsOf(what, event)) {
          const params = { subscription, result }
          const message = JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params })
          if (held === undefined) send(message)
          else held.push(message)
        }
      })
      endings.set(subscription, end)
      return {
        id: subscription,
        start() {
          const messages = held ?? []
          held = undefined
          for (const message of messages) send(message)
        },
      }
    },
    remove(id) {
      endings.get(id)?.()
      return endings.delete(id)
    },
    close() {
      for (const end of endings.values()) end()
      endings.clear()
    },
  }
}
