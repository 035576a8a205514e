import type { ContractOutput, StandardJsonOutput } from '../../compiler-ext/index.ts'
import { withoutNulls } from './json.ts'
import type { CombinedOutput } from './options.ts'

/** An output of `--combined-json`: where it is in standard JSON. */
type Part = { readonly selection: string; value(contract: ContractOutput): unknown }

/** Parts of a contract; the AST is one of a source. */
const parts: Readonly<Record<Exclude<CombinedOutput, 'ast'>, Part>> = {
  abi: { selection: 'abi', value: ({ abi }) => abi },
  asm: { selection: 'evm.legacyAssembly', value: ({ evm }) => evm?.legacyAssembly },
  bin: { selection: 'evm.bytecode.object', value: ({ evm }) => evm?.bytecode?.object },
  'bin-runtime': { selection: 'evm.deployedBytecode.object', value: ({ evm }) => evm?.deployedBytecode?.object },
  devdoc: { selection: 'devdoc', value: ({ devdoc }) => devdoc },
  'function-debug': {
    selection: 'evm.bytecode.functionDebugData',
    value: ({ evm }) => evm?.bytecode?.functionDebugData ?? {},
  },
  'function-debug-runtime': {
    selection: 'evm.deployedBytecode.functionDebugData',
    value: ({ evm }) => evm?.deployedBytecode?.functionDebugData ?? {},
  },
  'generated-sources': {
    selection: 'evm.bytecode.generatedSources',
    value: ({ evm }) => evm?.bytecode?.generatedSources ?? [],
  },
  'generated-sources-runtime': {
    selection: 'evm.deployedBytecode.generatedSources',
    value: ({ evm }) => evm?.deployedBytecode?.generatedSources ?? [],
  },
  hashes: { selection: 'evm.methodIdentifiers', value: ({ evm }) => evm?.methodIdentifiers },
  metadata: { selection: 'metadata', value: ({ metadata }) => metadata },
  opcodes: { selection: 'evm.bytecode.opcodes', value: ({ evm }) => evm?.bytecode?.opcodes },
  srcmap: { selection: 'evm.bytecode.sourceMap', value: ({ evm }) => evm?.bytecode?.sourceMap ?? '' },
  'srcmap-runtime': {
    selection: 'evm.deployedBytecode.sourceMap',
    value: ({ evm }) => evm?.deployedBytecode?.sourceMap ?? '',
  },
  'storage-layout': { selection: 'storageLayout', value: ({ storageLayout }) => storageLayout },
  'transient-storage-layout': {
    selection: 'transientStorageLayout',
    value: ({ transientStorageLayout }) => transientStorageLayout,
  },
  userdoc: { selection: 'userdoc', value: ({ userdoc }) => userdoc },
}

const partNames = Object.keys(parts) as (keyof typeof parts)[]

/** Names in an output selection of what was asked for of contracts. */
export function combinedSelection(requested: ReadonlySet<CombinedOutput>): string[] {
  return partNames.filter((name) => requested.has(name)).map((name) => parts[name].selection)
}

/**
 * The document that `--combined-json` prints.
 *
 * @param contracts - by `file:name`, in ascending order; without parts when compilation stopped after parsing
 * @param sourceList - names of sources in the order of their numbers in source maps
 */
export function combinedJson(
  requested: ReadonlySet<CombinedOutput>,
  contracts: ReadonlyMap<string, ContractOutput>,
  { sources = {} }: Pick<StandardJsonOutput, 'sources'>,
  sourceList: readonly string[],
  version: string,
): unknown {
  const needsList = (['ast', 'srcmap', 'srcmap-runtime'] as const).some((name) => requested.has(name))
  const document: Record<string, unknown> = { version }
  const valuesOf = (contract: ContractOutput) =>
    partNames.filter((part) => requested.has(part)).map((part) => [part, parts[part].value(contract)])
  if (contracts.size > 0)
    document.contracts = Object.fromEntries(
      [...contracts].map(([name, contract]) => [
        name,
        // A contract that was only parsed has no parts, not even empty ones.
        Object.keys(contract).length > 0 ? Object.fromEntries(valuesOf(contract)) : {},
      ]),
    )
  if (needsList) document.sourceList = sourceList
  if (requested.has('ast'))
    document.sources = Object.fromEntries(
      Object.entries(sources).map(([name, { ast, id }]) => [name, { AST: ast, id }]),
    )
  return withoutNulls(document)
}
