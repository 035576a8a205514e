import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

// Compiles the package into dist/, from which npm publishes it.

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
for (const bin of ['tensor-evm', 'tsolc'])
  chmodSync(join(root, `dist/cli/${bin === 'tsolc' ? 'tsolc' : 'main'}.js`), 0o755)
