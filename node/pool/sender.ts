import type { Hex } from '../../evm-ext/index.ts'
import { costOf } from './fees.ts'
import type { PooledTransaction } from './pool.ts'

/** A transaction of the pool, and when it came. */
export type Entry = PooledTransaction & {
  /** Counts up over all transactions. */
  readonly arrival: number
  /** Whether listeners were told that it may be mined. */
  isAnnounced: boolean
}

/** What the chain's state says of a sender. */
export type Sender = { readonly nonce: bigint; readonly balance: bigint }

/** The transactions of one sender, by nonce in ascending order. */
export type SenderEntries = {
  readonly from: Hex
  readonly size: number
  at(nonce: bigint): Entry | undefined
  all(): readonly Entry[]
  put(entry: Entry): void
  delete(nonce: bigint): void
  /** Those that may be mined in a row: no nonce is missing, and the balance pays for all of them. */
  pending(sender: Sender): readonly Entry[]
  /** Nonce after those of the chain and those that wait without a gap. */
  nextNonce(nonce: bigint): bigint
}

/** No transactions yet. */
export function createSenderEntries(from: Hex): SenderEntries {
  const byNonce = new Map<bigint, Entry>()
  let sorted: readonly Entry[] | undefined
  const all = () => {
    sorted ??= [...byNonce.values()].sort((a, b) => (a.transaction.nonce < b.transaction.nonce ? -1 : 1))
    return sorted
  }
  return {
    from,
    get size() {
      return byNonce.size
    },
    at: (nonce) => byNonce.get(nonce),
    all,
    put(entry) {
      byNonce.set(entry.transaction.nonce, entry)
      sorted = undefined
    },
    delete(nonce) {
      byNonce.delete(nonce)
      sorted = undefined
    },
    pending({ nonce, balance }) {
      const pending: Entry[] = []
      let left = balance
      for (let next = nonce; ; next++) {
        const entry = byNonce.get(next)
        if (entry === undefined) break
        left -= costOf(entry.transaction)
        if (left < 0n) break
        pending.push(entry)
      }
      return pending
    },
    nextNonce(nonce) {
      let next = nonce
      while (byNonce.has(next)) next++
      return next
    },
  }
}
