import type { ContractOutput, ReadImport, Settings, SolcError, StandardJsonInput } from '../../compiler-ext/index.ts'
import { strictJson } from '../../compiler-ext/standardJsonText.ts'
import { UsageError } from '../errors.ts'
import { combinedJson, combinedSelection } from './combinedJson.ts'
import type { Compiler } from './compiler.ts'
import type { Configuration } from './configuration.ts'
import type { Console } from './console.ts'
import type { Inputs } from './inputs.ts'
import { printJson } from './json.ts'
import { type Libraries, libraryPlaceholder } from './libraries.ts'
import { components } from './outputs.ts'
import { compilerSettings } from './settings.ts'

type YulResult = { readonly name: string; readonly contract: ContractOutput; readonly ast: unknown }

/** Puts addresses of libraries whose names have no file in place; standard JSON has no place for these. */
function linkNames(object: string, libraries: Libraries): string {
  let linked = object
  for (const [name, address] of libraries)
    if (!name.includes(':')) linked = linked.replaceAll(`__${libraryPlaceholder(name)}__`, address)
  return linked
}

function showYul({ name, contract, ast }: YulResult, { requests, libraries, indent }: Configuration, console: Console) {
  const { outputs } = requests
  console.output(`\n======= ${name} (EVM) =======\n`)
  if (outputs.has('ir-optimized')) console.output(`\nPretty printed source:\n${contract.irOptimized ?? ''}\n`)
  if (outputs.has('bin')) {
    const object = linkNames(contract.evm?.bytecode?.object ?? '', libraries)
    console.output(`\nBinary representation:\n${object}\n`)
  }
  if (outputs.has('ast-compact-json')) console.output(`AST:\n\n${printJson(ast, indent)}\n`)
  if (outputs.has('yul-cfg-json'))
    console.output(`Yul Control Flow Graph:\n\n${printJson(contract.yulCFGJson ?? null, indent)}\n`)
  if (outputs.has('asm')) console.output(`\nText representation:\n${contract.evm?.assembly ?? ''}\n`)
}

/** The tree of the optimized Yul, which is the one that solc shows; standard JSON has that of the source. */
function optimizedAst(
  name: string,
  { irOptimized = '' }: ContractOutput,
  settings: Settings,
  compiler: Compiler,
  readImport: ReadImport,
): unknown {
  const input = {
    language: 'Yul',
    sources: { [name]: { content: irOptimized } },
    settings: { ...settings, outputSelection: { '*': { '*': ['ast'] } } },
  }
  return compiler.compile(input, readImport).sources?.[name]?.ast
}

/**
 * Compiles Yul and shows what was asked for, as `--strict-assembly` does.
 *
 * @returns whether there was no error
 * @throws {UsageError} on an output that solc does not give in standard JSON
 */
export function assembleYul(
  configuration: Configuration,
  { sources, readImport }: Inputs,
  compiler: Compiler,
  console: Console,
): boolean {
  if (configuration.requests.outputs.has('asm-json'))
    throw new UsageError('--asm-json is not available with --strict-assembly.')
  const { remappings: _, viaIR: __, ...settings } = compilerSettings(configuration)
  const outputs = ['irOptimized', 'evm.bytecode.object', 'evm.assembly']
  if (configuration.requests.outputs.has('yul-cfg-json')) outputs.push('yulCFGJson')
  const wantsAst = configuration.requests.outputs.has('ast-compact-json')
  const results: YulResult[] = []
  const errors: SolcError[] = []
  for (const [name, content] of [...sources].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const input = {
      language: 'Yul',
      sources: { [name]: { content } },
      settings: { ...settings, outputSelection: { '*': { '*': outputs } } },
    }
    const output = compiler.compile(input, readImport)
    errors.push(...(output.errors ?? []))
    const contract = Object.values(output.contracts?.[name] ?? {})[0] ?? {}
    results.push({
      name,
      contract,
      ast: wantsAst ? optimizedAst(name, contract, settings, compiler, readImport) : undefined,
    })
  }
  for (const error of errors) console.diagnostic(error)
  if (errors.some(({ severity }) => severity === 'error')) return false
  for (const result of results) showYul(result, configuration, console)
  return true
}

/** The assembly in a file, and the names of the sources that it comes from. */
function parseAssembly(text: string): { assemblyJson: unknown; sourceList: string[] } {
  let assemblyJson: unknown
  try {
    assemblyJson = JSON.parse(strictJson(text))
  } catch {
    throw new UsageError('Assembly Import Error: Could not parse JSON file.')
  }
  const list = (assemblyJson as { sourceList?: unknown } | null)?.sourceList
  const sourceList = Array.isArray(list) ? list.filter((name) => typeof name === 'string') : []
  return { assemblyJson, sourceList }
}

/**
 * Goes on from assembly in JSON, as `--import-asm-json` does.
 *
 * @returns whether there was no error
 * @throws {UsageError} when the file holds no JSON
 */
export function assembleJson(
  configuration: Configuration,
  { sources, readImport }: Inputs,
  compiler: Compiler,
  console: Console,
): boolean {
  const { requests, indent } = configuration
  const [[name, text] = ['', ''], ...others] = sources
  if (others.length > 0) throw new UsageError('--import-asm-json takes one input file.')
  const { assemblyJson, sourceList } = parseAssembly(text)
  const requested = components.filter(({ output }) => output !== 'gas' && requests.outputs.has(output))
  const selection = [
    ...requested.flatMap((component) => component.selection),
    ...combinedSelection(requests.combined ?? new Set()),
  ]
  const input: unknown = {
    language: 'EVMAssembly',
    sources: { [name]: { assemblyJson } },
    settings: {
      ...compilerSettings(configuration),
      outputSelection: { '*': { '': [...selection, 'evm.bytecode.object'] } },
    },
  }
  const output = compiler.compile(input as StandardJsonInput, readImport)
  for (const error of output.errors ?? []) console.diagnostic(inCommandWords(error))
  if (output.errors?.some(({ severity }) => severity === 'error')) return false
  const contract = Object.values(output.contracts?.[name] ?? {})[0]
  if (contract === undefined) throw new UsageError('Assembly Import Error: solc could not assemble it.')
  if (requests.combined) {
    const document = combinedJson(requests.combined, new Map([[name, contract]]), {}, sourceList, compiler.version)
    console.output(`${printJson(document, indent)}\n`)
  }
  const [assembly, code] = [requested.filter(isAssembly), requested.filter((component) => !isAssembly(component))]
  const shown = requests.outputs.has('asm-json') ? assembly.filter(({ output: kind }) => kind !== 'asm') : assembly
  for (const component of [...code, ...shown])
    console.output(`${component.title}\n${component.text(contract, indent)}\n`)
  return true
}

/** An error in the words of solc's command line. */
function inCommandWords(error: SolcError): SolcError {
  const message = error.message.replace(/^Assembly import error:/, 'Assembly Import Error:')
  return { ...error, message, formattedMessage: message }
}

function isAssembly({ output }: (typeof components)[number]): boolean {
  return output === 'asm' || output === 'asm-json'
}
