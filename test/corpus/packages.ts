import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageImports, type ReadImport } from '../../compiler-ext/index.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const modules = resolve(folder, 'node_modules')

/** Finds the packages of this folder. */
export const corpusRequire = createRequire(new URL('package.json', import.meta.url))

/** Installs the packages of this folder where they are missing. @throws {Error} when npm fails */
export function installCorpus(): void {
  // npm writes this file last.
  if (existsSync(resolve(modules, '.package-lock.json'))) return
  console.error('corpus: installing contracts and releases of solc (npm ci --prefix test/corpus, 30 MB)')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const shell = process.platform === 'win32'
  const { status } = spawnSync(npm, ['ci', '--prefix', folder, '--ignore-scripts'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    shell,
  })
  if (status !== 0) throw new Error('npm ci --prefix test/corpus failed')
}

/** Reads imports from the packages of this folder and from this package. */
export const readImport: ReadImport = packageImports((name) => {
  const path = resolve(modules, name)
  return path.startsWith(modules + sep) && name.endsWith('.sol') && existsSync(path)
    ? { contents: readFileSync(path, 'utf8') }
    : { error: `File not found: ${name}` }
})

/** Text of a contract file of this folder. */
export function readContract(path: string): string {
  return readFileSync(new URL(`contracts/${path}`, import.meta.url), 'utf8')
}
