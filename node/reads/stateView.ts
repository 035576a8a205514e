import type { StateEntries } from '../../evm-ext/genesisVM.ts'

/** Bytes of entries that are kept. */
const CACHE_BYTES = 64 * 2 ** 20

/** The state database of another thread; what is written stays here. */
export type StateView = StateEntries & {
  /** Forgets what was written. */
  forget(): void
}

/**
 * A view of a state database that is elsewhere. Entries are content under its hash, so one that was read stays true; the
 * least recently used are given up beyond {@link CACHE_BYTES}.
 *
 * @param fetch - asks for an entry; undefined where there is none
 */
export function createStateView(fetch: (key: string) => Promise<Uint8Array | undefined>): StateView {
  const kept = new Map<string, Uint8Array>()
  const written = new Map<string, string | Uint8Array>()
  let total = 0

  const keep = (key: string, value: Uint8Array) => {
    kept.set(key, value)
    total += key.length + value.length
    for (const [oldest, bytes] of kept) {
      if (total <= CACHE_BYTES) break
      kept.delete(oldest)
      total -= oldest.length + bytes.length
    }
  }

  const view: StateView = {
    forget: () => written.clear(),
    async get(key) {
      const own = written.get(key)
      if (own !== undefined) return own
      const known = kept.get(key)
      if (known !== undefined) {
        kept.delete(key)
        kept.set(key, known)
        return known
      }
      const value = await fetch(key)
      if (value !== undefined) keep(key, value)
      return value
    },
    put: async (key, value) => {
      written.set(key, value)
    },
    // A trie that was looked up in vain writes that down as a removal.
    del: async () => {},
    async batch(operations) {
      for (const operation of operations) if (operation.type === 'put') written.set(operation.key, operation.value)
    },
    shallowCopy: () => view,
    open: async () => {},
  }
  return view
}
