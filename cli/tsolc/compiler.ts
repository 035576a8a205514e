import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  compile,
  compilerVersion,
  openSolc,
  packageImports,
  type ReadImport,
  type StandardJsonInput,
  type StandardJsonOutput,
} from '../../compiler-ext/index.ts'
import type { Configuration } from './configuration.ts'
import type { Host } from './host.ts'

/** The compiler as the command line sets it up. */
export type Compiler = {
  /** As metadata names it, with the package's own version at the end. */
  readonly version: string
  compile(input: StandardJsonInput, readImport: ReadImport): StandardJsonOutput
}

/** Where results are kept; undefined when they are not to be. */
function cacheDirectory({ args }: Configuration, { cwd, env }: Host): string | undefined {
  if (args.options.has('no-cache')) return undefined
  const given = args.options.get('cache-dir')?.[0] ?? env.TSOLC_CACHE
  if (given !== undefined) return given === '' ? undefined : resolve(cwd, given)
  return resolve(cwd, env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'tsolc')
}

/**
 * Sets the compiler up. solc itself is loaded when it is needed.
 *
 * @throws {RangeError} when `--solc` is not a solc, or too old
 */
export function createCompiler(configuration: Configuration, host: Host): Compiler {
  const { args, workers } = configuration
  const path = args.options.get('solc')?.[0]
  const solc = openSolc(path === undefined ? undefined : resolve(host.cwd, path))
  const directory = cacheDirectory(configuration, host)
  const onlyGiven = args.options.has('no-import-callback')
  return {
    version: compilerVersion(solc),
    compile(input, readOther) {
      const readImport = onlyGiven ? readOther : packageImports(readOther)
      return compile(input, { readImport, solc, cacheDirectory: directory, workers })
    },
  }
}
