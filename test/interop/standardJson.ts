import type { Bytecode, ContractOutput, StandardJsonInput, StandardJsonOutput } from '../../compiler-ext/index.ts'
import { expectEqual } from './checks.ts'
import { printedBy, runShell } from './command.ts'
import type { Project } from './workspace.ts'

/** Instructions that the contract of docs/foundry.md can't do without. */
export const pageInstructions: readonly string[] = ['ARGMAX', 'MATMUL', 'TCALLDATALOAD']

/** What a compiler that is installed in a project makes of standard JSON. */
export async function compileStandardJson(
  compiler: 'tsolc' | 'solcjs',
  { language, sources, settings }: StandardJsonInput,
  project: Project,
): Promise<StandardJsonOutput> {
  project.write('input.json', JSON.stringify({ language, sources, settings }))
  // solcjs ends before a pipe has taken all that it prints; a file takes all.
  const command = `${compiler} --standard-json < input.json > output.json`
  printedBy(command, await runShell(command, project.surroundings()))
  const printed = project.read('output.json')
  // solcjs says on a line of its own that it has no SMT solver.
  return JSON.parse(printed.slice(printed.indexOf('{'))) as StandardJsonOutput
}

/** A contract of an output. @throws {Error} with the output's errors when it is not there */
export function contractIn({ contracts, errors = [] }: StandardJsonOutput, file: string, name: string): ContractOutput {
  const contract = contracts?.[file]?.[name]
  if (contract !== undefined) return contract
  throw new Error(`no ${file}:${name}\n${errors.map(({ formattedMessage }) => formattedMessage).join('\n')}`)
}

/** A value with the keys of its objects in order: programs write JSON in orders of their own. */
function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(ordered)
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, ordered(child)]),
  )
}

/** A contract with hex as solc writes it, without the 0x that other programs put before. */
export function withoutPrefixes(contract: ContractOutput): ContractOutput {
  const strip = (code: Partial<Bytecode> = {}) => ({ ...code, object: code.object?.replace(/^0x/, '') ?? '' })
  const { evm } = contract
  return {
    ...contract,
    evm: { ...evm, bytecode: strip(evm?.bytecode), deployedBytecode: strip(evm?.deployedBytecode) },
  }
}

/** Parts of a contract that decide what runs, and what a debugger and a verifier say of it. */
function essence({ abi, evm, metadata }: ContractOutput) {
  const code = ({ object, sourceMap, linkReferences, immutableReferences }: Partial<Bytecode> = {}) =>
    ordered({ object, sourceMap, linkReferences, immutableReferences: immutableReferences ?? {} })
  return {
    abi: abi?.map((item) => JSON.stringify(ordered(item))).sort(),
    metadata,
    methodIdentifiers: ordered(evm?.methodIdentifiers),
    bytecode: code(evm?.bytecode),
    deployedBytecode: code(evm?.deployedBytecode),
  }
}

/**
 * Compares what both outputs of a contract have.
 *
 * @throws {Error} when they differ, or there is no code
 */
export function expectSameContract(what: string, actual: ContractOutput, expected: ContractOutput): void {
  const [found, wanted] = [essence(actual), essence(expected)]
  if (!expected.evm?.bytecode?.object || !expected.evm.deployedBytecode?.object)
    throw new Error(`${what}: there is no code`)
  for (const part of Object.keys(wanted) as (keyof typeof wanted)[])
    if (part !== 'metadata' || found.metadata !== undefined) expectEqual(`${what}, ${part}`, found[part], wanted[part])
}
