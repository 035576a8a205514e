import { analyseContract } from '../../../compiler-ext/analysis/analyseContract.ts'
import { checkTensorTypes } from '../../../compiler-ext/analysis/tensorTypes.ts'
import { packageImports } from '../../../compiler-ext/compileSources.ts'
import { lowerContract } from '../../../compiler-ext/lower.ts'
import { findMarkers } from '../../../compiler-ext/markers.ts'
import { openSolc } from '../../../compiler-ext/solc.ts'
import type { SolcError } from '../../../compiler-ext/standardJson.ts'
import { errorsOf } from '../setup.ts'

const OPEN = '⟦'
const CLOSE = '⟧'

/** A source with the places in it that `⟦` and `⟧` enclose. */
export type MarkedSource = { readonly text: string; readonly places: readonly { start: number; end: number }[] }

/** Takes `⟦` and `⟧` out of a source and gives the bytes between each pair; pairs may not be nested. */
export function readPlaces(source: string): MarkedSource {
  const places: { start: number; end: number }[] = []
  let text = ''
  for (const [index, piece] of source.split(OPEN).entries()) {
    const [inside = '', ...after] = piece.split(CLOSE)
    const start = Buffer.byteLength(text)
    text += inside
    if (index > 0) places.push({ start, end: Buffer.byteLength(text) })
    text += after.join(CLOSE)
  }
  return { text, places }
}

/** What the analysis finds. */
export type Analysed = { readonly tensorTypes: readonly SolcError[]; readonly contracts: readonly SolcError[] }

/** Runs both checks on the contracts of sources, by file name, whose markers must be right. */
export function analyse(sources: Readonly<Record<string, string>>): Analysed {
  const texts = new Map(Object.entries(sources))
  const read = packageImports()
  const readImport: typeof read = (name) => {
    const result = read(name)
    if ('contents' in result) texts.set(name, result.contents)
    return result
  }
  const output = openSolc().run(
    {
      language: 'Solidity',
      sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
      settings: {
        viaIR: true,
        debug: { debugInfo: ['location', 'ast-id'] },
        outputSelection: { '*': { '*': ['ir'], '': ['ast'] } },
      },
    },
    readImport,
  )
  const { markers, errors } = findMarkers(output, texts)
  for (const error of [...errorsOf(output), ...errors]) throw new Error(error.formattedMessage)
  const fileOf = new Map(Object.entries(output.sources ?? {}).map(([file, { id }]) => [id, file]))
  const contracts = Object.entries(output.contracts ?? {}).flatMap(([file, named]) =>
    Object.entries(named).flatMap(([name, contract]) =>
      analyseContract(lowerContract(file, name, contract, markers), fileOf, texts, output),
    ),
  )
  return { tensorTypes: checkTensorTypes(output, markers, texts), contracts }
}

/** Errors that are in one file. */
export function errorsIn(errors: readonly SolcError[], name: string): readonly SolcError[] {
  return errors.filter(({ sourceLocation }) => sourceLocation?.file === name)
}
