import { createRequire } from 'node:module'
import { openSolc } from '../../compiler-ext/index.ts'
import type { Solc } from '../../compiler-ext/solc.ts'
import type { ReadImport, StandardJsonInput, StandardJsonOutput } from '../../compiler-ext/standardJson.ts'
import { corpusRequire } from './packages.ts'

/** A release of solc: as its own package runs it, and as this compiler does. */
export type Release = {
  readonly version: string
  /** Runs it by its own package, with none of this project's code. */
  compile(input: StandardJsonInput, readImport: ReadImport): StandardJsonOutput
  /** Opens it as a back end. */
  readonly solc: Solc
  /** Whether it has `settings.experimental`, which ASTs of the IR, ethdebug and the like then need. */
  readonly hasExperimental: boolean
}

type SolcModule = {
  compile(input: string, callbacks: { readonly import: ReadImport }): string
}

const ownRequire = createRequire(import.meta.url)

/**
 * A back end that answers from memory where it is given the very input that another call of the release had, its imports
 * included: solc gives the same output again, and compiling takes most of the time of the corpus.
 */
export function rememberCompilation(
  { compile, solc }: Release,
  input: StandardJsonInput,
  readImport: ReadImport,
): { readonly output: StandardJsonOutput; readonly solc: Solc } {
  const imports: string[] = []
  const output = compile(input, (name) => {
    imports.push(name)
    return readImport(name)
  })
  const remembered = JSON.stringify(input)
  const run: Solc['run'] = (other, readOther) => {
    if (JSON.stringify(other) !== remembered || readOther === undefined) return solc.run(other, readOther)
    for (const name of imports) readOther(name)
    return output
  }
  return { output, solc: { ...solc, run } }
}

/** The release that this package depends on. */
export const ownVersion: string = (ownRequire('solc/package.json') as { version: string }).version

/** Releases that the corpus is compiled by; the first works without the packages of this folder. */
export const versions: readonly string[] = [ownVersion, '0.8.33', '0.8.29']

/** Loads a release. @throws {Error} when it is not installed */
export function openRelease(version: string): Release {
  const isOwn = version === ownVersion
  const [require, name] = isOwn ? [ownRequire, 'solc'] : [corpusRequire, `solc-${version}`]
  const stock = require(name) as SolcModule
  return {
    version,
    solc: isOwn ? openSolc() : openSolc(require.resolve(`${name}/soljson.js`)),
    hasExperimental: Number(version.split('.')[2]) > 33,
    compile: (input, readImport) => JSON.parse(stock.compile(JSON.stringify(input), { import: readImport })),
  }
}
