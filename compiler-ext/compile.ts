import { createDirectoryCache } from './cache.ts'
import { lowerUnit, type Sources } from './lowerUnit.ts'
import { mayUseMarkers } from './markerText.ts'
import { createRunner, type Runner } from './runner.ts'
import { openSolc, type Solc } from './solc.ts'
import { inputError } from './solcErrors.ts'
import { defaultWorkers } from './solcThreads.ts'
import type { ImportResult, ReadImport, StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

export type CompilerOptions = {
  /** Reads sources that the input does not hold. */
  readonly readImport?: ReadImport | undefined
  /** The solc that does the work; the package's own unless given. */
  readonly solc?: Solc | undefined
  /** Where results are kept for later compilations; nowhere unless given. */
  readonly cacheDirectory?: string | undefined
  /** Most threads for contracts with instructions; as many as the machine runs at once unless given. */
  readonly workers?: number | undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Whether what the compiler reads of its input has the right types; where it has not, solc says what is wrong. */
function isWellFormed({ sources, settings = {} }: StandardJsonInput): boolean {
  if (!isObject(sources) || !Object.values(sources).every(isObject) || !isObject(settings)) return false
  const { outputSelection = {}, debug = {}, metadata = {}, optimizer = {} } = settings
  if (![outputSelection, debug, metadata, optimizer].every(isObject)) return false
  return Object.values(outputSelection).every(
    (contracts) => isObject(contracts) && Object.values(contracts).every(Array.isArray),
  )
}

/** What a reader gives, or the error of one that throws or gives something else. */
function readSafely(name: string, readOther: ReadImport | undefined): ImportResult {
  try {
    const result: unknown = readOther?.(name)
    if (isObject(result) && typeof result.contents === 'string') return { contents: result.contents }
    return { error: isObject(result) && typeof result.error === 'string' ? result.error : 'File not found.' }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** Reads each import once, however often solc runs, and what is given by its place before solc does. */
function openSources(input: StandardJsonInput, readOther: ReadImport | undefined): Sources {
  const texts = new Map<string, string>()
  const results = new Map<string, ReturnType<ReadImport>>()
  const read = (name: string) => {
    const result = results.get(name) ?? readSafely(name, readOther)
    results.set(name, result)
    return result
  }
  for (const [name, { content, urls }] of Object.entries(input.sources))
    if (typeof content === 'string') texts.set(name, content)
    else if (readOther !== undefined && Array.isArray(urls)) {
      const found = urls.map((url) => read(String(url))).find((result) => 'contents' in result)
      if (found !== undefined) texts.set(name, found.contents)
    }
  // What is asked for as a place is no source of that name.
  const places = new Set(Object.values(input.sources).flatMap(({ urls }) => (Array.isArray(urls) ? urls : [])))
  const readImport = (name: string) => {
    const result = read(name)
    if ('contents' in result && !places.has(name)) texts.set(name, result.contents)
    return result
  }
  return { texts, input, readImport: readOther === undefined ? undefined : readImport }
}

/** Compiles with solc alone where no source may use a marker; undefined where one may. */
function compilePlain(runner: Runner, { texts, input, readImport }: Sources): StandardJsonOutput | undefined {
  if (mayUseMarkers(texts.values())) return undefined
  const output = runner.run(input, readImport)
  return mayUseMarkers(texts.values()) ? undefined : output
}

/**
 * Compiles standard JSON as solc does, with tensor instructions in place of marker functions.
 *
 * Contracts without markers come from solc untouched, byte for byte. Contracts with markers, and those that embed one, go
 * through solc's IR pipeline, and their metadata names this compiler. So do, but for the name, contracts without markers
 * that a contract with markers embeds, and what is tied to these in the same way: so the code that one contract embeds of
 * another is the code of that contract, whatever `viaIR` says. Of a contract with markers, `evm.legacyAssembly`, ASTs of the
 * IR and ethdebug are not given.
 *
 * Errors of the source are in the output's `errors`, as solc's are; those about markers begin with their code, ML001 and so
 * on.
 *
 * @throws {Error} when solc's own output is not as expected
 */
export function compile(input: StandardJsonInput, options: CompilerOptions = {}): StandardJsonOutput {
  const { readImport, solc = openSolc(), cacheDirectory, workers = defaultWorkers() } = options
  const cache = cacheDirectory === undefined ? undefined : createDirectoryCache(cacheDirectory)
  const runner = createRunner(solc, cache, workers)
  if (!isObject(input)) return inputError('Input is not a JSON object.')
  if (!isWellFormed(input)) return runner.run(input, readImport)
  const sources = openSources(input, readImport)
  if (input.language !== 'Solidity') return runner.run(input, sources.readImport)
  return compilePlain(runner, sources) ?? lowerUnit(runner, sources)
}
