import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { systemReason, UsageError } from './errors.ts'

/** Reads a file that the user named. @throws {UsageError} naming the file and why it can't be read */
export function readUserFile(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`${what} ${path}: ${systemReason(error)}`)
  }
}

/** A file to write. */
export type UserFile = { readonly path: string; readonly content: string | Uint8Array }

/** Where content goes. */
type Target = {
  readonly path: string
  /** What is there now. */
  readonly stats: Stats | undefined
  /** A file is replaced as a whole; a device, a pipe or a socket can only be written to. */
  readonly isReplaced: boolean
  /** The file to replace, symbolic links followed. */
  readonly destination: string
}

/** Runs a step of writing a file. @throws {UsageError} naming the file and why it can't be written */
function writing<T>(path: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw new UsageError(`output ${path}: ${systemReason(error)}`)
  }
}

/** Where a path leads, also when the last link leads to nothing yet. */
function followLinks(path: string): string {
  let at = path
  while (lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink())
    at = resolve(realpathSync(dirname(at)), readlinkSync(at))
  return at
}

/** An error as the file system gives it. */
function systemError(code: string): Error {
  return Object.assign(new Error(code), { code })
}

function findTarget(path: string): Target {
  return writing(path, () => {
    // Fails on links in a circle, so that following them ends.
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats?.isDirectory()) throw systemError('EISDIR')
    const isReplaced = stats === undefined || stats.isFile()
    return { path, stats, isReplaced, destination: isReplaced ? followLinks(path) : path }
  })
}

/** The nearest directory above a path that exists. */
function existingParent(path: string): string {
  let directory = dirname(path)
  while (statSync(directory, { throwIfNoEntry: false }) === undefined && dirname(directory) !== directory)
    directory = dirname(directory)
  return directory
}

/**
 * Checks that files can be written, before work is done for them. Nothing is changed.
 *
 * @throws {UsageError} naming the first that can't, and why: it is a directory, a parent is none, or permission is denied
 */
export function checkWritable(paths: readonly string[]): void {
  for (const target of paths.map(findTarget))
    writing(target.path, () => {
      if (target.stats !== undefined) accessSync(target.destination, constants.W_OK)
      if (!target.isReplaced) return
      const directory = existingParent(target.destination)
      if (!statSync(directory).isDirectory()) throw systemError('ENOTDIR')
      accessSync(directory, constants.W_OK)
    })
}

/** Writes a file beside its destination; gives its name. */
function writePartial({ path, destination, stats }: Target, content: string | Uint8Array): string {
  return writing(path, () => {
    mkdirSync(dirname(destination), { recursive: true })
    const partial = join(dirname(destination), `.${randomBytes(6).toString('hex')}.partial`)
    try {
      writeFileSync(partial, content)
      if (stats !== undefined) chmodSync(partial, stats.mode & 0o7777)
    } catch (error) {
      removeQuietly(partial)
      throw error
    }
    return partial
  })
}

/** Removes a file if it can: what failed before is what the user is to know. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {}
}

/**
 * Writes files, each whole or not at all: all are written beside their destinations before the first takes its place. Links
 * stay and what they lead to is replaced; devices and pipes are written to directly, last.
 *
 * @throws {UsageError} naming the file and why it can't be written
 */
export function writeUserFiles(files: readonly UserFile[]): void {
  checkWritable(files.map(({ path }) => path))
  const targets = files.map(({ path, content }) => ({ ...findTarget(path), content }))
  const partials: { readonly target: Target; readonly partial: string }[] = []
  try {
    for (const target of targets.filter(({ isReplaced }) => isReplaced))
      partials.push({ target, partial: writePartial(target, target.content) })
    for (const { target, partial } of partials) writing(target.path, () => renameSync(partial, target.destination))
  } finally {
    for (const { partial } of partials) removeQuietly(partial)
  }
  for (const { path, destination, content } of targets.filter(({ isReplaced }) => !isReplaced))
    writing(path, () => writeFileSync(destination, content))
}

/** {@link writeUserFiles} of one file. */
export function writeUserFile(path: string, content: string | Uint8Array): void {
  writeUserFiles([{ path, content }])
}
