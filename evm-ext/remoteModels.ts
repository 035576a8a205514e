import { decodeModel, encodeModel, type ModelStore, type Program, type Root } from '../model/index.ts'

/** Bytes of models that a thread keeps. */
const CACHE_BYTES = 256 * 2 ** 20

/** Model files, for as long as the store has the program: threads share the memory of one. */
const files = new WeakMap<Program, Uint8Array>()

/** The file of a model in memory that threads share, to be sent to one. */
export function sharedModelFile(program: Program): Uint8Array {
  let file = files.get(program)
  if (file === undefined) {
    const bytes = encodeModel(program)
    file = new Uint8Array(new SharedArrayBuffer(bytes.length))
    file.set(bytes)
    files.set(program, file)
  }
  return file
}

/**
 * Models of a store in another thread. The least recently used are given up beyond {@link CACHE_BYTES}.
 *
 * @param fetch - asks for a model file; undefined where there is none
 */
export function createRemoteStore(fetch: (root: Root) => Promise<Uint8Array | undefined>): ModelStore {
  const kept = new Map<Root, { readonly program: Program; readonly bytes: number }>()
  let total = 0
  return {
    async put() {
      throw new Error('models are put in the store of the chain')
    },
    async get(root) {
      const known = kept.get(root)
      if (known !== undefined) {
        kept.delete(root)
        kept.set(root, known)
        return known.program
      }
      const file = await fetch(root)
      if (file === undefined) return undefined
      const program = decodeModel(file)
      kept.set(root, { program, bytes: file.length })
      total += file.length
      for (const [oldest, { bytes }] of kept) {
        if (total <= CACHE_BYTES || oldest === root) break
        kept.delete(oldest)
        total -= bytes
      }
      return program
    },
  }
}
