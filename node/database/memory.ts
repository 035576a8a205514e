import type { NodeDatabase } from './database.ts'
import { createStagedDatabase } from './staged.ts'

/** An empty database in memory, for the life of the process. */
export function createMemoryDatabase(): NodeDatabase {
  const kept = new Map<string, Uint8Array>()
  return createStagedDatabase('memory', {
    get: async (id) => kept.get(id),
    async write(changes) {
      for (const [id, value] of changes)
        if (value === undefined) kept.delete(id)
        else kept.set(id, value)
    },
    range(first, end) {
      const entries = [...kept].filter(([id]) => id >= first && id < end).sort(([a], [b]) => (a < b ? -1 : 1))
      return (async function* () {
        yield* entries
      })()
    },
    close: async () => {},
  })
}
