import { createRequire } from 'node:module'

/** The module that says which solc the package comes with, so that asking for its version need not load it. */
export function solcVersionFile(): string {
  const require = createRequire(import.meta.url)
  const { version: release } = require('solc/package.json') as { version: string }
  const version = /^\d+\.\d+\.\d+\+commit\.[0-9a-f]+/.exec((require('solc') as { version(): string }).version())?.[0]
  if (version === undefined) throw new Error('solc: its version is not of the expected form')
  return `// Generated from the package solc by \`npm run generate\`. Do not edit.

/** Version of the npm package solc. */
export const solcRelease = '${release}'

/** What that compiler says its version is. */
export const solcVersion = '${version}'
`
}
