import { posix } from 'node:path'
import type { StandardJsonInput, StandardJsonOutput } from '../../compiler-ext/index.ts'
import { type Case, compileOwn, contractsOf, type Findings, inputOf } from './check.ts'
import { differences } from './difference.ts'
import { readImport } from './packages.ts'
import { everything, type Mixed } from './unit.ts'

/** Outputs of a contract that do not depend on its code. */
const aboutSource = ['abi', 'devdoc', 'userdoc', 'storageLayout', 'transientStorageLayout'] as const

/** Adds what the sources import, as build systems do: the numbers of AST nodes then are others than with a callback. */
function withImports(input: StandardJsonInput): StandardJsonInput {
  const sources: Record<string, { content: string }> = {}
  const add = (file: string, content: string) => {
    if (sources[file] !== undefined) return
    sources[file] = { content }
    for (const [, path] of content.matchAll(/^(?:import|\}) [^;"]*"((?:[^"\\]|\\.)*)";/gm)) {
      const text = String(path).replaceAll('\\"', '"')
      const name = text.startsWith('.') ? posix.join(posix.dirname(file), text) : text
      const result = input.sources[name] ?? readImport(name)
      const found = 'contents' in result ? result.contents : 'content' in result ? result.content : undefined
      if (found !== undefined) add(name, found)
    }
  }
  for (const [file, { content = '' }] of Object.entries(input.sources)) add(file, content)
  return { ...input, sources }
}

/** Whether an output has errors: the first of them. */
function firstError({ errors = [] }: StandardJsonOutput): string | undefined {
  const error = errors.find(({ severity }) => severity === 'error')
  return error?.formattedMessage ?? error?.message
}

/**
 * Compiles contracts with and without markers together, by the legacy pipeline and over the IR. Those without come out as
 * from solc: under the user's settings, or over the IR where they are tied to a contract with markers, whose code then
 * holds theirs.
 */
export function checkMixed(it: Case, mixed: Mixed): Findings[] {
  const [legacy, throughIR] = [false, true].map((viaIR) => {
    const plain = inputOf(it, { ...(viaIR && { viaIR }), outputSelection: everything(false) })
    const input = mixed.givesImports ? withImports(plain) : plain
    return { viaIR, input, output: it.release.compile(input, readImport) }
  }) as [Compiled, Compiled]
  return [legacy, throughIR].map((own) => {
    const { counts, differences: places } = compareMixed(it, mixed, own, throughIR)
    const pipeline = own.viaIR ? 'IR' : 'legacy'
    return { counts, differences: places.map((place) => `${pipeline}: ${place}`) }
  })
}

/** What solc makes of a unit by one pipeline. */
type Compiled = { readonly viaIR: boolean; readonly input: StandardJsonInput; readonly output: StandardJsonOutput }

function compareMixed(
  it: Case,
  mixed: Mixed,
  { input, output: own }: Compiled,
  { output: throughIR }: Compiled,
): Findings {
  const ours = compileOwn(input, it.release.solc)
  const error = firstError(own) ?? firstError(throughIR) ?? firstError(ours)
  if (error !== undefined) return { counts: {}, differences: [`it must compile: ${error}`] }

  const places: string[] = []
  const codeOf = new Map<string, string>()
  let count = 0
  const names = (output: typeof ours) => contractsOf(output).map(({ file, name }) => `${file}:${name}`)
  places.push(...differences(names(ours).sort(), names(own).sort(), 'contracts'))
  for (const { file, name, contract } of contractsOf(ours)) {
    const key = `${file}:${name}`
    codeOf.set(key, contract.evm?.bytecode?.object ?? '')
    const isMarked = mixed.marked.includes(key)
    if (isMarked !== (contract.tensorInstructions !== undefined))
      places.push(`${key}: expected it to have ${isMarked ? '' : 'no '}instructions`)
    const expected = (mixed.tied.includes(key) || isMarked ? throughIR : own).contracts?.[file]?.[name]
    if (isMarked) {
      for (const output of aboutSource)
        places.push(...differences(contract[output], expected?.[output], `${key}.${output}`))
      const methods = 'methodIdentifiers'
      places.push(...differences(contract.evm?.[methods], expected?.evm?.[methods], `${key}.${methods}`))
      continue
    }
    count++
    places.push(...differences(contract, expected, key))
  }
  for (const [outer, inner] of mixed.embeds)
    if (!codeOf.get(inner) || !codeOf.get(outer)?.includes(codeOf.get(inner) as string))
      places.push(`${outer}: expected it to hold the code of ${inner}`)
  places.push(...differences(ours.sources, own.sources, 'sources'), ...differences(ours.errors, own.errors, 'errors'))
  return { counts: { mixedContracts: count }, differences: places }
}
