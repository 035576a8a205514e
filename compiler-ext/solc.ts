import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, extname, resolve } from 'node:path'
import { packageVersion } from './package.ts'
import { cleanOutput, internalError } from './solcErrors.ts'
import { solcRelease, solcVersion } from './solcVersion.generated.ts'
import { hasErrors, type ReadImport, type StandardJsonInput, type StandardJsonOutput } from './standardJson.ts'

/** Where a solc is: a JavaScript file with the compiler as Emscripten builds it, or a program. */
export type SolcLocation = { readonly kind: 'soljson' | 'program'; readonly path: string }

/** A compiler that takes and gives standard JSON. */
export type Solc = {
  readonly location: SolcLocation
  /** As metadata names it, `0.8.37+commit.f401782d`. */
  readonly version: string
  /**
   * Compiles. What goes wrong is in the output's `errors`, also when the compiler itself fails.
   *
   * @param readImport - reads sources that the input does not hold; without it they are not found
   */
  run(input: StandardJsonInput, readImport?: ReadImport): StandardJsonOutput
}

/** What the wrapper of the npm package `solc` makes of a soljson file. */
type Wrapped = {
  version(): string
  compile(input: string, callbacks?: { import: ReadImport }): string
}

/** First release whose optimizer knows that a verbatim may end the code. */
const OLDEST = [0, 8, 29] as const
const MAX_OUTPUT_BYTES = 2 ** 30

const require = createRequire(import.meta.url)

/** The version in what `solc --version` and soljson print. @throws {RangeError} when there is none, or it is too old */
function parseVersion(text: string, path: string): string {
  const match = /(\d+)\.(\d+)\.(\d+)(?:-[\w.]+)?\+commit\.[0-9a-f]+/.exec(text)
  if (match === null) throw new RangeError(`solc ${path}: it does not say which version of solc it is`)
  const parts = match.slice(1, 4).map(Number)
  const difference = parts.map((part, i) => part - (OLDEST[i] as number)).find((value) => value !== 0) ?? 0
  if (difference < 0)
    throw new RangeError(
      `solc ${path}: version ${parts.join('.')} is older than ${OLDEST.join('.')}, the first that works`,
    )
  return match[0]
}

/** What a compiler printed for an input, with errors that are fit to be read. */
export function readOutput(text: string, input: StandardJsonInput): StandardJsonOutput {
  return cleanOutput(JSON.parse(text) as StandardJsonOutput, input)
}

function loadSoljson(path: string): Wrapped {
  try {
    // A compiler that failed is in no known state: each load makes a new one.
    delete require.cache[path]
    return (require('solc/wrapper') as (module: unknown) => Wrapped)(require(path))
  } catch (error) {
    throw new RangeError(`solc ${path}: it can't be loaded: ${(error as Error).message.split('\n')[0]}`)
  }
}

function openSoljson(path: string, knownVersion?: string): Solc {
  // Loading takes about half a second and 30 MB, which is not needed where results are known already.
  let wrapped: Wrapped | undefined
  const load = () => {
    wrapped ??= loadSoljson(path)
    return wrapped
  }
  const version = knownVersion ?? parseVersion(load().version(), path)
  return {
    location: { kind: 'soljson', path },
    version,
    run(input, readImport) {
      const callbacks = readImport && { import: readImport }
      try {
        return readOutput(load().compile(JSON.stringify(input), callbacks), input)
      } catch (error) {
        wrapped = undefined
        return internalError(error)
      }
    },
  }
}

/** Names of sources that an output says were not found. */
function missingSources(output: StandardJsonOutput): string[] {
  return (output.errors ?? []).flatMap(({ message }) => /^Source "(.*)" not found: /s.exec(message)?.[1] ?? [])
}

function openProgram(path: string): Solc {
  const start = (args: readonly string[], input: string): string => {
    const { error, status, stdout, stderr } = spawnSync(path, args, {
      input,
      encoding: 'utf8',
      maxBuffer: MAX_OUTPUT_BYTES,
    })
    if (error) throw new RangeError(`solc ${path}: it can't be run: ${error.message}`)
    if (status !== 0) throw new RangeError(`solc ${path}: it ended with ${status}: ${stderr.split('\n')[0]}`)
    return stdout
  }
  const version = parseVersion(start(['--version'], ''), path)
  const runOnce = (input: StandardJsonInput): StandardJsonOutput => {
    try {
      return readOutput(start(['--standard-json', '--no-import-callback'], JSON.stringify(input)), input)
    } catch (error) {
      return internalError(error)
    }
  }
  return {
    location: { kind: 'program', path },
    version,
    run(input, readImport) {
      // A program has no callback: sources that it misses are added until it has all that there are.
      const sources: Record<string, StandardJsonInput['sources'][string]> = { ...input.sources }
      for (;;) {
        const output = runOnce({ ...input, sources })
        if (readImport === undefined || !hasErrors(output)) return output
        let found = 0
        for (const name of missingSources(output)) {
          const result = sources[name] === undefined ? readImport(name) : { error: '' }
          if (!('contents' in result)) continue
          sources[name] = { content: result.contents }
          found++
        }
        if (found === 0) return output
      }
    },
  }
}

function openPackaged(): Solc {
  const manifest = require.resolve('solc/package.json')
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return openSoljson(resolve(dirname(manifest), 'soljson.js'), version === solcRelease ? solcVersion : undefined)
}

const opened = new Map<string, Solc>()

/**
 * Opens a solc, the package's own unless a path is given. The same path gives the same one again.
 *
 * @param path - of a JavaScript file as soliditylang.org offers it (soljson), or of a program
 * @throws {RangeError} when there is none, or its version is older than 0.8.29
 */
export function openSolc(path?: string): Solc {
  const absolute = path === undefined ? '' : resolve(path)
  let solc = opened.get(absolute)
  if (solc === undefined) {
    if (path !== undefined && !existsSync(absolute)) throw new RangeError(`solc ${path}: no such file`)
    const isScript = ['.js', '.cjs'].includes(extname(absolute))
    solc = path === undefined ? openPackaged() : isScript ? openSoljson(absolute) : openProgram(absolute)
    opened.set(absolute, solc)
  }
  return solc
}

/** Version of the whole compiler, `0.8.37+commit.f401782d.tsolc.0.1.0`: solc's, and the package's as build metadata. */
export function compilerVersion(solc: Solc = openSolc()): string {
  return `${solc.version}.tsolc.${packageVersion}`
}
