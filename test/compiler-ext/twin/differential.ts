import type { Address } from '@ethereumjs/util'
import { Interface } from 'ethers'
import type { ContractOutput } from '../../../compiler-ext/index.ts'
import { type Call, deployments, randomCall } from './calls.ts'
import { createRandom } from './random.ts'
import { compileLowered, compileTwins, type Setting } from './source.ts'
import { surroundings } from './surroundings.ts'
import { type Outcome, openTensorWorld, openTwinWorld, type World } from './world.ts'

type Contracts = Readonly<Record<string, ContractOutput>>

/** The contracts under test, deployed in one world. */
type Side = {
  readonly world: World
  readonly addresses: ReadonlyMap<string, Address>
  /** Whether a call left other storage than the twin's: all calls after it do, and only the first is told. */
  diverged: boolean
}

/** A call that ended otherwise than the twin's. */
export type Difference = {
  readonly setting: string
  readonly call: Call
  readonly expected: Outcome
  readonly found: Outcome
}

/** How the calls of one setting ended. */
type Tally = { calls: number; returns: number; reverts: number; halts: number; differences: number }

/** A twin, and what is compared with it. */
export type Comparison = {
  readonly tallies: ReadonlyMap<string, Tally>
  /** How often each instruction was carried out, in the setting where it was least often. */
  carriedOut(mnemonic: string): number
  /** Makes one call everywhere. @returns how it ended for the twin, and where it ended otherwise */
  compare(call: Call): Promise<{ readonly expected: Outcome; readonly differences: readonly Difference[] }>
  /**
   * Makes random calls, on the state that the ones before left.
   *
   * @param report - told after each call
   */
  compareRandom(seed: number, calls: number, report?: (done: number) => void): Promise<Difference[]>
}

export type ComparisonOptions = {
  /** How the twin is compiled that the others are compared with. */
  readonly twin: Setting
  readonly lowered: readonly Setting[]
  /** Further twins. */
  readonly others?: readonly Setting[]
  /** The contracts that are compiled and called; all unless given. */
  readonly names?: readonly string[]
  /** Changes the text of a source of the twin's instructions. */
  readonly mutate?: (text: string) => string
}

const count = { return: 'returns', revert: 'reverts', halt: 'halts' } as const

async function deployAll(world: World, contracts: Contracts, names: readonly string[]): Promise<Side> {
  const addresses = new Map<string, Address>()
  for (const [name, values] of deployments.filter(([deployed]) => names.includes(deployed))) {
    const { abi, evm } = contracts[name] as ContractOutput
    const parameters = new Interface(JSON.stringify(abi)).encodeDeploy(values)
    addresses.set(name, await world.deploy(`0x${evm?.bytecode?.object}${parameters.slice(2)}`))
  }
  return { world, addresses, diverged: false }
}

const callWith = ({ world, addresses }: Side, { contract }: Call, data: string) =>
  world.call(addresses.get(contract) as Address, data)

/** Whether a call ended as the twin's did. */
function endedAlike(side: Side, expected: Outcome, found: Outcome): boolean {
  const same = (key: keyof Outcome) => JSON.stringify(expected[key]) === JSON.stringify(found[key])
  const storage = side.diverged || same('storage')
  side.diverged ||= !storage
  return storage && same('kind') && same('data') && same('logs')
}

/** Compiles and deploys the contracts under test, each setting in a world of its own. */
export async function openComparison(options: ComparisonOptions): Promise<Comparison> {
  const { twin, lowered, others = [], names = deployments.map(([name]) => name), mutate } = options
  const compileTwin = ({ settings }: Setting) => compileTwins(settings, names, mutate)
  const twinContracts = compileTwin(twin)
  const interfaces = new Map(names.map((name) => [name, new Interface(JSON.stringify(twinContracts[name]?.abi))]))
  const reference = await deployAll(await openTwinWorld(twin.name, surroundings), twinContracts, names)
  const sides: Side[] = []
  for (const setting of lowered) {
    const world = await openTensorWorld(setting.name, surroundings)
    sides.push(await deployAll(world, compileLowered(setting.settings, names), names))
  }
  for (const setting of others)
    sides.push(await deployAll(await openTwinWorld(setting.name, surroundings), compileTwin(setting), names))
  const tallies = new Map<string, Tally>(
    sides.map(({ world }) => [world.name, { calls: 0, returns: 0, reverts: 0, halts: 0, differences: 0 }]),
  )

  const compare = async (call: Call) => {
    const data = interfaces.get(call.contract)?.encodeFunctionData(call.name, call.values) as string
    const expected = await callWith(reference, call, data)
    const differences: Difference[] = []
    for (const side of sides) {
      const found = await callWith(side, call, data)
      const tally = tallies.get(side.world.name) as Tally
      tally.calls++
      tally[count[found.kind]]++
      if (endedAlike(side, expected, found)) continue
      tally.differences++
      differences.push({ setting: side.world.name, call, expected, found })
    }
    return { expected, differences }
  }

  return {
    tallies,
    carriedOut: (mnemonic) =>
      Math.min(...sides.slice(0, lowered.length).map(({ world }) => world.carriedOut.get(mnemonic) ?? 0)),
    compare,
    async compareRandom(seed, calls, report) {
      const random = createRandom(seed)
      const differences: Difference[] = []
      let done = 0
      while (done < calls) {
        const call = randomCall(random)
        if (!names.includes(call.contract)) continue
        differences.push(...(await compare(call)).differences)
        done++
        report?.(done)
      }
      return differences
    },
  }
}

/** A difference in words. */
export function formatDifference({ setting, call, expected, found }: Difference): string {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `0x${part.toString(16)}` : part))
  const lines = [`${setting}: ${call.contract}.${call.name}(${call.values.map(text).join(', ')})`]
  for (const key of ['kind', 'data', 'logs', 'storage'] as const)
    if (text(expected[key]) !== text(found[key]))
      lines.push(
        `  ${key}: expected ${text(expected[key])}`,
        `  ${' '.repeat(key.length)}     found ${text(found[key])}`,
      )
  return lines.join('\n')
}
