import { readdirSync, readFileSync } from 'node:fs'
import {
  type ContractOutput,
  compile,
  openSolc,
  packageImports,
  type StandardJsonOutput,
} from '../../../compiler-ext/index.ts'
import type { Settings } from '../../../compiler-ext/standardJson.ts'
import { instructions } from '../../../isa/index.ts'

/** The generated library, by the name under which sources import it. */
export const LIBRARY = 'tensor-evm/compiler-ext/contracts/TensorInstructions.sol'
const SOFT = 'soft/SoftInstructions.sol'

/** Sources of this folder by the names under which they import each other. */
function sourcesOf(folder: string): Record<string, string> {
  const directory = new URL(`${folder}/`, import.meta.url)
  const files = readdirSync(directory).filter((name) => name.endsWith('.sol'))
  return Object.fromEntries(files.map((name) => [`${folder}/${name}`, readFileSync(new URL(name, directory), 'utf8')]))
}

/** One marker function: its tag's line, name, parameters, the rest of its first lines, and its body. */
const MARKER = / *\/\/\/ @custom:evm-opcode \w+\n( *function (\w+)\(([^)]*)\)([^{]*)\{\n)([\s\S]*?)\n( {4}\}\n)/g

/** A parameter as the word that the soft function takes. */
function asWord(parameter: string): string {
  const [type, name] = parameter.trim().split(/\s+/) as [string, string]
  if (type === 'Tensor') return `Tensor.unwrap(${name})`
  return type === 'uint256' ? name : `uint256(${name})`
}

/**
 * The generated library without markers: each function calls the soft instruction of its name.
 *
 * @param library - text of TensorInstructions.sol
 * @throws {Error} when the library does not have one marker function an instruction
 */
export function twinLibrary(library: string): string {
  let count = 0
  const text = library.replace(MARKER, (_, head: string, name: string, parameters: string, rest: string) => {
    count++
    const words = parameters.trim() === '' ? [] : parameters.split(',').map(asWord)
    const call = `SoftInstructions.${name}(${words.join(', ')})`
    const result = /returns \((\w+) (\w+)\)/.exec(rest)
    if (result === null) return `${head}        ${call};\n    }\n`
    const [, type, output] = result
    return `${head}        ${output} = ${type === 'Tensor' ? `Tensor.wrap(${call})` : call};\n    }\n`
  })
  if (count !== instructions.length) throw new Error(`${count} markers for ${instructions.length} instructions`)
  return text.replace(/^pragma solidity .*$/m, (pragma) => `${pragma}\nimport {SoftInstructions} from "${SOFT}";`)
}

function contractsOf(output: StandardJsonOutput): Record<string, ContractOutput> {
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return Object.assign({}, ...Object.values(output.contracts ?? {})) as Record<string, ContractOutput>
}

/** Each contract under test is in the file of its name. */
const contractSources = sourcesOf('contracts')

function inputOf(sources: Readonly<Record<string, string>>, settings: Settings, names: readonly string[]) {
  const files = names.map((name) => [`contracts/${name}.sol`, { [name]: ['abi', 'evm.bytecode.object'] }] as const)
  return {
    language: 'Solidity',
    sources: Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }])),
    settings: { ...settings, outputSelection: Object.fromEntries(files) },
  }
}

/** Contracts under test with tensor instructions, by name. */
export function compileLowered(settings: Settings, names: readonly string[]): Record<string, ContractOutput> {
  return contractsOf(compile(inputOf(contractSources, settings, names), { readImport: packageImports() }))
}

/**
 * Their twins, by solc alone.
 *
 * @param mutate - changes the text of each source of the soft instructions
 */
export function compileTwins(
  settings: Settings,
  names: readonly string[],
  mutate: (text: string) => string = (text) => text,
): Record<string, ContractOutput> {
  const read = packageImports()
  const library = read(LIBRARY)
  if (!('contents' in library)) throw new Error(library.error)
  const soft = Object.entries(sourcesOf('soft')).map(([name, text]) => [name, mutate(text)])
  const sources = { ...contractSources, ...Object.fromEntries(soft), [LIBRARY]: twinLibrary(library.contents) }
  return contractsOf(openSolc().run(inputOf(sources, settings, names), read))
}

/** What one side of a comparison is compiled with. */
export type Setting = { readonly name: string; readonly settings: Settings }

/** How contracts with instructions are compiled: they need IR whatever the user says. */
export const loweredSettings: readonly Setting[] = [
  { name: 'optimizer off', settings: { optimizer: { enabled: false }, viaIR: false } },
  { name: 'runs 1', settings: { optimizer: { enabled: true, runs: 1 }, viaIR: false } },
  { name: 'runs 200', settings: { optimizer: { enabled: true, runs: 200 }, viaIR: true } },
  { name: 'runs 100000', settings: { optimizer: { enabled: true, runs: 100000 }, viaIR: false } },
]

/**
 * Steps of the Yul optimizer without its inliner, which makes functions of the soft instructions too large for the stack.
 *
 * @see https://docs.soliditylang.org/en/v0.8.37/internals/optimizer.html#selecting-optimizations
 */
const WITHOUT_INLINER = 'dhfoDgvulfnTUtnIf[xa[r]EscLMcCTUtTOntnfDIulLculVcul]jmul[jul]VcTOculjmul:fDnTOcmu'

/** Twins over solc's two pipelines. */
export const twinSettings: readonly Setting[] = [
  { name: 'twin, legacy', settings: { optimizer: { enabled: true, runs: 200 }, viaIR: false } },
  {
    name: 'twin, IR',
    settings: {
      optimizer: { enabled: true, runs: 200, details: { yulDetails: { optimizerSteps: WITHOUT_INLINER } } },
      viaIR: true,
    },
  },
]
