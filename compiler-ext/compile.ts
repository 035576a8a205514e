import { createDirectoryCache } from './cache.ts'
import { lowerUnit } from './lowerUnit.ts'
import { mentionsMarkers } from './markerText.ts'
import { createRunner, type Runner } from './runner.ts'
import { selectsCode } from './selection.ts'
import { openSolc, type Solc } from './solc.ts'
import { defaultWorkers } from './solcThreads.ts'
import type { ReadImport, StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

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

/** A compilation whose sources are known as far as solc has asked for them. */
type Sources = {
  /** Texts by source unit name: of the input, and of what was imported. */
  readonly texts: Map<string, string>
  readonly input: StandardJsonInput
  readonly readImport: ReadImport | undefined
}

/** Reads each import once, however often solc runs, and sources that are given by their place before solc does. */
function openSources(input: StandardJsonInput, readOther: ReadImport | undefined): Sources {
  const texts = new Map<string, string>()
  const results = new Map<string, ReturnType<ReadImport>>()
  const read = (name: string) => {
    const result = results.get(name) ?? readOther?.(name) ?? { error: 'File not found.' }
    results.set(name, result)
    return result
  }
  const sources = Object.entries(input.sources).map(([name, source]) => {
    const { content, urls } = source
    if (typeof content === 'string') texts.set(name, content)
    if (content !== undefined || readOther === undefined || !Array.isArray(urls)) return [name, source] as const
    const found = urls.map((url) => read(String(url))).find((result) => 'contents' in result)
    if (found === undefined) return [name, source] as const
    texts.set(name, found.contents)
    const { urls: _, ...rest } = source
    return [name, { ...rest, content: found.contents }] as const
  })
  const readImport = (name: string) => {
    const result = read(name)
    if ('contents' in result) texts.set(name, result.contents)
    return result
  }
  return {
    texts,
    input: { ...input, sources: Object.fromEntries(sources) },
    readImport: readOther === undefined ? undefined : readImport,
  }
}

/** Compiles with solc alone where no source mentions a marker; undefined where one does. */
function compilePlain(runner: Runner, { texts, input, readImport }: Sources): StandardJsonOutput | undefined {
  if (mentionsMarkers(texts.values())) return undefined
  const output = runner.run(input, readImport)
  return mentionsMarkers(texts.values()) ? undefined : output
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
  if (input.language !== 'Solidity' || !isWellFormed(input)) return runner.run(input, readImport)
  const sources = openSources(input, readImport)
  if (!selectsCode(input.settings?.outputSelection ?? {})) return runner.run(sources.input, sources.readImport)
  return compilePlain(runner, sources) ?? lowerUnit(runner, sources)
}
