import { compile } from './compile.ts'
import { CompileError } from './errors.ts'
import { readPackageSource } from './package.ts'
import {
  type AbiItem,
  type Bytecode,
  type ContractOutput,
  hasErrors,
  type OptimizerSettings,
  type ReadImport,
} from './standardJson.ts'

export type CompileOptions = {
  /** Reads imports that are neither among the sources nor of this package. */
  readonly readImport?: ReadImport
  /** The optimizer is on, with 200 runs, unless this says otherwise. */
  readonly optimizer?: OptimizerSettings
  readonly evmVersion?: string
  readonly remappings?: readonly string[]
  /** Addresses of libraries, by file and name. */
  readonly libraries?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A contract in the form of solc's output, with the outputs that {@link compileSources} selects. */
export type CompiledContract = ContractOutput & {
  readonly abi: readonly AbiItem[]
  readonly metadata: string
  /** Code is hex without 0x, and empty for an interface or an abstract contract. */
  readonly evm: { readonly bytecode: Bytecode; readonly deployedBytecode: Bytecode }
}

/** Reads imports with `readOther` first, where it is given, and files of this package besides. */
export function packageImports(readOther?: ReadImport): ReadImport {
  return (name) => {
    const result = readOther?.(name) ?? { error: 'File not found.' }
    if ('contents' in result) return result
    const contents = readPackageSource(name)
    return contents === undefined ? result : { contents }
  }
}

/**
 * Compiles Solidity sources, which may import `tensor-evm/Tensor.sol`.
 *
 * @param sources - text of each source, by the name under which others import it
 * @returns the contracts of these sources (not of those that they import), by file and name
 * @throws {CompileError} when a source does not compile, with what the compiler says
 */
export function compileSources(
  sources: Readonly<Record<string, string>>,
  options: CompileOptions = {},
): Record<string, Record<string, CompiledContract>> {
  const { readImport, optimizer = { enabled: true, runs: 200 }, ...settings } = options
  const outputs = ['abi', 'metadata', 'evm.bytecode', 'evm.deployedBytecode']
  const files = Object.keys(sources)
  const output = compile(
    {
      language: 'Solidity',
      sources: Object.fromEntries(Object.entries(sources).map(([file, content]) => [file, { content }])),
      settings: {
        ...settings,
        optimizer,
        outputSelection: Object.fromEntries(files.map((file) => [file, { '*': outputs }])),
      },
    },
    { readImport: packageImports(readImport) },
  )
  if (hasErrors(output)) throw new CompileError(output.errors ?? [])
  return (output.contracts ?? {}) as Record<string, Record<string, CompiledContract>>
}
