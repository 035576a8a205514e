import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { NodeChain } from '../chain/chain.ts'
import type { NodeDatabase } from '../database/database.ts'
import { DumpError, type DumpedChain } from './form.ts'
import { restoreDump } from './read.ts'
import { dumpOf } from './write.ts'

/** Writes everything that a node has to a file, which appears as a whole or stays as it was. */
export async function saveDump(chain: NodeChain, path: string): Promise<void> {
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.partial`)
  try {
    await pipeline(await dumpOf(chain), createWriteStream(partial))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/**
 * Fills an empty database with what {@link saveDump} wrote.
 *
 * @returns the chain that it is of; undefined where there is no such file
 * @throws {DumpError} naming the file and what is wrong with it
 */
export async function loadDump(
  path: string,
  database: NodeDatabase,
  expected: { readonly chainId: number },
): Promise<DumpedChain | undefined> {
  try {
    await stat(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    return await restoreDump(createReadStream(path), database, expected)
  } catch (error) {
    if (error instanceof DumpError) throw new DumpError(`${path}: ${error.message}`)
    throw error
  }
}
