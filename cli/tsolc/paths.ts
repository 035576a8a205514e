import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve, sep } from 'node:path'

/** An absolute path without `.` and `..`, links unresolved. A slash at its end stays. */
export function normalizePath(path: string, cwd: string): string {
  const absolute = resolve(cwd, path)
  return /(^|\/)\.?$/.test(path) && path !== '' && absolute !== sep ? `${absolute}${sep}` : absolute
}

/** An absolute path with links resolved as far as it exists. */
export function resolveLinks(path: string): string {
  const absolute = resolve(path)
  if (existsSync(absolute)) return realpathSync(absolute)
  const parent = dirname(absolute)
  return parent === absolute ? absolute : join(resolveLinks(parent), basename(absolute))
}

/** Whether a file is a directory or below it; both absolute. */
export function isWithin(directory: string, file: string): boolean {
  const prefix = directory.endsWith(sep) ? directory : directory + sep
  return file.startsWith(prefix) || `${file}${sep}` === prefix
}

/** Directories that sources are looked for in, in this order. An empty base path is the working directory. */
export type SourceRoots = { readonly cwd: string; readonly basePath: string; readonly includePaths: readonly string[] }

/** The name by which a file on the command line is known to the compiler: its path below the first root that it is in. */
export function sourceUnitName(path: string, { cwd, basePath, includePaths }: SourceRoots): string {
  const normalized = normalizePath(path, cwd)
  for (const root of [basePath, ...includePaths]) {
    const directory = normalizePath(root === '' ? '.' : root, cwd)
    if (isWithin(directory, normalized)) return normalized.slice(directory.replace(/\/$/, '').length + 1)
  }
  return normalized
}
