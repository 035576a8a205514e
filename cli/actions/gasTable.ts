import { paramsEVM } from '@ethereumjs/evm'
import { chainPricesFile, type ForkPrices } from '../../compiler-ext/gasPrices.ts'
import { createTensorCommon, loadTensorGenesis, type TensorGenesis, tensorParameters } from '../../evm-ext/index.ts'
import {
  evmPrices,
  parameterMeanings,
  parameterNames,
  schedule,
  type TensorParameterName,
  type TensorParameters,
} from '../../gas-model/index.ts'
import { UsageError } from '../errors.ts'
import { type ExamplePrice, examplePrices } from '../gasExamples.ts'

export type GasTableOptions = {
  readonly genesis?: string
  readonly fork?: string
  readonly timestamp?: number
  readonly json?: boolean
  readonly solidity?: boolean
}

/** A parameter as it is shown. */
type ShownParameter = {
  readonly name: TensorParameterName
  readonly value: number
  /** The schedule's own value, where the chain has another. */
  readonly default?: number
  /** Gas of a unit; undefined for a limit. */
  readonly gas?: number
  readonly unit: string
  /** Units that a gas buys; undefined for a limit and for what is free. */
  readonly unitsPerGas?: number
  readonly meaning: string
}

type ShownFork = {
  readonly name: string
  readonly start: Readonly<Record<string, number>>
  /** What the fork sets. */
  readonly changes: Partial<TensorParameters>
  readonly parameters: readonly ShownParameter[]
  readonly examples: readonly ExamplePrice[]
}

function shownParameter(name: TensorParameterName, value: number): ShownParameter {
  const { unit, meaning } = parameterMeanings[name]
  const gas = name.endsWith('Q16') ? value / 65536 : name.endsWith('Gas') ? value : undefined
  return {
    ...{ name, value },
    ...(value !== schedule[name] && { default: schedule[name] }),
    ...(gas !== undefined && { gas }),
    unit,
    ...(gas !== undefined && gas > 0 && { unitsPerGas: 1 / gas }),
    meaning,
  }
}

/** The schedule without a chain. */
const defaultFork: ForkPrices = { name: 'default', start: { time: 0 }, parameters: schedule, evm: evmPrices }

/** Forks of a chain that set prices, each with all prices from it on. */
function forksOf(genesis: TensorGenesis): readonly [ForkPrices, ...ForkPrices[]] {
  const common = createTensorCommon(genesis)
  common.updateParams(paramsEVM)
  return genesis.forks.map(({ name, time, block }) => {
    common.setHardfork(name)
    const all = tensorParameters(common)
    const evm = {
      memoryWordGas: Number(common.param('memoryGas')),
      memoryQuadraticDivisor: Number(common.param('quadCoefficientDivGas')),
      coldAccountGas: Number(common.param('coldaccountaccessGas')),
      coldSlotGas: Number(common.param('coldsloadGas')),
      warmAccessGas: Number(common.param('warmstoragereadGas')),
    }
    const parameters = Object.fromEntries(parameterNames.map((parameter) => [parameter, all[parameter]]))
    const start = time === undefined ? { block: block as number } : { time }
    return { name, start, parameters: parameters as TensorParameters, evm }
  }) as unknown as readonly [ForkPrices, ...ForkPrices[]]
}

/** The forks that options choose. @throws {UsageError} where there is none */
function chosenForks(
  forks: readonly [ForkPrices, ...ForkPrices[]],
  { genesis, fork, timestamp }: GasTableOptions,
): readonly [ForkPrices, ...ForkPrices[]] {
  if (fork !== undefined) {
    const found = forks.find(({ name }) => name === fork)
    if (found === undefined)
      throw new UsageError(`--fork ${fork}: expected ${forks.map(({ name }) => name).join(' or ')}`)
    return [found]
  }
  if (timestamp === undefined) return forks
  const [first] = forks
  if (!('time' in first.start))
    throw new UsageError(`--timestamp: ${genesis} counts its forks by block number, name one with --fork`)
  const active = forks.findLast(({ start }) => 'time' in start && start.time <= timestamp)
  if (active === undefined)
    throw new UsageError(`--timestamp ${timestamp}: expected at least ${first.start.time}, when the first fork starts`)
  return [active]
}

/** A number with four digits, however small. */
function short(value: number): string {
  return value >= 1000 || Number.isInteger(value) ? Math.round(value).toLocaleString('en') : value.toPrecision(4)
}

function printTable(rows: readonly (readonly string[])[], rightColumns: readonly number[]): void {
  const widths = (rows[0] as readonly string[]).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] as string).length)),
  )
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      rightColumns.includes(column) ? cell.padStart(widths[column] as number) : cell.padEnd(widths[column] as number),
    )
    console.log(`  ${cells.join('  ')}`.trimEnd())
  }
}

function printFork({ name, start, changes, parameters, examples }: ShownFork, isChain: boolean): void {
  const from = Object.entries(start).flat().join(' ')
  console.log(isChain ? `fork ${name}, from ${from}` : 'default schedule')
  const changed = Object.entries(changes).map(([parameter, value]) => `${parameter} ${value}`)
  if (changed.length > 0) console.log(`  sets ${changed.join(', ')}`)
  console.log()
  const rows = parameters.map((parameter) => [
    parameter.name,
    String(parameter.value),
    parameter.gas === undefined ? '' : `${short(parameter.gas)} gas a ${parameter.unit}`,
    parameter.unitsPerGas === undefined || parameter.unitsPerGas <= 1 ? '' : `${short(parameter.unitsPerGas)} a gas`,
    parameter.default === undefined ? '' : `default ${parameter.default}`,
    parameter.meaning,
  ])
  printTable([['parameter', 'value', 'price', 'buys', '', 'of'], ...rows], [1])
  console.log('\n  examples, as the first instruction of a transaction\n')
  const prices = examples.map(({ name: example, gas, macs }) => [
    example,
    String(gas.total),
    String(gas.base),
    String(gas.compute),
    String(gas.zeroing + gas.pages),
    macs === 0 ? '' : String(macs),
    macs === 0 ? '' : short(macs / gas.total),
  ])
  printTable([['', 'gas', 'base', 'compute', 'arena', 'MACs', 'MACs a gas'], ...prices], [1, 2, 3, 4, 5, 6])
}

/**
 * Prints the prices of a chain, or of the default schedule.
 *
 * @throws {UsageError} where options name no fork of the chain
 * @throws {GenesisError} as `loadTensorGenesis` does
 */
export function showGasTable(options: GasTableOptions): void {
  const { genesis: file } = options
  for (const option of ['fork', 'timestamp'] as const)
    if (file === undefined && options[option] !== undefined)
      throw new UsageError(`--${option}: needs --genesis, the default schedule has no forks`)
  const genesis = file === undefined ? undefined : loadTensorGenesis(file)
  const forks = genesis === undefined ? ([defaultFork] as const) : chosenForks(forksOf(genesis), options)
  if (options.solidity) {
    process.stdout.write(chainPricesFile(genesis?.chainId, forks))
    return
  }
  const shown = forks.map(
    ({ name, start, parameters, evm }): ShownFork => ({
      ...{ name, start },
      changes: genesis?.forks.find((fork) => fork.name === name)?.parameters ?? {},
      parameters: parameterNames.map((parameter) => shownParameter(parameter, parameters[parameter])),
      examples: examplePrices({ parameters, evm }),
    }),
  )
  if (options.json) {
    const chain = genesis === undefined ? {} : { chainId: genesis.chainId }
    console.log(JSON.stringify({ ...chain, forks: shown }))
    return
  }
  if (genesis !== undefined) console.log(`chain ${genesis.chainId}\n`)
  shown.forEach((fork, index) => {
    if (index > 0) console.log()
    printFork(fork, genesis !== undefined)
  })
}
