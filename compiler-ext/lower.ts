import { EXTENSION, instructionByOpcode } from '../isa/index.ts'
import { opcodesText } from './disassemble.ts'
import type { Marker } from './markers.ts'
import { type MetadataHash, metadataHash, renameCompiler, replaceMetadataHashes } from './metadata.ts'
import { findNotLowered, lowerMarkers, runtimeOnly } from './rewrite.ts'
import type { Solc } from './solc.ts'
import { decodeAssembly, decodeSourceMap, flattenPositions, type SourceLayout } from './sourceMap.ts'
import type {
  Bytecode,
  ContractOutput,
  Settings,
  SolcError,
  StandardJsonInput,
  StandardJsonOutput,
} from './standardJson.ts'
import { parseObjects, tokenizeYul } from './yul.ts'
import { YUL_FILE, yulInput, yulResult } from './yulCompile.ts'

/** A contract of the first pass after its markers were replaced, where it has any. */
export type LoweredContract = {
  readonly file: string
  readonly name: string
  /** Outputs of the first pass. */
  readonly output: ContractOutput
  /** Yul with instructions; empty for a contract that has no code, such as an interface. */
  readonly text: string
  /** Whether it, or a contract that it embeds, has tensor instructions. */
  readonly marked: boolean
  /** AST id of a function with a body that no compiler lowered; see {@link findNotLowered}. */
  readonly notLowered: number | undefined
}

/** Replaces the markers in a contract's IR. */
export function lowerContract(
  file: string,
  name: string,
  output: ContractOutput,
  markers: ReadonlyMap<number, Marker>,
): LoweredContract {
  if (!output.ir) return { file, name, output, text: '', marked: false, notLowered: undefined }
  const { text, count } = lowerMarkers(output.ir, tokenizeYul(output.ir), markers)
  return { file, name, output, text, marked: count > 0, notLowered: findNotLowered(tokenizeYul(text)) }
}

/** New metadata of marked contracts, and the hash of each in place of solc's. */
export type RenamedMetadata = {
  readonly metadataOf: ReadonlyMap<LoweredContract, string>
  readonly hashes: ReadonlyMap<string, string>
}

/** Metadata of marked contracts that names this compiler. */
export function renameMetadata(contracts: readonly LoweredContract[], kind: MetadataHash, solc: Solc): RenamedMetadata {
  const metadataOf = new Map<LoweredContract, string>()
  const hashes = new Map<string, string>()
  for (const contract of contracts) {
    const before = contract.output.metadata
    if (!before) throw new Error(`${contract.file}:${contract.name}: solc gave no metadata`)
    const after = renameCompiler(before, solc)
    metadataOf.set(contract, after)
    const [from, to] = [metadataHash(before, kind), metadataHash(after, kind)]
    if (from !== undefined && to !== undefined) hashes.set(from, to)
  }
  return { metadataOf, hashes }
}

/**
 * How often each mnemonic stands in assembled code.
 *
 * @throws {Error} when the code holds bytes that are no tensor instruction
 */
function countInstructions(assembly: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const [, bytes] of assembly.matchAll(/^\s*verbatimbytecode_(\w*)$/gm)) {
    const word = Number.parseInt(bytes as string, 16)
    const instruction = word >> 8 === EXTENSION ? instructionByOpcode.get(word & 0xff) : undefined
    if (instruction === undefined) throw new Error(`internal error: ${bytes} was assembled, which is no instruction`)
    counts[instruction.mnemonic] = (counts[instruction.mnemonic] ?? 0) + 1
  }
  return counts
}

function decodeBytecode(
  bytecode: Partial<Bytecode> | undefined,
  layout: SourceLayout,
  hasInstructions: boolean,
): Partial<Bytecode> {
  const { object = '', opcodes = '', sourceMap = '', ...rest } = bytecode ?? {}
  return {
    ...rest,
    object,
    // Names are those of this solc where it knows all of the code.
    opcodes: hasInstructions ? opcodesText(object) : opcodes,
    sourceMap: decodeSourceMap(sourceMap, layout),
    generatedSources: [],
  }
}

/** Gas that solc cannot estimate: it knows no bound for code with instructions that it does not know. */
function gasEstimates(codeBytes: number, methods: Readonly<Record<string, string>> | undefined): unknown {
  const external = Object.fromEntries(Object.keys(methods ?? {}).map((signature) => [signature, 'infinite']))
  return {
    creation: { codeDepositCost: String(200 * codeBytes), executionCost: 'infinite', totalCost: 'infinite' },
    ...(Object.keys(external).length > 0 && { external }),
  }
}

/** A marked contract on its way through solc's Yul mode. */
export type YulWork = {
  readonly contract: LoweredContract
  readonly metadata: string
  /** The Yul with its new metadata hashes, before positions were flattened. */
  readonly ir: string
  readonly layout: SourceLayout
  /** Compiles the whole contract. */
  readonly whole: StandardJsonInput
  /**
   * Compiles the runtime code, where the first does not give it: solc has no `deployedBytecode` in Yul mode when the creation
   * object embeds further objects.
   */
  readonly runtime: StandardJsonInput | undefined
}

/**
 * What solc has to compile for a marked contract.
 *
 * @param wantsOptimizedIR - whether `irOptimized` is an output that is wanted
 */
export function prepareYul(
  contract: LoweredContract,
  settings: Settings,
  metadata: RenamedMetadata,
  wantsOptimizedIR: boolean,
): YulWork {
  const ir = replaceMetadataHashes(contract.text, parseObjects(tokenizeYul(contract.text)), metadata.hashes)
  const { text, layout } = flattenPositions(ir, tokenizeYul(ir), YUL_FILE)
  const root = parseObjects(tokenizeYul(text))
  const outputs = ['evm.assembly', 'evm.bytecode', 'evm.deployedBytecode']
  const embeds = root.objects.length > 1
  return {
    contract,
    metadata: metadata.metadataOf.get(contract) as string,
    ir,
    layout,
    whole: yulInput(text, settings, wantsOptimizedIR ? [...outputs, 'irOptimized'] : outputs),
    runtime: embeds ? yulInput(runtimeOnly(text, root, YUL_FILE), settings, ['evm.deployedBytecode']) : undefined,
  }
}

/** What became of a marked contract: all its outputs, or the errors of its Yul compilation. */
export type Assembled =
  | { readonly output: ContractOutput; readonly errors?: undefined }
  | { readonly output?: undefined; readonly errors: readonly SolcError[] }

/**
 * Makes the outputs of a marked contract what solc's would be: metadata, source maps and runtime code.
 *
 * @param whole - solc's output for the work of this name
 * @param runtime - likewise, where there is such work
 * @param fileOf - name of each source, by its id
 */
export function assembleContract(
  work: YulWork,
  whole: StandardJsonOutput,
  runtime: StandardJsonOutput | undefined,
  fileOf: ReadonlyMap<number, string>,
): Assembled {
  const { contract, layout } = work
  const creation = yulResult(whole)
  if (creation.errors) return { errors: creation.errors }
  const deployed = runtime === undefined ? creation : yulResult(runtime)
  if (deployed.errors) return { errors: deployed.errors }
  const { assembly = '', bytecode } = creation.contract.evm ?? {}
  const tensorInstructions = countInstructions(assembly)
  const hasInstructions = Object.keys(tensorInstructions).length > 0
  const deployedBytecode = decodeBytecode(deployed.contract.evm?.deployedBytecode, layout, hasInstructions)
  const { evm, ...unchanged } = contract.output
  return {
    output: {
      ...unchanged,
      metadata: work.metadata,
      ir: work.ir,
      irOptimized: creation.contract.irOptimized ?? '',
      evm: {
        ...evm,
        assembly: decodeAssembly(assembly, layout, YUL_FILE, fileOf),
        bytecode: decodeBytecode(bytecode, layout, hasInstructions),
        deployedBytecode,
        gasEstimates: gasEstimates((deployedBytecode.object as string).length / 2, evm?.methodIdentifiers),
      },
      tensorInstructions,
    },
  }
}
