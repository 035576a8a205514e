import { analyseContract } from './analysis/analyseContract.ts'
import { checkTensorTypes } from './analysis/tensorTypes.ts'
import { type ContractGraph, contractGraph } from './contractGraph.ts'
import { mergeErrors, notLoweredErrors, sizeWarnings, yulErrors } from './diagnostics.ts'
import { assembleContract, type LoweredContract, lowerContract, prepareYul, renameMetadata } from './lower.ts'
import { findMarkers } from './markers.ts'
import { guessImporters, mentionsMarker } from './markerText.ts'
import type { Runner } from './runner.ts'
import {
  isSelected,
  selectContract,
  selectedOutputs,
  selectsCode,
  touchesSelected,
  unchangedOutputs,
} from './selection.ts'
import {
  type ContractOutput,
  hasErrors,
  type OutputSelection,
  type ReadImport,
  type Settings,
  type SolcError,
  type StandardJsonInput,
  type StandardJsonOutput,
} from './standardJson.ts'
import { strayTagWarnings } from './strayTags.ts'

/** A compilation whose sources are known as far as solc has asked for them. */
export type Sources = {
  /** Texts by source unit name: of the input, and of what was imported. */
  readonly texts: ReadonlyMap<string, string>
  readonly input: StandardJsonInput
  readonly readImport: ReadImport | undefined
}

/** A compilation after its sources were analysed. */
type Unit = {
  readonly runner: Runner
  readonly texts: ReadonlyMap<string, string>
  /**
   * As the user gave it, in every pass: AST ids, of which names in the IR are made, follow the order in which solc meets
   * sources.
   */
  readonly input: StandardJsonInput
  readonly readImport: ReadImport | undefined
  readonly settings: Settings
  /** Output of the analysis: ASTs of all sources, and solc's warnings. */
  readonly analysis: StandardJsonOutput
  readonly graph: ContractGraph
}

/** Values by file and contract. Users choose these names, which may be those that every object has. */
type ByContract<T> = Map<string, Map<string, T>>

function put<T>(values: ByContract<T>, file: string, name: string, value: T): void {
  const contracts = values.get(file) ?? new Map<string, T>()
  values.set(file, contracts.set(name, value))
}

function toObject<T>(values: ByContract<T>): Record<string, Record<string, T>> {
  return Object.fromEntries([...values].map(([file, contracts]) => [file, Object.fromEntries(contracts)]))
}

/** What the user selected of a contract. */
function wantedOf({ settings }: Unit, { file, name }: { readonly file: string; readonly name: string }) {
  return selectedOutputs(settings.outputSelection ?? {}, file, name)
}

/** Name of each source, by its id. */
function fileNames({ sources = {} }: StandardJsonOutput): ReadonlyMap<number, string> {
  return new Map(Object.entries(sources).map(([file, { id }]) => [id, file]))
}

/** The analysed files that the user selected, as solc gives them. */
function selectSources(analysis: StandardJsonOutput, selection: OutputSelection): StandardJsonOutput {
  const sources = Object.entries(analysis.sources ?? {}).map(([file, { ast, ...rest }]) => {
    const wantsAst = isSelected(selectedOutputs(selection, file, ''), 'ast')
    return [file, wantsAst ? { ...rest, ast } : rest] as const
  })
  const { errors: _, contracts: __, ...others } = analysis
  return { ...others, ...(analysis.sources && { sources: Object.fromEntries(sources) }) }
}

/** Output of a compilation that ends in errors. */
function failure(
  analysis: StandardJsonOutput,
  selection: OutputSelection,
  errors: readonly SolcError[],
): StandardJsonOutput {
  return { errors: mergeErrors(analysis.errors, errors), ...selectSources(analysis, selection) }
}

const NEEDED_OUTPUTS = ['ir', 'metadata']

/** Settings of a pass that ends in IR, of the contracts that are selected. */
function settingsOfIR(settings: Settings, outputSelection: OutputSelection): Settings {
  return { ...settings, viaIR: true, debug: { ...settings.debug, debugInfo: ['location', 'ast-id'] }, outputSelection }
}

/**
 * The first pass: ASTs of all sources, and IR of the contracts that the user selected in files that may reach a marker.
 * Where the IR fails, which may be that of a contract that does not need it, the ASTs alone.
 */
function analyse(runner: Runner, { texts, input, readImport }: Sources): StandardJsonOutput {
  const { settings = {} } = input
  const { outputSelection = {} } = settings
  const selection: ByContract<readonly string[]> = new Map([['*', new Map([['', ['ast']]])]])
  for (const file of guessImporters(texts))
    for (const key of [file, '*'])
      for (const [name, outputs] of Object.entries(
        Object.hasOwn(outputSelection, key) ? (outputSelection[key] ?? {}) : {},
      ))
        if (name !== '' && outputs.length > 0) {
          const kept = unchangedOutputs.filter((output) => isSelected(outputs, output))
          put(selection, file, name, [...(selection.get(file)?.get(name) ?? []), ...NEEDED_OUTPUTS, ...kept])
        }
  const output = runner.run({ ...input, settings: settingsOfIR(settings, toObject(selection)) }, readImport)
  if (!hasErrors(output) || selection.size === 1) return output
  return runner.run({ ...input, settings: { ...settings, outputSelection: { '*': { '': ['ast'] } } } }, readImport)
}

/**
 * IR with the markers replaced, of all contracts that decide what becomes of those that the user selected: these, as far as
 * they are in files that import one with a marker, and those of such files whose code they embed, whose metadata is in
 * theirs. Where solc's legacy pipeline compiles the others, also those that they are tied to by embedding.
 */
function lowerContracts(unit: Unit, markers: Parameters<typeof lowerContract>[3]) {
  const { runner, texts, input, readImport, settings, analysis, graph } = unit
  const files = graph.importersOf([...texts].flatMap(([file, text]) => (mentionsMarker(text) ? [file] : [])))
  const wanted = graph.contracts.filter((contract) => wantedOf(unit, contract).length > 0).map(({ id }) => id)
  const reached = settings.viaIR ? graph.embeddedBy(wanted) : graph.tiedTo(wanted)
  const needed = graph.contracts.filter(({ file, id }) => files.has(file) && reached.has(id))
  const missing: ByContract<readonly string[]> = new Map()
  for (const contract of needed) {
    if (typeof analysis.contracts?.[contract.file]?.[contract.name]?.ir === 'string') continue
    const outputs = wantedOf(unit, contract)
    const kept = unchangedOutputs.filter((output) => isSelected(outputs, output))
    put(missing, contract.file, contract.name, [...NEEDED_OUTPUTS, ...kept])
  }
  const { modelChecker: _, ...others } = settings
  const rest =
    missing.size === 0 ? {} : runner.run({ ...input, settings: settingsOfIR(others, toObject(missing)) }, readImport)
  const contracts = needed.flatMap(({ file, name }) => {
    const output = (missing.get(file)?.has(name) ? rest : analysis).contracts?.[file]?.[name]
    return output === undefined ? [] : [lowerContract(file, name, output, markers)]
  })
  return { errors: rest.errors ?? [], contracts }
}

/** Inputs for the contracts that solc compiles alone: with the user's settings, and those that have to go through the IR. */
function plainInputs(unit: Unit, marked: readonly LoweredContract[]): StandardJsonInput[] {
  const { input, settings, graph } = unit
  const key = ({ file, name }: { readonly file: string; readonly name: string }) => `${file}:${name}`
  const isMarked = new Set(marked.map(key))
  const tied = graph.tiedTo(graph.contracts.filter((contract) => isMarked.has(key(contract))).map(({ id }) => id))
  const own: ByContract<readonly string[]> = new Map()
  const throughIR: ByContract<readonly string[]> = new Map()
  for (const contract of graph.contracts) {
    const wanted = wantedOf(unit, contract)
    if (isMarked.has(key(contract)) || wanted.length === 0) continue
    put(tied.has(contract.id) && !settings.viaIR ? throughIR : own, contract.file, contract.name, wanted)
  }
  const inputOf = (selection: ByContract<readonly string[]>, changes: Settings): StandardJsonInput[] =>
    selection.size === 0
      ? []
      : [{ ...input, settings: { ...settings, ...changes, outputSelection: toObject(selection) } }]
  return [...inputOf(own, {}), ...inputOf(throughIR, { viaIR: true })]
}

/** Compiles marked contracts from their lowered Yul and the others with solc alone. */
function finish(unit: Unit, marked: readonly LoweredContract[], warnings: readonly SolcError[]): StandardJsonOutput {
  const { runner, texts, input, readImport, settings, analysis } = unit
  const metadata = renameMetadata(marked, settings.metadata?.bytecodeHash ?? 'ipfs', runner.solc)
  const works = marked.flatMap((contract) => {
    const wanted = wantedOf(unit, contract)
    if (wanted.length === 0) return []
    return [{ wanted, ...prepareYul(contract, settings, metadata, isSelected(wanted, 'irOptimized')) }]
  })
  const plain = plainInputs(unit, marked)
  const runtimes = works.filter((work) => work.runtime && touchesSelected(work.wanted, 'evm.deployedBytecode'))
  const yul = [...works.map(({ whole }) => whole), ...runtimes.map(({ runtime }) => runtime as StandardJsonInput)]
  // Without imports to ask for, a compilation can go to a thread as the Yul does.
  const isClosed = [...texts.keys()].every((name) => input.sources[name]?.content !== undefined)
  const closed = isClosed ? [...yul, ...plain] : yul
  const results = runner.runAll(closed)
  const resultOf = new Map(closed.map((job, i) => [job, results[i] as StandardJsonOutput]))
  if (!isClosed) for (const job of plain) resultOf.set(job, runner.run(job, readImport))

  const fileOf = fileNames(analysis)
  const outputs: ByContract<ContractOutput> = new Map()
  const errors: SolcError[] = []
  for (const work of works) {
    const { contract, wanted, whole, runtime } = work
    const result = resultOf.get(whole) as StandardJsonOutput
    const assembled = assembleContract(work, result, runtime && resultOf.get(runtime), fileOf)
    if (assembled.errors) errors.push(...yulErrors(assembled.errors, contract, analysis, texts))
    else {
      errors.push(...sizeWarnings(contract, assembled.output, analysis, texts))
      const output = selectContract(assembled.output, wanted)
      if (output) put(outputs, contract.file, contract.name, output)
    }
  }
  const plainResults = plain.map((input) => resultOf.get(input) as StandardJsonOutput)
  for (const { contracts } of plainResults)
    for (const [file, named] of Object.entries(contracts ?? {}))
      for (const [name, output] of Object.entries(named)) put(outputs, file, name, output)

  const all = mergeErrors(analysis.errors, warnings, ...plainResults.map((result) => result.errors), errors)
  const sources = selectSources(analysis, settings.outputSelection ?? {})
  return { ...(all.length > 0 && { errors: all }), ...sources, contracts: toObject(outputs) }
}

function withWarnings(output: StandardJsonOutput, warnings: readonly SolcError[]): StandardJsonOutput {
  return warnings.length === 0 ? output : { ...output, errors: mergeErrors(warnings, output.errors) }
}

/** Whether solc takes the settings as they are: every pass changes some of them. */
function acceptsSettings(runner: Runner, input: StandardJsonInput): boolean {
  const [output = {}] = runner.runAll([{ ...input, sources: { 'empty.sol': { content: '' } } }])
  return !hasErrors(output)
}

/** Compiles sources of which one may hold a marker. */
export function lowerUnit(runner: Runner, { texts, input, readImport }: Sources): StandardJsonOutput {
  const { settings = {} } = input
  const { outputSelection = {} } = settings
  if (!acceptsSettings(runner, input)) return runner.run(input, readImport)
  const analysis = analyse(runner, { texts, input, readImport })
  const fail = (...errors: readonly SolcError[]) => failure(analysis, outputSelection, errors)
  if (hasErrors(analysis)) return fail()
  const stray = strayTagWarnings(analysis, texts)
  const { markers, errors } = findMarkers(analysis, texts)
  const misplaced = errors.length > 0 ? errors : checkTensorTypes(analysis, markers, texts)
  if (misplaced.length > 0) return fail(...stray, ...misplaced)
  if (!selectsCode(outputSelection)) return withWarnings(runner.run(input, readImport), stray)

  const unit: Unit = { runner, texts, input, readImport, settings, analysis, graph: contractGraph(analysis) }
  const { errors: irErrors, contracts } = lowerContracts(unit, markers)
  if (hasErrors({ errors: irErrors })) return fail(...stray, ...irErrors)
  const marked = contracts.filter((contract) => contract.marked)
  const fileOf = fileNames(analysis)
  const analysed = marked.filter((contract) => wantedOf(unit, contract).length > 0)
  const found = [
    ...notLoweredErrors(contracts, analysis, texts),
    ...analysed.flatMap((contract) => analyseContract(contract, fileOf, texts, analysis)),
  ]
  if (found.some(({ severity }) => severity === 'error')) return fail(...stray, ...found)
  return marked.length > 0
    ? finish(unit, marked, [...stray, ...found])
    : withWarnings(runner.run(input, readImport), stray)
}
