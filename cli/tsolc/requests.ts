import { UsageError } from '../errors.ts'
import type { Arguments } from './arguments.ts'
import { COMBINED_OUTPUTS, type CombinedOutput } from './options.ts'

/** What the command does, named as solc's errors name it. */
export type Mode =
  | 'help'
  | 'license'
  | 'version'
  | 'compiler'
  | 'compiler (AST import)'
  | 'standard JSON'
  | 'assembler'
  | 'linker'
  | 'EVM assembler (JSON format)'

/** Outputs that have an option of their own, in alphabetical order as in solc's errors. */
const OUTPUTS = [
  'abi',
  'asm',
  'asm-json',
  'ast-compact-json',
  'bin',
  'bin-runtime',
  'devdoc',
  'disasm',
  'emit-yul',
  'hashes',
  'ir',
  'ir-ast-json',
  'ir-optimized',
  'ir-optimized-ast-json',
  'metadata',
  'opcodes',
  'storage-layout',
  'transient-storage-layout',
  'userdoc',
  'yul-cfg-json',
] as const

export type Output = (typeof OUTPUTS)[number]

/** Outputs that were asked for. */
export type Requests = {
  readonly outputs: ReadonlySet<Output>
  readonly combined: ReadonlySet<CombinedOutput> | undefined
}

const assemblerOutputs: readonly Output[] = [
  'asm',
  'bin',
  'ir-optimized',
  'ast-compact-json',
  'asm-json',
  'yul-cfg-json',
]
const importOutputs: readonly Output[] = ['asm', 'bin', 'bin-runtime', 'opcodes', 'asm-json']
const importCombined: readonly CombinedOutput[] = ['asm', 'bin', 'bin-runtime', 'opcodes', 'srcmap', 'srcmap-runtime']

/** Outputs that a mode can give. */
function supportedOutputs(mode: Mode): readonly Output[] {
  if (mode === 'compiler' || mode === 'compiler (AST import)') return OUTPUTS
  if (mode === 'assembler') return assemblerOutputs
  return mode === 'EVM assembler (JSON format)' ? importOutputs : []
}

function parseCombined({ options }: Arguments, mode: Mode): Requests['combined'] {
  const names = options.get('combined-json')?.[0]?.split(',')
  if (names === undefined) return undefined
  const combined = new Set<CombinedOutput>()
  for (const name of names.toSorted()) {
    const output = COMBINED_OUTPUTS.find((known) => known === name)
    if (output === undefined) throw new UsageError(`Invalid option to --combined-json: ${name}`)
    combined.add(output)
  }
  const unsupported = COMBINED_OUTPUTS.find((output) => combined.has(output) && !importCombined.includes(output))
  if (mode === 'EVM assembler (JSON format)' && unsupported !== undefined)
    throw new UsageError(`The --combined-json ${unsupported} output is not available in EVM assembly import mode.`)
  return combined
}

/**
 * Outputs that a command line asks for; in assembler mode, solc's three where it asks for none.
 *
 * @throws {UsageError} when one is unknown or the mode can't give it
 */
export function parseOutputs(args: Arguments, mode: Mode): Requests {
  const combined = parseCombined(args, mode)
  const outputs = new Set(OUTPUTS.filter((name) => args.options.has(name)))
  if (mode === 'assembler' && outputs.size === 0)
    for (const name of ['asm', 'bin', 'ir-optimized'] as const) outputs.add(name)
  const unsupported = [...outputs].filter((name) => !supportedOutputs(mode).includes(name))
  if (unsupported.length > 0)
    throw new UsageError(
      `The following outputs are not supported in ${mode} mode: ${unsupported.map((name) => `--${name}`).join(', ')}.`,
    )
  return { outputs, combined }
}

/** @throws {UsageError} when outputs do not go with other options */
export function checkOutputs({ options }: Arguments, mode: Mode, { outputs, combined }: Requests): void {
  const [afterParsing] = [...outputs].filter((name) => name !== 'ast-compact-json')
  if (options.has('stop-after') && afterParsing !== undefined)
    throw new UsageError(
      `The following options are mutually exclusive: --stop-after, --${afterParsing}. Select at most one.`,
    )
  const wanted = [...outputs, ...(combined ? ['combined-json'] : []), ...(options.has('gas') ? ['gas'] : [])]
  if (options.has('check') && mode !== 'compiler')
    throw new UsageError('Option --check is only valid in compiler mode.')
  if (options.has('check') && wanted.length > 0)
    throw new UsageError(`--check gives no output: leave out --${wanted[0]}.`)
  if (mode !== 'assembler') return
  const invalid = ['output-dir', 'gas', 'combined-json'].filter((name) => options.has(name))
  if (invalid.length > 0)
    throw new UsageError(
      `The following options are invalid in assembly mode: ${invalid.map((name) => `--${name}`).join(', ')}.`,
    )
}
