import type { NodeDatabase, Space } from './database.ts'

/** Values by {@link idOf}; undefined for what is deleted. */
type Changes = ReadonlyMap<string, Uint8Array | undefined>

/** What keeps entries, by {@link idOf}. */
export type Backend = {
  get(id: string): Promise<Uint8Array | undefined>
  /** Keeps all of the changes, or none. */
  write(changes: Changes): Promise<void>
  /** Entries with ids from `first` up to, but not including, `end`, in order, as they are when it is called. */
  range(first: string, end: string): AsyncIterable<readonly [id: string, value: Uint8Array]>
  close(): Promise<void>
}

/** Entries of all spaces are one ordered set. */
export function idOf(space: Space, key: string): string {
  return `${space}:${key}`
}

/** A database that holds back what is written until it is committed, and gives it to those who read. */
export function createStagedDatabase(name: string, backend: Backend): NodeDatabase {
  let staged = new Map<string, Uint8Array | undefined>()
  /** Commits that are under way, the newest first. */
  const committing: Changes[] = []
  let queue: Promise<void> = Promise.resolve()

  const commit = (): Promise<void> => {
    if (staged.size === 0) return queue
    const changes = staged
    staged = new Map()
    committing.unshift(changes)
    const done = queue
      .then(() => backend.write(changes))
      .finally(() => committing.splice(committing.indexOf(changes), 1))
    queue = done.catch(() => undefined)
    return done
  }

  return {
    name,
    async get(space, key) {
      const id = idOf(space, key)
      for (const changes of [staged, ...committing]) if (changes.has(id)) return changes.get(id)
      return backend.get(id)
    },
    put(space, key, value) {
      // What the caller does to its bytes later is not to reach the database, and a view keeps all of its buffer alive.
      staged.set(idOf(space, key), new Uint8Array(value))
    },
    delete(space, key) {
      staged.set(idOf(space, key), undefined)
    },
    commit,
    async *entries(space) {
      const first = idOf(space, '')
      // The range of ids that begin with the space and a colon, which a semicolon comes next to.
      const kept = backend.range(first, `${space};`)
      const changes = new Map<string, Uint8Array | undefined>()
      for (const layer of [...committing].reverse().concat(staged))
        for (const [id, value] of layer) if (id.startsWith(first)) changes.set(id, value)
      for await (const [id, value] of merge(kept, changes)) yield [id.slice(first.length), value]
    },
    async close() {
      await commit()
      await backend.close()
    },
  }
}

/** Kept entries with changes to them, in order. */
async function* merge(
  kept: AsyncIterable<readonly [string, Uint8Array]>,
  changes: Changes,
): AsyncIterable<readonly [string, Uint8Array]> {
  const changed = [...changes].sort(([a], [b]) => (a < b ? -1 : 1))
  let next = 0
  function* changedBefore(id: string | undefined) {
    for (; next < changed.length; next++) {
      const [at, value] = changed[next] as (typeof changed)[0]
      if (id !== undefined && at >= id) return
      if (value !== undefined) yield [at, value] as const
    }
  }
  for await (const entry of kept) {
    yield* changedBefore(entry[0])
    if (!changes.has(entry[0])) yield entry
  }
  yield* changedBefore(undefined)
}
