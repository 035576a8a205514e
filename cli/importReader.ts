import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { resolve, sep } from 'node:path'
import type { ReadImport } from '../compiler-ext/index.ts'

/** Where solc looks for imports; empty paths mean the working directory. */
export type ImportPaths = {
  readonly basePath: string
  readonly includePaths: readonly string[]
  /** Directories that may be read from besides the base path and the include paths. */
  readonly allowPaths: readonly string[]
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ')
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : resolve(path)
}

function isWithin(directory: string, file: string): boolean {
  return file === directory || file.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/**
 * Reads imports from disk as solc does: below the base path, or else an include path; it is an error when there is more
 * than one such file, and when the file, with symbolic links resolved, is outside of the allowed directories.
 */
export function createImportReader({ basePath, includePaths, allowPaths }: ImportPaths): ReadImport {
  const prefixes = [basePath, ...includePaths]
  const allowed = [...allowPaths, ...prefixes].map((path) => realPath(path === '' ? '.' : path))
  return (name) => {
    const path = name.replace(/^file:\/\//, '')
    const found = prefixes.map((prefix) => resolve(prefix, path)).filter((candidate) => existsSync(candidate))
    const [first, second] = found.map((candidate) => realpathSync(candidate))
    if (first === undefined) return { error: `File not found. Searched the following locations: ${quoted(prefixes)}.` }
    if (second !== undefined)
      return {
        error: `Ambiguous import. Multiple matching files found inside base path and/or include paths: ${quoted(found)}.`,
      }
    if (!allowed.some((directory) => isWithin(directory, first)))
      return { error: `File outside of allowed directories. The following are allowed: ${quoted(allowed)}.` }
    if (!statSync(first).isFile()) return { error: 'Not a valid file.' }
    return { contents: readFileSync(first, 'utf8') }
  }
}
