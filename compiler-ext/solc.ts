import { createRequire } from 'node:module'
import { packageVersion } from './package.ts'
import type { ReadImport, StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

type Solc = {
  version(): string
  compile(input: string, callbacks?: { import: ReadImport }): string
}

let loaded: Solc | undefined

// Loading takes about half a second and 30 MB, which users of the disassembler alone need not spend.
function solc(): Solc {
  loaded ??= createRequire(import.meta.url)('solc') as Solc
  return loaded
}

/** Runs solc on standard JSON. */
export function runSolc(input: StandardJsonInput, readImport?: ReadImport): StandardJsonOutput {
  const callbacks = readImport && { import: readImport }
  return JSON.parse(solc().compile(JSON.stringify(input), callbacks)) as StandardJsonOutput
}

/** Version of the wrapped solc as metadata names it, `0.8.37+commit.f401782d`. */
export function solcVersion(): string {
  const version = /^\d+\.\d+\.\d+[^+]*\+commit\.[0-9a-f]+/.exec(solc().version())?.[0]
  if (version === undefined) throw new Error(`solc: ${solc().version()} is not a version of the expected form`)
  return version
}

/** Version of the whole compiler, `0.8.37+commit.f401782d.tsolc.0.1.0`: solc's, and the package's as build metadata. */
export function compilerVersion(): string {
  return `${solcVersion()}.tsolc.${packageVersion}`
}
