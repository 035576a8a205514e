import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { byteLength } from '../isa/index.ts'
import { decodeModel, encodeModel } from './file.ts'
import type { Program } from './program.ts'
import { modelRoot, type Root } from './root.ts'

/** Models by root. */
export type ModelStore = {
  /** Keeps a model and gives its root. @throws {RangeError} when the program is not valid */
  put(program: Program): Promise<Root>
  /** The model of a root, or undefined when the store lacks it. */
  get(root: Root): Promise<Program | undefined>
}

/** Bytes of models that a directory store keeps in memory unless told otherwise. */
const DEFAULT_CACHE_BYTES = 256 * 2 ** 20

/** @throws {TypeError} when it is not one */
function normalRoot(root: string): Root {
  if (!/^0x[0-9a-f]{64}$/i.test(root)) throw new TypeError(`root: ${JSON.stringify(root)} is not 0x and 64 hex digits`)
  return root.toLowerCase() as Root
}

/** Keeps models in memory for the life of the process. */
export function createMemoryStore(): ModelStore {
  const programs = new Map<Root, Program>()
  return {
    async put(program) {
      const root = modelRoot(program)
      programs.set(root, program)
      return root
    },
    async get(root) {
      return programs.get(normalRoot(root))
    },
  }
}

/** Memory that a program's steps, inputs and outputs take, roughly, for each of them. */
const ENTRY_BYTES = 1024

/** What a program takes in memory. */
function sizeOf({ inputs, constants, steps, outputs }: Program): number {
  const entries = inputs.length + constants.length + steps.length + outputs.length
  return constants.reduce((sum, tensor) => sum + byteLength(tensor), entries * ENTRY_BYTES)
}

/** Least recently used programs are dropped when together they exceed `capacityBytes`; the last one always stays. */
function createProgramCache(capacityBytes: number) {
  const entries = new Map<Root, { readonly program: Program; readonly bytes: number }>()
  let total = 0
  const drop = (root: Root) => {
    total -= entries.get(root)?.bytes ?? 0
    entries.delete(root)
  }
  const set = (root: Root, program: Program) => {
    const bytes = sizeOf(program)
    drop(root)
    entries.set(root, { program, bytes })
    total += bytes
    for (const oldest of entries.keys()) {
      if (total <= capacityBytes || oldest === root) break
      drop(oldest)
    }
  }
  const get = (root: Root) => {
    const entry = entries.get(root)
    if (entry) {
      entries.delete(root)
      entries.set(root, entry)
    }
    return entry?.program
  }
  return { get, set }
}

/** What changes with a file's content. */
async function versionIfPresent(path: string): Promise<string | undefined> {
  try {
    const { size, mtimeMs, ino } = await stat(path)
    return `${size} ${mtimeMs} ${ino}`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/**
 * Keeps models as files named by their root in a directory, which is made when first needed.
 *
 * A file appears whole or not at all. A file whose model has another root than its name says is refused, so a damaged or
 * swapped file can't change a result. A file that was verified is verified again when its size or time has changed.
 *
 * @param options.cacheBytes - recently used models that stay in memory, 256 MiB by default
 * @throws {Error} from `get`, naming the file, when it can't be read or is not the model of its name
 */
export function createDirectoryStore(directory: string, options: { readonly cacheBytes?: number } = {}): ModelStore {
  const cache = createProgramCache(options.cacheBytes ?? DEFAULT_CACHE_BYTES)
  const pathOf = (root: Root) => join(directory, `${root}.tensorev`)

  // Hashing a large model takes far longer than reading it, and a transaction pays for reading alone.
  const verified = new Map<Root, string>()

  const load = async (root: Root) => {
    const path = pathOf(root)
    // Asked before reading: a file that is swapped in between is then verified once more, not once too little.
    const version = await versionIfPresent(path)
    if (version === undefined) return undefined
    try {
      const bytes = await readFile(path)
      const program = decodeModel(bytes)
      if (verified.get(root) === version) return program
      const found = modelRoot(program)
      if (found !== root) throw new Error(`the model in it has the root ${found}`)
      verified.set(root, version)
      return program
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`, { cause: error })
    }
  }

  return {
    async put(program) {
      const root = modelRoot(program)
      await mkdir(directory, { recursive: true })
      const temporary = join(directory, `.${root}.${randomBytes(8).toString('hex')}`)
      try {
        await writeFile(temporary, encodeModel(program))
        await rename(temporary, pathOf(root))
      } finally {
        await rm(temporary, { force: true })
      }
      cache.set(root, program)
      return root
    },
    async get(given) {
      const root = normalRoot(given)
      const cached = cache.get(root)
      if (cached) return cached
      const program = await load(root)
      if (program) cache.set(root, program)
      return program
    },
  }
}
