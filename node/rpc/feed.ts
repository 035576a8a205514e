import type { BlockRecord, NodeChain } from '../chain/chain.ts'
import type { PooledTransaction, TransactionPool } from '../pool/pool.ts'
import { formatLogs, type LogJSON } from './format/log.ts'

/** What happened to the chain or the pool. */
export type FeedEvent =
  /** A block became the head. */
  | { readonly kind: 'block'; readonly record: BlockRecord; readonly logs: readonly LogJSON[] }
  /** Blocks are no longer part of the chain; their logs, which say so, the newest block's first. */
  | { readonly kind: 'rewind'; readonly logs: readonly LogJSON[] }
  /** A transaction may be mined. */
  | { readonly kind: 'pending'; readonly transaction: PooledTransaction }

/** What happens to the chain and the pool, with logs that are formatted once for all who listen. */
export type Feed = {
  /** @returns what ends it */
  listen(listener: (event: FeedEvent) => void): () => void
  /** Ends all. */
  close(): void
}

/** @param onError - is told what a listener threw; others are not kept from the event by it */
export function createFeed(chain: NodeChain, pool: TransactionPool, onError: (error: unknown) => void): Feed {
  const listeners = new Set<(event: FeedEvent) => void>()

  const publish = (make: () => FeedEvent) => {
    if (listeners.size === 0) return
    const event = make()
    for (const listener of [...listeners])
      try {
        listener(event)
      } catch (error) {
        onError(error)
      }
  }

  const endings = [
    chain.listen({
      onBlock: (record) => publish(() => ({ kind: 'block', record, logs: formatLogs(record) })),
      onRewind: (_, removed) =>
        publish(() => ({ kind: 'rewind', logs: removed.flatMap((record) => formatLogs(record, true)) })),
    }),
    pool.onPending((transaction) => publish(() => ({ kind: 'pending', transaction }))),
  ]

  return {
    listen(listener) {
      // Its own function, so that one who listens twice is told twice and ends each apart.
      const own = (event: FeedEvent) => listener(event)
      listeners.add(own)
      return () => listeners.delete(own)
    },
    close() {
      for (const end of endings) end()
      listeners.clear()
    },
  }
}
