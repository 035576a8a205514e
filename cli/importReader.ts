import { existsSync, readFileSync, statSync } from 'node:fs'
import type { ReadImport } from '../compiler-ext/index.ts'
import { describeError } from './errors.ts'
import { isWithin, normalizePath, resolveLinks, type SourceRoots } from './tsolc/paths.ts'

/** Where solc looks for imports. */
export type ImportPaths = SourceRoots & {
  /** Directories that may be read from besides the base path and the include paths. */
  readonly allowPaths: readonly string[]
}

function quoted(paths: readonly string[]): string {
  return paths.map((path) => `"${path}"`).join(', ')
}

/**
 * Reads imports from disk as solc does: below the base path, or else an include path; it is an error when there is more
 * than one such file, and when the file, with symbolic links resolved, is outside of the allowed directories. Only without
 * a base path is an absolute name a path on disk.
 */
export function createImportReader({ cwd, basePath, includePaths, allowPaths }: ImportPaths): ReadImport {
  const roots = [basePath, ...includePaths].map((path) => (path === '' ? '' : normalizePath(path, cwd)))
  const allowed = [...new Set([...allowPaths, roots[0] || '.', ...roots.slice(1)])].sort()
  const find = (name: string) => {
    const path = name.replace(/^file:\/\//, '')
    const [root] = roots
    const candidates =
      root === '' ? [normalizePath(path, cwd)] : roots.map((prefix) => normalizePath(`${prefix}/${path}`, cwd))
    return candidates.filter((candidate) => existsSync(candidate)).map(resolveLinks)
  }
  return (name) => {
    const [file, other, ...more] = find(name)
    if (file === undefined) return { error: `File not found. Searched the following locations: ${quoted(roots)}.` }
    if (other !== undefined)
      return {
        error:
          'Ambiguous import. Multiple matching files found inside base path and/or include paths: ' +
          `${quoted([file, other, ...more])}.`,
      }
    if (!allowed.some((directory) => isWithin(resolveLinks(normalizePath(directory, cwd)), file)))
      return { error: `File outside of allowed directories. The following are allowed: ${quoted(allowed)}.` }
    try {
      return statSync(file).isFile() ? { contents: readFileSync(file, 'utf8') } : { error: 'Not a valid file.' }
    } catch (error) {
      return { error: describeError(error) }
    }
  }
}
