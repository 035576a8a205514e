import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Loads and finds packages of this folder. */
export const peerRequire = createRequire(new URL('package.json', import.meta.url))

/** Installs the packages of this folder where they are missing. @throws {Error} when npm fails */
export function installPeers(): void {
  // npm writes this file last.
  if (existsSync(new URL('node_modules/.package-lock.json', import.meta.url))) return
  console.error(
    'bench: installing the runtimes to measure against (npm ci --prefix bench/peers, 530 MB; --no-peers does without)',
  )
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const shell = process.platform === 'win32'
  const { status } = spawnSync(npm, ['ci', '--prefix', folder], { stdio: ['ignore', 'ignore', 'inherit'], shell })
  if (status !== 0) throw new Error('npm ci --prefix bench/peers failed')
}
