import type { NodeDatabase, Space } from './database.ts'

/**
 * What one operation writes, apart from the database until the operation has succeeded: so those who read the database
 * never see a part of it, and somebody else's commit does not keep one.
 */
export type Layer = {
  /** From this layer, or the database below it. */
  get(space: Space, key: string): Promise<Uint8Array | undefined>
  /** Whether this layer has written the key. */
  has(space: Space, key: string): boolean
  put(space: Space, key: string, value: Uint8Array): void
  delete(space: Space, key: string): void
  /** Writes everything to the database, and commits it. */
  apply(): Promise<void>
  /** Forgets everything that was written here. */
  discard(): void
}

/** An empty layer on a database. */
export function createLayer(database: NodeDatabase): Layer {
  const spaces = new Map<Space, Map<string, Uint8Array | undefined>>()
  const changesOf = (space: Space) => {
    const changes = spaces.get(space) ?? new Map<string, Uint8Array | undefined>()
    spaces.set(space, changes)
    return changes
  }
  return {
    async get(space, key) {
      const changes = spaces.get(space)
      return changes?.has(key) ? changes.get(key) : database.get(space, key)
    },
    has: (space, key) => spaces.get(space)?.has(key) === true,
    put(space, key, value) {
      changesOf(space).set(key, value)
    },
    delete(space, key) {
      changesOf(space).set(key, undefined)
    },
    apply() {
      for (const [space, changes] of spaces)
        for (const [key, value] of changes)
          if (value === undefined) database.delete(space, key)
          else database.put(space, key, value)
      spaces.clear()
      return database.commit()
    },
    discard() {
      spaces.clear()
    },
  }
}
