import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib'

/** Results of compilations, by a hash of everything that they depend on. */
export type Cache = {
  /** What was kept under a key; undefined when nothing was, or it can't be read. */
  get(key: string): string | undefined
  /** Keeps a text under a key. That it can't be written is no error: the next compilation does the work again. */
  put(key: string, text: string): void
}

/** Most bytes that a cache takes on disk; what was used longest ago goes first. */
const MAX_BYTES = 256 * 2 ** 20
const SUFFIX = '.br'
/** Of Brotli's levels, one that takes a small part of the time of the compilation. */
const QUALITY = 4

/** A key that stands for all of these texts, in order. */
export function cacheKey(...parts: readonly string[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part)
  return hash.digest('hex')
}

/** Deletes the files that were used longest ago, until the rest is well below the limit. */
function prune(directory: string): void {
  const files = readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => {
      const { size, mtimeMs } = statSync(join(directory, name))
      return { path: join(directory, name), size, mtimeMs }
    })
    .sort((a, b) => b.mtimeMs - a.mtimeMs)
  let bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes <= MAX_BYTES) return
  for (const { path, size } of files.reverse()) {
    if (bytes <= MAX_BYTES * 0.75) return
    rmSync(path, { force: true })
    bytes -= size
  }
}

/**
 * A cache in a directory, a file a result. Several processes may share it: a file appears whole or not at all, and one that
 * was damaged counts as missing.
 */
export function createDirectoryCache(directory: string): Cache {
  let isPruned = false
  const pathOf = (key: string) => join(directory, key + SUFFIX)
  return {
    get(key) {
      try {
        const path = pathOf(key)
        const [digest, text] = splitDigest(brotliDecompressSync(readFileSync(path)).toString('utf8'))
        if (digest !== cacheKey(text)) return undefined
        const now = new Date()
        utimesSync(path, now, now)
        return text
      } catch {
        return undefined
      }
    },
    put(key, text) {
      try {
        mkdirSync(directory, { recursive: true })
        if (!isPruned) prune(directory)
        isPruned = true
        const part = join(directory, `${randomUUID()}.part`)
        const params = { [constants.BROTLI_PARAM_QUALITY]: QUALITY }
        writeFileSync(part, brotliCompressSync(cacheKey(text) + text, { params }))
        renameSync(part, pathOf(key))
      } catch {
        return
      }
    },
  }
}

/** A stored text begins with its own hash. */
function splitDigest(stored: string): [digest: string, text: string] {
  const length = 64
  return [stored.slice(0, length), stored.slice(length)]
}
