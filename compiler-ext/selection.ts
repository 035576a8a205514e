import type { ContractOutput, EvmOutput, OutputSelection } from './standardJson.ts'

/** Outputs of a contract that lowering does not change. */
export const unchangedOutputs = [
  'abi',
  'devdoc',
  'userdoc',
  'storageLayout',
  'transientStorageLayout',
  'evm.methodIdentifiers',
] as const

/** Outputs that solc leaves out of `*`. */
const experimental = ['ir', 'irAst', 'irOptimized', 'irOptimizedAst', 'yulCFGJson', 'ethdebug']

/** What is selected of a contract; of a file itself where `contract` is empty. */
export function selectedOutputs(selection: OutputSelection, file: string, contract: string): readonly string[] {
  const names = contract === '' ? [''] : [contract, '*']
  // Names that every object has may be a user's.
  const own = <T>(values: Readonly<Record<string, T>> | undefined, key: string) =>
    values !== undefined && Object.hasOwn(values, key) ? values[key] : undefined
  return [file, '*'].flatMap((key) => names.flatMap((name) => own(own(selection, key), name) ?? []))
}

/** Whether `output` is among the selected: itself, one that contains it, or `*`. */
export function isSelected(selected: readonly string[], output: string): boolean {
  return selected.some(
    (name) => name === output || output.startsWith(`${name}.`) || (name === '*' && !experimental.includes(output)),
  )
}

/** Whether an output of a contract that lowering changes is selected anywhere. */
export function selectsCode(selection: OutputSelection): boolean {
  return Object.values(selection).some((contracts) =>
    Object.entries(contracts).some(
      ([contract, outputs]) =>
        contract !== '' && outputs.some((output) => !(unchangedOutputs as readonly string[]).includes(output)),
    ),
  )
}

/** Whether `output`, a part of it or something that contains it is among the selected. */
export function touchesSelected(selected: readonly string[], output: string): boolean {
  return isSelected(selected, output) || selected.some((name) => name.startsWith(`${output}.`))
}

/** The entries of an output object whose paths below `prefix` are selected; undefined when none is. */
function pick<T extends object>(outputs: T | undefined, prefix: string, selected: readonly string[]): T | undefined {
  const entries = Object.entries(outputs ?? {}).filter(([name]) => isSelected(selected, `${prefix}${name}`))
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T)
}

/** The selected outputs of a contract; undefined when there are none. */
export function selectContract(output: ContractOutput, selected: readonly string[]): ContractOutput | undefined {
  const { evm, tensorInstructions, ...rest } = output
  const bytecode = pick(evm?.bytecode, 'evm.bytecode.', selected)
  const deployedBytecode = pick(evm?.deployedBytecode, 'evm.deployedBytecode.', selected)
  const { bytecode: _, deployedBytecode: __, ...others } = evm ?? {}
  const picked: EvmOutput = {
    ...pick(others, 'evm.', selected),
    ...(bytecode && { bytecode }),
    ...(deployedBytecode && { deployedBytecode }),
  }
  const contract: ContractOutput = {
    ...pick(rest, '', selected),
    ...(Object.keys(picked).length > 0 && { evm: picked }),
  }
  if (Object.keys(contract).length === 0) return undefined
  return tensorInstructions ? { ...contract, tensorInstructions } : contract
}
