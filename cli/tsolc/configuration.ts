import { MAX_WORKERS } from '../../evm-ext/workers.ts'
import { UsageError } from '../errors.ts'
import { type Arguments, numberOf, parseArguments } from './arguments.ts'
import { type Libraries, parseLibraries } from './libraries.ts'
import { checkOutputs, type Mode, parseOutputs, type Requests } from './requests.ts'
import { checkSettings } from './settings.ts'

/** A command line that makes sense. */
export type Configuration = {
  readonly mode: Mode
  readonly args: Arguments
  readonly files: readonly string[]
  /** Whether the standard input is a source. */
  readonly readsInput: boolean
  readonly remappings: readonly string[]
  readonly basePath: string
  readonly includePaths: readonly string[]
  readonly allowPaths: readonly string[]
  readonly libraries: Libraries
  readonly requests: Requests
  /** Spaces that JSON is indented by; on one line without it. */
  readonly indent: number | undefined
  readonly workers: number | undefined
}

function joinNames(names: readonly string[]): string {
  return names.map((name) => `--${name}`).join(', ')
}

/** @throws {UsageError} when more than one of the options was given */
function checkExclusive({ options }: Arguments, names: readonly string[]): void {
  if (names.filter((name) => options.has(name)).length > 1)
    throw new UsageError(`The following options are mutually exclusive: ${joinNames(names)}. Select at most one.`)
}

const modeOptions: readonly (readonly [option: string, mode: Mode])[] = [
  ['help', 'help'],
  ['license', 'license'],
  ['version', 'version'],
  ['standard-json', 'standard JSON'],
  ['link', 'linker'],
  ['strict-assembly', 'assembler'],
  ['import-ast', 'compiler (AST import)'],
  ['import-asm-json', 'EVM assembler (JSON format)'],
]

/** What solc had once, and what it says of it. */
const removed: Readonly<Record<string, string>> = {
  yul: 'The typed Yul dialect formerly accessible via --yul is no longer supported, please use --strict-assembly instead.',
  assemble:
    'The assembly input mode formerly accessible via --assemble is no longer supported, please use --strict-assembly instead.',
  lsp: 'Language Server Protocol (LSP) support has been removed from solc.',
}

const compilerOnly = ['experimental-via-ir', 'via-ir', 'metadata-literal', 'no-cbor-metadata', 'metadata-hash']
const optimizerOptions = ['optimize', 'no-optimize-yul', 'optimize-yul', 'yul-optimizations']
const importOptions = [
  ...[
    'import-asm-json',
    'asm',
    'bin',
    'bin-runtime',
    'asm-json',
    'opcodes',
    'combined-json',
    'json-indent',
    'optimize',
  ],
  ...['pretty-json', 'experimental', 'solc', 'workers', 'no-cache', 'cache-dir', 'color', 'no-color'],
]

/** Whether a mode compiles Solidity, whatever it starts from. */
function compilesSolidity(mode: Mode): boolean {
  return mode === 'compiler' || mode === 'compiler (AST import)'
}

function checkMode(args: Arguments, mode: Mode): void {
  const { options } = args
  const notHere = [...options.keys()].filter(
    (name) => compilerOnly.includes(name) || (name.startsWith('model-checker-') && name !== 'model-checker-ext-calls'),
  )
  if (notHere.length > 0 && !compilesSolidity(mode))
    throw new UsageError(
      `The following options are not supported in the current input mode: ${joinNames(notHere.sort())}`,
    )
  checkExclusive(args, ['color', 'no-color'])
  checkExclusive(args, ['stop-after', 'gas'])
  if (mode === 'EVM assembler (JSON format)')
    for (const name of options.keys())
      if (!importOptions.includes(name))
        throw new UsageError(`Option --${name} is not supported with --import-asm-json.`)
  if (mode === 'standard JSON' || mode === 'linker')
    for (const name of ['optimize-runs', ...optimizerOptions, 'debug-info'])
      if (options.has(name)) throw new UsageError(`Option --${name} is only valid in compiler and assembler modes.`)
}

/** The directory that a remapping lets imports be read from: its target, or that of its target where that is no directory. */
function remappedDirectory(target: string): string {
  if (/(^|\/)\.\.$/.test(target)) return target
  const slash = target.lastIndexOf('/')
  return slash < 0 ? '.' : target.slice(0, slash) || '/'
}

type Inputs = Pick<Configuration, 'files' | 'readsInput' | 'remappings'> & { readonly directories: readonly string[] }

function parseInputs({ positional }: Arguments, mode: Mode): Inputs {
  const remappings = positional.filter((word) => word.includes('='))
  for (const remapping of remappings) {
    const [left = ''] = remapping.split('=')
    if (left.slice(left.indexOf(':') + 1) === '') throw new UsageError(`Invalid remapping: "${remapping}".`)
    if (mode === 'standard JSON')
      throw new UsageError(
        'Import remappings are not accepted on the command line in Standard JSON mode.\n' +
          "Please put them under 'settings.remappings' in the JSON input.",
      )
  }
  const others = positional.filter((word) => !word.includes('='))
  const files = [...new Set(others.filter((word) => word !== '-'))].sort()
  const readsInput = others.includes('-')
  if (mode === 'standard JSON' && (files.length > 1 || (files.length === 1 && readsInput)))
    throw new UsageError(
      'Too many input files for --standard-json.\n' +
        'Please either specify a single file name or provide its content on standard input.',
    )
  if (mode !== 'standard JSON' && files.length === 0 && !readsInput)
    throw new UsageError('No input files given. If you wish to use the standard input please specify "-" explicitly.')
  const targets = remappings.map((remapping) => remapping.slice(remapping.indexOf('=') + 1))
  return {
    files,
    readsInput: readsInput || files.length === 0,
    remappings,
    directories: targets.filter((target) => target !== '').map(remappedDirectory),
  }
}

/** Modes that end before anything is read. */
export function isInformation(mode: Mode): boolean {
  return mode === 'help' || mode === 'license' || mode === 'version'
}

/** What `--color` and `--no-color` ask for; of a command line that is not valid, too. */
export function colorChoice(words: readonly string[]): boolean | undefined {
  if (words.includes('--no-color')) return false
  return words.includes('--color') ? true : undefined
}

function parseWorkers(args: Arguments): number | undefined {
  const workers = numberOf(args, 'workers', MAX_WORKERS)
  if (workers === 0) throw new UsageError("the argument ('0') for option '--workers' is invalid")
  return workers
}

/**
 * Reads a command line.
 *
 * @throws {UsageError} when it is not valid, in solc's words where solc has some
 */
export function parseConfiguration(words: readonly string[], cwd: string): Configuration {
  const args = parseArguments(words)
  const { options } = args
  checkExclusive(
    args,
    modeOptions.map(([option]) => option),
  )
  const mode = modeOptions.find(([option]) => options.has(option))?.[1] ?? 'compiler'
  const bare: Configuration = {
    mode,
    args,
    files: [],
    readsInput: false,
    remappings: [],
    basePath: options.get('base-path')?.[0] ?? '',
    includePaths: options.get('include-path') ?? [],
    allowPaths: [],
    libraries: new Map(),
    requests: { outputs: new Set(), combined: undefined },
    indent: numberOf(args, 'json-indent') ?? (options.has('pretty-json') ? 2 : undefined),
    workers: parseWorkers(args),
  }
  if (isInformation(mode)) return bare
  if (options.has('experimental') && mode === 'standard JSON')
    throw new UsageError(
      'Standard JSON input mode is incompatible with the --experimental flag. Instead, please use the ' +
        "'settings.experimental' setting in your Standard JSON input file to enable experimental mode.",
    )
  for (const [name, message] of Object.entries(removed)) if (options.has(name)) throw new UsageError(message)
  checkMode(args, mode)
  checkSettings(args, mode)
  const requests = parseOutputs(args, mode)
  checkOutputs(args, mode, requests)
  if (bare.includePaths.length > 0 && bare.basePath === '')
    throw new UsageError('--include-path option requires a non-empty base path.')
  if (bare.includePaths.includes('')) throw new UsageError('Empty values are not allowed in --include-path.')
  checkExclusive(args, ['no-import-callback', 'allow-paths'])
  checkExclusive(args, ['no-cache', 'cache-dir'])
  const { directories, ...inputs } = parseInputs(args, mode)
  const allowed = (options.get('allow-paths')?.[0] ?? '').split(',').filter((path) => path !== '')
  const libraries = mode === 'standard JSON' ? new Map() : parseLibraries(options.get('libraries') ?? [], cwd)
  return { ...bare, ...inputs, allowPaths: [...allowed, ...directories], libraries, requests }
}
