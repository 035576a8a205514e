import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Source unit names that start with this come from the package itself. */
const PACKAGE_PREFIX = 'tensor-evm/'

function findPackageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const manifest = resolve(directory, 'package.json')
    if (existsSync(manifest)) {
      const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }
      if (name === 'tensor-evm') return directory
    }
    const parent = dirname(directory)
    if (parent === directory) throw new Error(`${import.meta.url}: no package.json of tensor-evm above this file`)
    directory = parent
  }
}

/** Directory of the package: the repository in a checkout, `node_modules/tensor-evm` where it is installed. */
export const packageRoot: string = findPackageRoot()

/** Version of the package. */
export const packageVersion: string = (
  JSON.parse(readFileSync(resolve(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version

/**
 * Text of a Solidity file of the package, by its source unit name (`tensor-evm/Tensor.sol`).
 *
 * @returns undefined when the name has another prefix, leaves the package, or names no Solidity file of it
 */
export function readPackageSource(name: string): string | undefined {
  if (!name.startsWith(PACKAGE_PREFIX) || !name.endsWith('.sol')) return undefined
  const path = resolve(packageRoot, name.slice(PACKAGE_PREFIX.length))
  if (!path.startsWith(packageRoot + sep) || !existsSync(path)) return undefined
  return readFileSync(path, 'utf8')
}
