import { type AstNode, isFunction, locationOf, walkSources } from './ast.ts'
import { createError, type SourceTexts } from './errors.ts'
import { assembleContract, type LoweredContract, lowerContract, renameMetadata } from './lower.ts'
import { findMarkers, markerError } from './markers.ts'
import { firstPassSelection, isSelected, selectContract, selectedOutputs, selectsCode } from './selection.ts'
import { runSolc } from './solc.ts'
import {
  type ContractOutput,
  hasErrors,
  type ReadImport,
  type SolcError,
  type StandardJsonInput,
  type StandardJsonOutput,
} from './standardJson.ts'

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

/** A compilation in progress. */
type Compilation = {
  readonly input: StandardJsonInput
  readonly readImport: ReadImport | undefined
  /** Texts of the sources of the input and of those that were imported. */
  readonly texts: Map<string, string>
}

/** Wraps the callback so that each import is read once, however often solc runs, and its text is known. */
function start(input: StandardJsonInput, readImport: ReadImport | undefined): Compilation {
  const texts = new Map<string, string>()
  for (const [name, { content }] of Object.entries(input.sources)) if (content !== undefined) texts.set(name, content)
  if (readImport === undefined) return { input, readImport, texts }
  const results = new Map<string, ReturnType<ReadImport>>()
  const readOnce: ReadImport = (name) => {
    const result = results.get(name) ?? readImport(name)
    results.set(name, result)
    if ('contents' in result) texts.set(name, result.contents)
    return result
  }
  return { input, readImport: readOnce, texts }
}

/** Runs solc over its IR pipeline, without any other change. */
function runUnchanged({ input, readImport }: Compilation, outputSelection = input.settings?.outputSelection) {
  return runSolc(
    { ...input, settings: { ...input.settings, viaIR: true, ...(outputSelection && { outputSelection }) } },
    readImport,
  )
}

/** Declarations and functions by AST id, for errors of the Yul compilation, whose names end in it. */
function nodesById(output: StandardJsonOutput): ReadonlyMap<number, { node: AstNode; file: string }> {
  const nodes = new Map<number, { node: AstNode; file: string }>()
  walkSources(output, (node, file) => {
    if (node.nodeType === 'VariableDeclaration' || isFunction(node)) nodes.set(node.id, { node, file })
  })
  return nodes
}

/** Errors of the Yul compilation of a contract, in terms of its Solidity as far as names allow. */
function yulErrors(
  errors: readonly SolcError[],
  contract: LoweredContract,
  first: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const nodes = nodesById(first)
  return errors
    .filter(({ severity }) => severity === 'error')
    .map(({ message }) => {
      const cause = /std::exception::what: ([^\n]*)/.exec(message)?.[1] ?? message
      const id = /\b(?:var|fun)_[\w$]*?_(\d+)(?:_\w+)?\b/.exec(cause)?.[1]
      const found = id === undefined ? undefined : nodes.get(Number(id))
      const text = `${contract.file}:${contract.name}: ${cause.replace(/\s*Try compiling with.*$/s, '')}`
      const location = found && locationOf(found.node.src, found.file)
      return createError({ severity: 'error', type: 'CompilerError', message: text }, location, texts)
    })
}

/** An error for each contract with a body that should have been lowered. */
function notLoweredErrors(
  contracts: readonly LoweredContract[],
  first: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const ids = new Set<number>()
  for (const { notLowered } of contracts) if (notLowered !== undefined) ids.add(notLowered)
  if (ids.size === 0) return []
  const nodes = nodesById(first)
  return [...ids].map((id) => {
    const found = nodes.get(id)
    const message = 'this function has the body of a marker but no tag @custom:evm-opcode, and would revert when called'
    return markerError('ML010', message, found && locationOf(found.node.src, found.file), texts)
  })
}

const MAX_CODE_BYTES = 24576
const MAX_INITCODE_BYTES = 49152
const ADVICE =
  'This contract may not be deployable on Mainnet. Consider enabling the optimizer (with a low "runs" value!), turning ' +
  'off revert strings, or using libraries.'

/** solc's warnings about code that is too large to deploy, which its Yul mode does not give. */
function sizeWarnings(
  { file, name }: LoweredContract,
  { evm }: ContractOutput,
  first: StandardJsonOutput,
  texts: SourceTexts,
): SolcError[] {
  const warnings: [errorCode: string, message: string][] = []
  const codeBytes = (evm?.deployedBytecode?.object?.length ?? 0) / 2
  const initcodeBytes = (evm?.bytecode?.object?.length ?? 0) / 2
  if (codeBytes > MAX_CODE_BYTES)
    warnings.push([
      '5574',
      `Contract code size is ${codeBytes} bytes and exceeds ${MAX_CODE_BYTES} bytes (a limit introduced in Spurious ` +
        `Dragon). ${ADVICE}`,
    ])
  if (initcodeBytes > MAX_INITCODE_BYTES)
    warnings.push([
      '3860',
      `Contract initcode size is ${initcodeBytes} bytes and exceeds ${MAX_INITCODE_BYTES} bytes (a limit introduced in ` +
        `Shanghai). ${ADVICE}`,
    ])
  if (warnings.length === 0) return []
  let src: string | undefined
  walkSources(first, (node, nodeFile) => {
    if (node.nodeType === 'ContractDefinition' && node.name === name && nodeFile === file) src = node.src
  })
  const location = src === undefined ? undefined : locationOf(src, file)
  return warnings.map(([errorCode, message]) =>
    createError({ severity: 'warning', type: 'Warning', message, errorCode }, location, texts),
  )
}

/** Errors of several passes, each once. */
function mergeErrors(...lists: readonly (readonly SolcError[] | undefined)[]): readonly SolcError[] {
  const seen = new Map<string, SolcError>()
  for (const error of lists.flatMap((list) => list ?? [])) seen.set(JSON.stringify(error), error)
  return [...seen.values()]
}

/** The first pass's outputs of the files that the user selected. */
function selectSources(compilation: Compilation, first: StandardJsonOutput): StandardJsonOutput {
  const selection = compilation.input.settings?.outputSelection ?? {}
  const sources = Object.entries(first.sources ?? {}).map(([file, { ast, ...rest }]) => {
    const wantsAst = isSelected(selectedOutputs(selection, file, ''), 'ast')
    return [file, wantsAst ? { ...rest, ast } : rest] as const
  })
  return { ...first, sources: Object.fromEntries(sources) }
}

/** Compiles marked contracts from their lowered Yul and the others with solc alone. */
function finish(
  compilation: Compilation,
  first: StandardJsonOutput,
  contracts: readonly LoweredContract[],
): StandardJsonOutput {
  const { input, texts } = compilation
  const settings = input.settings ?? {}
  const selected = (contract: LoweredContract) =>
    selectedOutputs(settings.outputSelection ?? {}, contract.file, contract.name)
  const marked = contracts.filter((contract) => contract.marked)
  const metadata = renameMetadata(marked, settings.metadata?.bytecodeHash ?? 'ipfs')
  const fileOf = new Map(Object.entries(first.sources ?? {}).map(([file, { id }]) => [id, file]))
  const errors: SolcError[] = []
  const outputs: Record<string, Record<string, ContractOutput>> = {}
  const put = (file: string, name: string, output: ContractOutput | undefined) => {
    if (output) outputs[file] = { ...outputs[file], [name]: output }
  }

  const plain: Record<string, Record<string, readonly string[]>> = {}
  for (const contract of contracts) {
    const wanted = selected(contract)
    if (wanted.length === 0) continue
    if (!contract.marked) {
      plain[contract.file] = { ...plain[contract.file], [contract.name]: wanted }
      continue
    }
    const assembled = assembleContract(contract, settings, metadata, fileOf)
    if (assembled.errors) errors.push(...yulErrors(assembled.errors, contract, first, texts))
    else {
      errors.push(...sizeWarnings(contract, assembled.output, first, texts))
      put(contract.file, contract.name, selectContract(assembled.output, wanted))
    }
  }
  const rest = Object.keys(plain).length > 0 ? runUnchanged(compilation, plain) : {}
  for (const [file, named] of Object.entries(rest.contracts ?? {}))
    for (const [name, output] of Object.entries(named)) put(file, name, output)

  const all = mergeErrors(first.errors, rest.errors, errors)
  const { errors: _, contracts: __, ...others } = selectSources(compilation, first)
  return { ...(all.length > 0 && { errors: all }), ...others, contracts: outputs }
}

/**
 * Compiles standard JSON as solc does over its IR pipeline, with tensor instructions in place of marker functions.
 *
 * Contracts without markers come from solc untouched, byte for byte. Contracts with markers, and those that embed one, are
 * compiled from the same IR after the bodies of markers were replaced; their metadata names this compiler. `viaIR` is
 * always on, so that code that one contract embeds of another is the code of that contract. Of a contract with markers,
 * `evm.legacyAssembly`, ASTs of the IR and ethdebug are not given.
 *
 * Errors of the source are in the output's `errors`, as solc's are; a marker's begin with their code, ML001 to ML010.
 *
 * @param readImport - reads sources that the input does not hold
 * @throws {Error} when solc's own output is not as expected
 */
export function compile(input: StandardJsonInput, readImport?: ReadImport): StandardJsonOutput {
  if (input.language !== 'Solidity' || !isWellFormed(input)) return runSolc(input, readImport)
  const compilation = start(input, readImport)
  const selection = input.settings?.outputSelection ?? {}
  if (!selectsCode(selection)) return runUnchanged(compilation)

  const debug = { ...input.settings?.debug, debugInfo: ['location', 'ast-id'] }
  const first = runSolc(
    { ...input, settings: { ...input.settings, viaIR: true, debug, outputSelection: firstPassSelection(selection) } },
    compilation.readImport,
  )
  if (hasErrors(first)) return failure(compilation, first, [])

  const { markers, errors } = findMarkers(first, compilation.texts)
  if (errors.length > 0) return failure(compilation, first, errors)
  const contracts = Object.entries(first.contracts ?? {}).flatMap(([file, named]) =>
    Object.entries(named).map(([name, output]) => lowerContract(file, name, output, markers)),
  )
  const notLowered = notLoweredErrors(contracts, first, compilation.texts)
  if (notLowered.length > 0) return failure(compilation, first, notLowered)
  return contracts.some(({ marked }) => marked) ? finish(compilation, first, contracts) : runUnchanged(compilation)
}

/** Output of a compilation that the compiler's own checks end. */
function failure(
  compilation: Compilation,
  first: StandardJsonOutput,
  errors: readonly SolcError[],
): StandardJsonOutput {
  const { sources } = selectSources(compilation, first)
  return { errors: mergeErrors(first.errors, errors), ...(sources && { sources }) }
}
