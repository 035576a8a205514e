import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import type {
  ContractOutput,
  OutputSelection,
  SolcError,
  StandardJsonInput,
  StandardJsonOutput,
} from '../../compiler-ext/index.ts'
import { UsageError } from '../errors.ts'
import { combinedJson, combinedSelection } from './combinedJson.ts'
import type { Compiler } from './compiler.ts'
import type { Configuration } from './configuration.ts'
import type { Console } from './console.ts'
import type { Inputs } from './inputs.ts'
import { printJson } from './json.ts'
import { type Component, components } from './outputs.ts'
import { compilerSettings } from './settings.ts'

/** Names of contracts, `file:name`, with their outputs, in the order of solc. */
type Contracts = ReadonlyMap<string, ContractOutput>

/** Components that were asked for, in the order in which they are shown. */
function requestedComponents({ requests, args }: Configuration): Component[] {
  return components.filter(({ output }) => {
    if (output === 'gas') return args.options.has('gas')
    // Assembly comes in one of two forms.
    if (output === 'asm' && requests.outputs.has('asm-json')) return false
    return requests.outputs.has(output)
  })
}

/** What the compiler has to give for what was asked for. */
function outputSelection(configuration: Configuration): OutputSelection {
  const { requests, args } = configuration
  const wantsAst = requests.outputs.has('ast-compact-json') || requests.combined?.has('ast')
  const stops = args.options.has('stop-after')
  const selected = [
    // Makes the compiler name every contract.
    'abi',
    ...(args.options.has('check') ? ['evm.bytecode.object', 'evm.deployedBytecode.object'] : []),
    ...requestedComponents(configuration).flatMap(({ selection }) => selection),
    ...combinedSelection(requests.combined ?? new Set()),
  ]
  return { '*': { ...(!stops && { '*': [...new Set(selected)] }), ...((wantsAst || stops) && { '': ['ast'] }) } }
}

type SourceUnit = { readonly nodes?: readonly { readonly nodeType: string; readonly name?: string }[] }

/** Contracts by name; without outputs, from the syntax tree, when compilation stopped after parsing. */
function contractsOf({ contracts, sources = {} }: StandardJsonOutput): Contracts {
  const named: [string, ContractOutput][] = contracts
    ? Object.entries(contracts).flatMap(([file, outputs]) =>
        Object.entries(outputs).map(([name, output]): [string, ContractOutput] => [`${file}:${name}`, output]),
      )
    : Object.entries(sources).flatMap(([file, { ast }]) =>
        ((ast as SourceUnit | undefined)?.nodes ?? [])
          .filter(({ nodeType }) => nodeType === 'ContractDefinition')
          .map(({ name }): [string, ContractOutput] => [`${file}:${name}`, {}]),
      )
  return new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Name that the files of a contract start with: its own, or the whole one where others have the same. */
function fileStem(contract: string, contracts: Contracts): string {
  const nameOf = (full: string) => full.slice(full.lastIndexOf(':') + 1)
  const isUnique = [...contracts.keys()].every((other) => other === contract || nameOf(other) !== nameOf(contract))
  return isUnique ? nameOf(contract) : contract.replaceAll(/[/:.]/g, '_')
}

/** Writes files of outputs into a directory, which is made when the first is written. */
function createWriter(directory: string, cwd: string, overwrite: boolean): (name: string, text: string) => void {
  return (name, text) => {
    const shown = join(directory, name)
    const path = resolve(cwd, shown)
    if (!overwrite && existsSync(path))
      throw new UsageError(`Refusing to overwrite existing file "${shown}" (use --overwrite to force).`)
    try {
      mkdirSync(resolve(cwd, directory), { recursive: true })
      writeFileSync(path, text)
    } catch {
      throw new UsageError(`Could not write to file "${shown}".`)
    }
  }
}

/** Outputs that solc shows without a line that names the contract, where nothing else is asked for. */
const withoutHeading: readonly Component['output'][] = [
  ...(['ir', 'ir-ast-json', 'ir-optimized', 'ir-optimized-ast-json'] as const),
]

/** Messages of standard JSON in terms of the command line. */
function inOptions(error: SolcError, { args }: Configuration): SolcError {
  const evmVersion = args.options.get('evm-version')?.[0]
  const message = error.message
    .replace(/^Invalid EVM version requested\.$/, `Invalid option for --evm-version: ${evmVersion}`)
    .replace(/^Invalid optimizer step sequence in "[\w.]+":/, 'Invalid optimizer step sequence in --yul-optimizations:')
  return message === error.message ? error : { ...error, message, formattedMessage: message }
}

/** Shows the outputs of a compilation that was successful. @returns whether anything was shown at the terminal */
function showOutputs(
  output: StandardJsonOutput,
  configuration: Configuration,
  { console, cwd, version }: { readonly console: Console; readonly cwd: string; readonly version: string },
): void {
  const { args, requests, indent } = configuration
  const directory = args.options.get('output-dir')?.[0]
  const write = directory ? createWriter(directory, cwd, args.options.has('overwrite')) : undefined
  const contracts = contractsOf(output)
  const sources = Object.entries(output.sources ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))

  if (requests.combined) {
    const sourceList = sources.toSorted(([, a], [, b]) => a.id - b.id).map(([name]) => name)
    const text = printJson(combinedJson(requests.combined, contracts, output, sourceList, version), indent)
    if (write) write('combined.json', text)
    else console.output(`${text}\n`)
    if (requests.combined.has('asm')) warnOfMissing(contracts, '--combined-json asm', console)
  }
  if (requests.outputs.has('ast-compact-json')) {
    if (!write) console.output('JSON AST (compact format):\n\n')
    for (const [name, { ast }] of sources) {
      const text = printJson(ast, indent)
      if (write) write(`${basename(name)}_json.ast`, text)
      else console.output(`\n======= ${name} =======\n${text}`)
    }
  }
  const requested = requestedComponents(configuration)
  const hasHeading = requested.some(({ output: name }) => name === 'gas' || (!write && !withoutHeading.includes(name)))
  for (const [name, contract] of contracts) {
    if (hasHeading) console.output(`\n======= ${name} =======\n`)
    for (const component of requested) {
      if (component.plainOnly && contract.tensorInstructions) {
        warnOfMissing(new Map([[name, contract]]), `--${component.output}`, console)
        continue
      }
      const text = component.text(contract, indent)
      if (text === undefined) continue
      if (write && component.suffix) write(`${fileStem(name, contracts)}${component.suffix}`, text)
      else if (component.title === undefined) console.output(text)
      else console.output(`${component.title}\n${text}${text === '' && component.output === 'gas' ? '' : '\n'}`)
    }
  }
  if (console.isUsed()) return
  if (directory) console.output(`Compiler run successful. Artifact(s) can be found in directory "${directory}".\n`)
  else if (contracts.size === 0) console.output('Compiler run successful. No contracts to compile.\n')
  else console.output('Compiler run successful. No output generated.\n')
}

function warnOfMissing(contracts: Contracts, what: string, console: Console): void {
  for (const [name, { tensorInstructions }] of contracts)
    if (tensorInstructions)
      console.message('warning', `${name} has tensor instructions, for which there is no ${what}.`)
}

/** Language and sources of standard JSON: text, or the syntax trees that a file with its AST holds. */
function inputOf({ mode }: Configuration, { sources }: Inputs): Omit<StandardJsonInput, 'settings'> {
  if (mode === 'compiler')
    return {
      language: 'Solidity',
      sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
    }
  const trees: Record<string, { readonly ast: unknown }> = {}
  for (const text of sources.values())
    try {
      const { sources: given } = JSON.parse(text) as { sources: Record<string, { ast?: unknown; AST?: unknown }> }
      for (const [name, { ast, AST }] of Object.entries(given)) trees[name] = { ast: ast ?? AST }
    } catch {
      throw new UsageError('Failed to import AST: Input file could not be parsed to JSON with an object of sources.')
    }
  return { language: 'SolidityAST', sources: trees as StandardJsonInput['sources'] }
}

/**
 * Compiles files, shows errors and warnings, and then what was asked for.
 *
 * @returns whether there was no error
 * @throws {UsageError} when a file can't be written
 */
export function compileFiles(
  configuration: Configuration,
  inputs: Inputs,
  compiler: Compiler,
  console: Console,
  cwd: string,
): boolean {
  const settings = { ...compilerSettings(configuration), outputSelection: outputSelection(configuration) }
  const output = compiler.compile({ ...inputOf(configuration, inputs), settings }, inputs.readImport)
  const errors = (output.errors ?? []).map((error) => inOptions(error, configuration))
  for (const error of errors) console.diagnostic(error)
  if (errors.some(({ severity }) => severity === 'error')) return false
  if (!configuration.args.options.has('check'))
    showOutputs(output, configuration, { console, cwd, version: compiler.version })
  return true
}
