import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { UsageError } from './errors.ts'

/** Reads a file that the user named. @throws {UsageError} naming the file and why it can't be read */
export function readUserFile(path: string, what: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const reason = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'is a directory' : (code ?? 'unreadable')
    throw new UsageError(`${what} ${path}: ${reason}`)
  }
}

/** Writes a file whole or not at all. @throws {UsageError} naming the file and why it can't be written */
export function writeUserFile(path: string, content: string | Uint8Array): void {
  const temporary = join(dirname(path), `.${randomBytes(6).toString('hex')}.partial`)
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(temporary, content)
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw new UsageError(`output ${path}: can't be written (${(error as NodeJS.ErrnoException).code ?? error})`)
  }
}
