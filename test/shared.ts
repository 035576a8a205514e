import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Real models and vectors that are not part of this repository; they lie beside it where they are present. */
export const sharedFolder = join(dirname(fileURLToPath(import.meta.url)), '../../shared')

/** Whether `path` is there; a test that needs it skips where it is not. */
export function hasShared(path: string): boolean {
  return existsSync(join(sharedFolder, path))
}
