import { type Cache, cacheKey } from './cache.ts'
import { compilerVersion, type Solc } from './solc.ts'
import { runOnThreads } from './solcThreads.ts'
import type { ImportResult, ReadImport, StandardJsonInput, StandardJsonOutput } from './standardJson.ts'

/** Runs a solc for the passes of a compilation, each piece of work only once. */
export type Runner = {
  readonly solc: Solc
  /** Compiles an input whose imports are read as they are met. */
  run(input: StandardJsonInput, readImport: ReadImport | undefined): StandardJsonOutput
  /** Compiles inputs that hold all their sources, on several threads where that saves time. */
  runAll(inputs: readonly StandardJsonInput[]): StandardJsonOutput[]
}

/** What a result with imports depends on besides its input: what each import was, by name. */
type Imports = Readonly<Record<string, string>>

function importKey(result: ImportResult): string {
  return 'contents' in result ? cacheKey('contents', result.contents) : cacheKey('error', result.error)
}

/**
 * Makes a runner.
 *
 * @param cache - keeps results from one process to the next; errors of the compiler itself are not kept
 * @param workers - most threads
 */
export function createRunner(solc: Solc, cache: Cache | undefined, workers: number): Runner {
  const keyOf = (kind: string, input: StandardJsonInput) => cacheKey(kind, compilerVersion(solc), JSON.stringify(input))
  const isSound = (output: StandardJsonOutput) =>
    output.errors?.every(({ type }) => type !== 'InternalCompilerError') ?? true

  /** A kept result, if every import is still what it was. */
  const lookUp = (store: Cache, key: string, readImport: ReadImport): StandardJsonOutput | undefined => {
    const imports = store.get(key)
    if (imports === undefined) return undefined
    for (const [name, before] of Object.entries(JSON.parse(imports) as Imports))
      if (importKey(readImport(name)) !== before) return undefined
    const output = store.get(cacheKey(key, imports))
    return output === undefined ? undefined : (JSON.parse(output) as StandardJsonOutput)
  }

  const runAll = (inputs: readonly StandardJsonInput[]): StandardJsonOutput[] => {
    const keys = inputs.map((input) => keyOf('whole', input))
    const kept = keys.map((key) => cache?.get(key))
    const made = runOnThreads(
      solc,
      inputs.filter((_, i) => kept[i] === undefined),
      workers,
    )
    let next = 0
    return inputs.map((_, i) => {
      const text = kept[i]
      if (text !== undefined) return JSON.parse(text) as StandardJsonOutput
      const output = made[next++] as StandardJsonOutput
      if (isSound(output)) cache?.put(keys[i] as string, JSON.stringify(output))
      return output
    })
  }

  return {
    solc,
    runAll,
    run(input, readImport) {
      if (cache === undefined) return solc.run(input, readImport)
      if (readImport === undefined) return runAll([input])[0] as StandardJsonOutput
      const key = keyOf('imports', input)
      const kept = lookUp(cache, key, readImport)
      if (kept !== undefined) return kept
      const imports: Record<string, string> = {}
      const output = solc.run(input, (name) => {
        const result = readImport(name)
        imports[name] = importKey(result)
        return result
      })
      if (isSound(output)) {
        const list = JSON.stringify(imports)
        cache.put(cacheKey(key, list), JSON.stringify(output))
        cache.put(key, list)
      }
      return output
    },
  }
}
