import type { OptimizerSettings, Settings } from '../../compiler-ext/index.ts'
import { UsageError } from '../errors.ts'
import { type Arguments, numberOf } from './arguments.ts'
import type { Configuration } from './configuration.ts'
import { modelCheckerSettings } from './modelChecker.ts'
import type { Mode } from './requests.ts'

const DEBUG_COMPONENTS = ['ast-id', 'ethdebug', 'location', 'snippet']

function textOf({ options }: Arguments, name: string): string | undefined {
  return options.get(name)?.[0]
}

function debugInfo(args: Arguments): readonly string[] | undefined {
  const value = textOf(args, 'debug-info')
  if (value === undefined) return undefined
  if (value === 'all') return ['*']
  if (value === 'none') return []
  const components = value.split(',').map((component) => component.trim())
  if (!components.every((component) => DEBUG_COMPONENTS.includes(component)))
    throw new UsageError(`Invalid value for --debug-info option: ${value}`)
  if (components.includes('snippet') && !components.includes('location'))
    throw new UsageError("To use 'snippet' with --debug-info you must select also 'location'.")
  return components
}

/** Whether the optimizer of Yul runs. */
function optimizesYul({ options }: Arguments): boolean {
  return (options.has('optimize') && !options.has('no-optimize-yul')) || options.has('optimize-yul')
}

/** Whether a sequence of optimizer steps has no steps: white space, and the colon before the steps that clean up. */
function isEmptySequence(steps: string): boolean {
  return /^\s*:\s*$/.test(steps)
}

function checkOptimizer(args: Arguments): void {
  const { options } = args
  if (options.has('optimize-yul') && options.has('no-optimize-yul'))
    throw new UsageError('Options --optimize-yul and --no-optimize-yul cannot be used together.')
  const steps = textOf(args, 'yul-optimizations')
  if (steps !== undefined && !optimizesYul(args) && !isEmptySequence(steps))
    throw new UsageError(
      '--yul-optimizations is invalid with a non-empty sequence if Yul optimizer is disabled. Note that the empty ' +
        'optimizer sequence is properly denoted by ":".',
    )
}

function checkMetadata(args: Arguments): void {
  const hash = textOf(args, 'metadata-hash')
  if (hash === undefined) return
  if (!['ipfs', 'swarm', 'none'].includes(hash)) throw new UsageError(`Invalid option for --metadata-hash: ${hash}`)
  if (args.options.has('no-cbor-metadata') && hash !== 'none')
    throw new UsageError('Cannot specify a metadata hashing method when --no-cbor-metadata is set.')
}

/**
 * Checks the options that become settings of the compilation, as far as solc's standard JSON would not say what is wrong
 * in terms of the command line.
 *
 * @throws {UsageError} in the words that solc uses
 */
export function checkSettings(args: Arguments, mode: Mode): void {
  const { options } = args
  const strings = textOf(args, 'revert-strings')
  if (strings !== undefined && !['default', 'strip', 'debug', 'verboseDebug'].includes(strings))
    throw new UsageError(`Invalid option for --revert-strings: ${strings}`)
  if (strings === 'verboseDebug')
    throw new UsageError('Only "default", "strip" and "debug" are implemented for --revert-strings for now.')
  debugInfo(args)
  numberOf(args, 'optimize-runs')
  const stage = textOf(args, 'stop-after')
  if (stage !== undefined && stage !== 'parsing') throw new UsageError('Valid options for --stop-after are: "parsing".')
  checkOptimizer(args)
  for (const name of ['machine', 'yul-dialect']) {
    const value = textOf(args, name)
    if (value === undefined) continue
    if (mode !== 'assembler') throw new UsageError('--yul-dialect and --machine are only valid in assembly mode.')
    if (value !== 'evm') throw new UsageError(`Invalid option for --${name}: ${value}`)
  }
  checkMetadata(args)
  modelCheckerSettings(args)
  if (options.has('model-checker-bmc-loop-iterations') && !/bmc|all/.test(textOf(args, 'model-checker-engine') ?? ''))
    throw new UsageError('BMC loop unrolling requires the BMC engine to be enabled')
}

/** The optimizer that a command line asks for, with metadata as solc's own for the same options. */
function optimizerSettings(args: Arguments): OptimizerSettings {
  const runs = numberOf(args, 'optimize-runs')
  const enabled = args.options.has('optimize')
  const yul = optimizesYul(args)
  const steps = textOf(args, 'yul-optimizations')
  const details = {
    ...(yul !== enabled && { yul }),
    ...(steps !== undefined && { yulDetails: { optimizerSteps: steps } }),
  }
  return { enabled, ...(runs !== undefined && { runs }), ...(Object.keys(details).length > 0 && { details }) }
}

function metadataSettings(args: Arguments): NonNullable<Settings['metadata']> {
  const hash = textOf(args, 'metadata-hash')
  return {
    ...(args.options.has('no-cbor-metadata') && { appendCBOR: false }),
    ...(args.options.has('metadata-literal') && { useLiteralContent: true }),
    ...(hash !== undefined && { bytecodeHash: hash === 'swarm' ? 'bzzr1' : (hash as 'ipfs' | 'none') }),
  }
}

/**
 * Libraries by file and name. Names without a file are left out: solc links nothing by them either, and standard JSON has
 * no place for them.
 */
function librarySettings({ libraries }: Configuration): NonNullable<Settings['libraries']> {
  const result: Record<string, Record<string, string>> = {}
  for (const [name, address] of libraries) {
    const colon = name.lastIndexOf(':')
    if (colon < 0) continue
    const file = name.slice(0, colon)
    result[file] = { ...result[file], [name.slice(colon + 1)]: `0x${address}` }
  }
  return result
}

/** Settings of standard JSON that say what the command line says. */
export function compilerSettings(configuration: Configuration): Settings {
  const { args, mode, remappings } = configuration
  const { options } = args
  const evmVersion = textOf(args, 'evm-version')
  const components = debugInfo(args)
  const strings = textOf(args, 'revert-strings')
  const metadata = metadataSettings(args)
  const libraries = librarySettings(configuration)
  const checker = modelCheckerSettings(args)
  return {
    ...(mode !== 'EVM assembler (JSON format)' && { optimizer: optimizerSettings(args) }),
    ...(mode === 'EVM assembler (JSON format)' && options.has('optimize') && { optimizer: { enabled: true } }),
    ...(remappings.length > 0 && { remappings }),
    ...(evmVersion !== undefined && { evmVersion }),
    ...((options.has('via-ir') || options.has('experimental-via-ir')) && { viaIR: true }),
    ...((strings !== undefined || components !== undefined) && {
      debug: {
        ...(strings !== undefined && { revertStrings: strings }),
        ...(components !== undefined && { debugInfo: components }),
      },
    }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(Object.keys(libraries).length > 0 && { libraries }),
    ...(options.has('experimental') && { experimental: true }),
    ...(options.has('stop-after') && { stopAfter: 'parsing' }),
    ...(checker && { modelChecker: checker }),
  }
}
