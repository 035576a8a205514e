import { UsageError } from '../errors.ts'
import type { Arguments } from './arguments.ts'

const flags: Readonly<Record<string, string>> = {
  'div-mod-no-slacks': 'divModNoSlacks',
  'print-query': 'printQuery',
  'show-proved-safe': 'showProvedSafe',
  'show-unproved': 'showUnproved',
  'show-unsupported': 'showUnsupported',
}

const INVARIANTS = ['contract', 'reentrancy']
const TARGETS = [
  'constantCondition',
  'underflow',
  'overflow',
  'divByZero',
  'balance',
  'assert',
  'popEmptyArray',
  'outOfBounds',
]

/** Values that the options with a fixed set of values take. */
const choices: Readonly<Record<string, readonly string[]>> = {
  engine: ['all', 'bmc', 'chc', 'none'],
  'ext-calls': ['untrusted', 'trusted'],
  invariants: ['default', 'all', ...INVARIANTS],
  solvers: ['cvc5', 'eld', 'z3', 'smtlib2'],
  targets: ['default', 'all', ...TARGETS],
}

/** `<source>:<contract>,...` by source; undefined for solc's default. */
function contractsOf(value: string): Record<string, string[]> | undefined {
  if (value === 'default') return undefined
  const contracts: Record<string, string[]> = {}
  for (const pair of value.split(',')) {
    const [source, contract, ...more] = pair.split(':')
    if (!source || !contract || more.length > 0)
      throw new UsageError(`Invalid option for --model-checker-contracts: ${value}`)
    contracts[source] = [...(contracts[source] ?? []), contract]
  }
  return contracts
}

/**
 * The `settings.modelChecker` of standard JSON that says what the command line says; undefined when it says nothing.
 *
 * @throws {UsageError} in the words that solc uses
 */
export function modelCheckerSettings({ options }: Arguments): Readonly<Record<string, unknown>> | undefined {
  const settings: Record<string, unknown> = {}
  for (const [option, setting] of Object.entries(flags))
    if (options.has(`model-checker-${option}`)) settings[setting] = true
  const choose = (name: string): string[] | undefined => {
    const value = options.get(`model-checker-${name}`)?.[0]
    const parts = value?.split(',')
    if (parts?.every((part) => choices[name]?.includes(part)) === false)
      throw new UsageError(`Invalid option for --model-checker-${name}: ${value}`)
    return parts
  }
  const [engine] = choose('engine') ?? []
  if (engine !== undefined) settings.engine = engine
  const [extCalls] = choose('ext-calls') ?? []
  if (extCalls !== undefined) settings.extCalls = extCalls
  const solvers = choose('solvers')
  if (solvers) settings.solvers = solvers
  const invariants = choose('invariants')
  if (invariants && invariants[0] !== 'default') settings.invariants = invariants[0] === 'all' ? INVARIANTS : invariants
  const targets = choose('targets')
  if (targets && targets[0] !== 'default') settings.targets = targets[0] === 'all' ? TARGETS : targets
  const contracts = options.get('model-checker-contracts')?.[0]
  const selected = contracts === undefined ? undefined : contractsOf(contracts)
  if (selected) settings.contracts = selected
  for (const [name, setting] of [
    ['timeout', 'timeout'],
    ['bmc-loop-iterations', 'bmcLoopIterations'],
  ] as const) {
    const value = options.get(`model-checker-${name}`)?.[0]
    if (value === undefined) continue
    if (!/^\d+$/.test(value))
      throw new UsageError(`the argument ('${value}') for option '--model-checker-${name}' is invalid`)
    settings[setting] = Number(value)
  }
  return Object.keys(settings).length > 0 ? settings : undefined
}
