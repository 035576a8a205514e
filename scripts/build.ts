import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, cpSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Compiles the package into dist/, from which npm publishes it.

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
// The compiler takes no file that is not TypeScript.
for (const file of ['kernel/kernel.wasm', 'compiler-ext/solcThread.cjs'])
  copyFileSync(join(root, file), join(root, 'dist', file))
// Pages are what a browser gets, as they are.
for (const page of ['node/explorer/page', 'benchmark/report/page'])
  cpSync(join(root, page), join(root, 'dist', page), {
    recursive: true,
    filter: (file) => !file.endsWith('tsconfig.json'),
  })
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> }
for (const path of Object.values(bin)) chmodSync(join(root, path), 0o755)
