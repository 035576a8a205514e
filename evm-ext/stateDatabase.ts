import type { DB } from '@ethereumjs/util'

type Value = string | Uint8Array

/** A node of a trie or the code of an account, by its hash. */
export type StateEntry = readonly [key: string, value: Value]

/**
 * Where the state of a chain is kept: in memory, content under its hash. An entry never changes and none is removed, so
 * the states of all blocks stay, and whoever has the first `n` entries gets a copy by adding those after them.
 */
export type StateDatabase = DB<string, Value> & {
  /** Entries in the order in which they were first written. */
  readonly entries: readonly StateEntry[]
  /** Adds entries of another database; those that are here already are left as they are. */
  add(entries: readonly StateEntry[]): void
}

/** An empty database. */
export function createStateDatabase(): StateDatabase {
  const values = new Map<string, Value>()
  const entries: StateEntry[] = []
  const put = (key: string, value: Value) => {
    if (values.has(key)) return
    values.set(key, value)
    entries.push([key, value])
  }
  const database: StateDatabase = {
    entries,
    add(added) {
      for (const [key, value] of added) put(key, value)
    },
    get: async (key) => values.get(key),
    put: async (key, value) => put(key, value),
    // A trie that was looked up in vain writes that down as a removal.
    del: async () => {},
    async batch(operations) {
      for (const operation of operations) if (operation.type === 'put') put(operation.key, operation.value)
    },
    shallowCopy: () => database,
    open: async () => {},
  }
  return database
}
