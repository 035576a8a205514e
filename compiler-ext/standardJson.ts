/**
 * The standard JSON of solc, as far as the compiler reads or writes it. Everything else passes through untouched.
 *
 * @see https://docs.soliditylang.org/en/latest/using-the-compiler.html#compiler-input-and-output-json-description
 */

/** Outputs by file and contract; `*` is any, and an empty contract name the file itself. */
export type OutputSelection = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>

export type OptimizerSettings = {
  readonly enabled?: boolean
  readonly runs?: number
  readonly details?: {
    readonly yul?: boolean
    readonly yulDetails?: { readonly stackAllocation?: boolean; readonly optimizerSteps?: string }
    readonly [detail: string]: unknown
  }
}

export type Settings = {
  readonly remappings?: readonly string[]
  readonly optimizer?: OptimizerSettings
  readonly evmVersion?: string
  readonly viaIR?: boolean
  readonly debug?: { readonly revertStrings?: string; readonly debugInfo?: readonly string[] }
  readonly metadata?: {
    readonly appendCBOR?: boolean
    readonly useLiteralContent?: boolean
    readonly bytecodeHash?: 'ipfs' | 'bzzr1' | 'none'
  }
  readonly libraries?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly outputSelection?: OutputSelection
  readonly [setting: string]: unknown
}

export type StandardJsonInput = {
  readonly language: string
  readonly sources: Readonly<Record<string, { readonly content?: string; readonly urls?: readonly string[] }>>
  readonly settings?: Settings
}

/** A range of bytes of a source's UTF-8 text. */
export type SourceLocation = { readonly file: string; readonly start: number; readonly end: number }

export type SolcError = {
  readonly component: string
  readonly severity: 'error' | 'warning' | 'info'
  readonly type: string
  readonly message: string
  readonly formattedMessage?: string
  readonly errorCode?: string
  readonly sourceLocation?: SourceLocation
}

/** Places of a code object that are filled in later, in bytes. */
export type CodeReference = { readonly start: number; readonly length: number }

export type Bytecode = {
  /** Hex without prefix; unlinked libraries leave placeholders. */
  readonly object: string
  readonly opcodes?: string
  readonly sourceMap?: string
  readonly linkReferences?: Readonly<Record<string, Readonly<Record<string, readonly CodeReference[]>>>>
  readonly immutableReferences?: Readonly<Record<string, readonly CodeReference[]>>
  readonly generatedSources?: readonly unknown[]
  readonly functionDebugData?: Readonly<Record<string, unknown>>
}

export type AbiParameter = {
  readonly name: string
  readonly type: string
  readonly internalType?: string
  readonly indexed?: boolean
  readonly components?: readonly AbiParameter[]
}

export type AbiItem = {
  readonly type: string
  readonly name?: string
  readonly inputs?: readonly AbiParameter[]
  readonly outputs?: readonly AbiParameter[]
  readonly stateMutability?: string
  readonly anonymous?: boolean
}

export type EvmOutput = {
  readonly assembly?: string
  readonly bytecode?: Partial<Bytecode>
  readonly deployedBytecode?: Partial<Bytecode>
  readonly gasEstimates?: unknown
  readonly methodIdentifiers?: Readonly<Record<string, string>>
  readonly legacyAssembly?: unknown
}

export type ContractOutput = {
  readonly abi?: readonly AbiItem[]
  readonly metadata?: string
  readonly ir?: string
  readonly irOptimized?: string
  readonly evm?: EvmOutput
  /** Of a contract with tensor instructions: places of each mnemonic in its code, embedded contracts included. */
  readonly tensorInstructions?: Readonly<Record<string, number>>
  readonly [output: string]: unknown
}

export type SourceOutput = { readonly id: number; readonly ast?: unknown }

export type StandardJsonOutput = {
  readonly errors?: readonly SolcError[]
  readonly sources?: Readonly<Record<string, SourceOutput>>
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, ContractOutput>>>>
  readonly [output: string]: unknown
}

/** What a callback gives for an import: its text, or why there is none. */
export type ImportResult = { readonly contents: string } | { readonly error: string }

/** Reads a source that the input does not hold, by its source unit name. */
export type ReadImport = (name: string) => ImportResult

/** Whether the output has an error, not only warnings. */
export function hasErrors(output: StandardJsonOutput): boolean {
  return output.errors?.some(({ severity }) => severity === 'error') ?? false
}
