import { readdir } from 'node:fs/promises'
import { ClassicLevel } from 'classic-level'
import type { NodeDatabase } from './database.ts'
import { createRecent } from './recent.ts'
import { createStagedDatabase, idOf } from './staged.ts'

/** How this version writes a database. */
const FORMAT = '1'

/** Bytes of state entries that stay in memory unless told otherwise. */
const DEFAULT_CACHE_BYTES = 64 * 2 ** 20

/** What an entry takes in memory besides its value: key, map and object, roughly. */
const ENTRY_BYTES = 256

export type DirectoryOptions = {
  /** Bytes of state entries that stay in memory, 64 MiB by default. */
  readonly cacheBytes?: number
}

/**
 * Opens a database in a directory, which is made when there is none: LevelDB's files, which one process at a time may
 * have open.
 *
 * @throws {Error} one line that names the directory: when it holds something else or a database of another format, when
 *   another process has it open, and when it can't be read or written
 */
export async function openDirectoryDatabase(directory: string, options: DirectoryOptions = {}): Promise<NodeDatabase> {
  await checkFiles(directory)
  const level = new ClassicLevel<string, Uint8Array>(directory, { keyEncoding: 'utf8', valueEncoding: 'view' })
  try {
    await level.open()
  } catch (error) {
    throw new Error(`${directory}: ${openingFailure(error)}`, { cause: error })
  }
  const format = idOf('node', 'format')
  const [key] = await level.keys({ limit: 1 }).all()
  if (key === undefined) await level.put(format, new TextEncoder().encode(FORMAT), { sync: true })
  const found = await level.get(format)
  const name = found && new TextDecoder().decode(found)
  if (name !== FORMAT) {
    await level.close()
    const what = name === undefined ? 'a database of something else' : `a database of format ${name}`
    throw new Error(`${directory}: expected a node's database of format ${FORMAT}, found ${what}`)
  }

  const states = createRecent<Uint8Array>(options.cacheBytes ?? DEFAULT_CACHE_BYTES)
  const statePrefix = idOf('state', '')
  const remember = (id: string, value: Uint8Array | undefined) => {
    // The entries of this space never change. Those of others may while they are read.
    if (value !== undefined && id.startsWith(statePrefix)) states.set(id, value, value.length + ENTRY_BYTES)
  }

  return createStagedDatabase(directory, {
    async get(id) {
      const recent = states.get(id)
      if (recent !== undefined) return recent
      const found = await level.get(id)
      const value = found && plain(found)
      remember(id, value)
      return value
    },
    async write(changes) {
      const operations = [...changes].map(([key, value]) =>
        value === undefined ? { type: 'del' as const, key } : { type: 'put' as const, key, value },
      )
      await level.batch(operations, { sync: true })
      for (const [id, value] of changes) remember(id, value)
    },
    range(first, end) {
      const iterator = level.iterator({ gte: first, lt: end })
      return (async function* () {
        for await (const [id, value] of iterator) yield [id, plain(value)] as const
      })()
    },
    close: () => level.close(),
  })
}

/** LevelDB gives what Node.js calls a Buffer, whose `slice` shares memory where that of other bytes copies. */
function plain(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes)
}

/** Names of LevelDB's files. A process that is killed while it makes a database leaves some of them. */
const DATABASE_FILE = /^(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.(?:dbtmp|ldb|log|sst))$/

/** @throws {Error} when there is something in the directory that is no database */
async function checkFiles(directory: string): Promise<void> {
  let names: string[]
  try {
    names = await readdir(directory)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return
    throw new Error(`${directory}: ${code === 'ENOTDIR' ? 'not a directory' : `can't be read (${code})`}`, {
      cause: error,
    })
  }
  if (!names.includes('CURRENT') && !names.every((name) => DATABASE_FILE.test(name)))
    throw new Error(`${directory}: expected an empty directory or a node's database, found other files`)
}

function openingFailure(error: unknown): string {
  const { cause = error } = error as Error
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'LEVEL_LOCKED') return 'another process has this database open'
  return `can't be opened: ${message.replace(/\s+/g, ' ')}`
}
