import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { packageImports } from '../../../compiler-ext/index.ts'
import { notLoweredSelector } from '../../../compiler-ext/library.ts'
import { instructions } from '../../../isa/index.ts'
import { machineCall } from './calls.ts'
import { type Comparison, formatDifference, openComparison } from './differential.ts'
import { haltingPrograms } from './haltingPrograms.ts'
import { load, type NamedProgram, step } from './programs.ts'
import { returningPrograms } from './returningPrograms.ts'
import { LIBRARY, loweredSettings, type Setting, twinLibrary, twinSettings } from './source.ts'
import { limits } from './world.ts'

const SEED = 20260101
const [twin] = twinSettings as readonly [Setting]

const setting = (name: string) => loweredSettings.find((one) => one.name === name) as Setting

const int32Bytes = (values: readonly number[]) => `0x${Buffer.from(Int32Array.from(values).buffer).toString('hex')}`

/** Random calls differ nowhere, and end in each way. */
async function checkRandom(comparison: Comparison, calls: number): Promise<void> {
  const differences = await comparison.compareRandom(SEED, calls)
  expect(differences.map(formatDifference)).toEqual([])
  for (const tally of comparison.tallies.values()) {
    expect(tally.reverts).toBeGreaterThan(0)
    expect(tally.halts).toBeGreaterThan(0)
    expect(tally.returns).toBeGreaterThan(calls / 2)
  }
}

// What a run of all tests has time for. All settings, all contracts and 1,000 calls: npm run test:twins.

describe('contracts without an optimizer, and their twins in plain Solidity', () => {
  it(`agree on 80 random calls, seed ${SEED}`, async () => {
    await checkRandom(await openComparison({ twin, lowered: [setting('optimizer off')] }), 80)
  }, 240_000)
})

describe('optimized contracts, and their twins in plain Solidity', () => {
  let comparison: Comparison
  beforeAll(async () => {
    comparison = await openComparison({ twin, lowered: [setting('runs 200')], names: ['Machine', 'Workshop'] })
  }, 240_000)

  const end = async ({ steps, int32 = [] }: NamedProgram) => {
    const { expected, differences } = await comparison.compare(machineCall(steps, int32Bytes(int32)))
    expect(differences.map(formatDifference)).toEqual([])
    return expected.kind
  }

  it.each(returningPrograms)('agree on $name', async (program) => {
    expect(await end(program)).toBe('return')
  })

  it.each(haltingPrograms)('halt, both, on $name', async (program) => {
    expect(await end(program)).toBe('halt')
  })

  it(`agree on 40 random calls, seed ${SEED}`, async () => {
    await checkRandom(comparison, 40)
  })

  it('carried out every instruction', () => {
    const missing = instructions.filter(({ mnemonic }) => comparison.carriedOut(mnemonic) === 0)
    expect(missing.map(({ mnemonic }) => mnemonic)).toEqual([])
  })
})

describe('a twin', () => {
  const right = 'SoftMachine.wrap32(a - b)'
  it('with one wrong instruction is told from the contract', async () => {
    let replaced = 0
    const mutate = (text: string) =>
      text.replace(right, () => {
        replaced++
        return 'SoftMachine.wrap32(b - a)'
      })
    const lowered = setting('optimizer off')
    const wrongTwin = { name: 'wrong twin', settings: { optimizer: { enabled: false } } }
    const comparison = await openComparison({ twin: wrongTwin, lowered: [lowered], names: ['Machine'], mutate })
    expect(replaced).toBe(1)
    const steps = [load('int32', [2]), load('int32', [2], 4), step('TSUB', 1, 2), step('TROOT', 3)]
    const wrong = await comparison.compare(machineCall(steps, int32Bytes([1, 2, 4])))
    expect(wrong.differences.map(({ setting }) => setting)).toEqual([lowered.name])
    // On equal elements it is right. What differs since, of the contract's storage, is not told again.
    const same = await comparison.compare(machineCall(steps, int32Bytes([3, 3, 3])))
    expect(same.differences).toEqual([])
  }, 120_000)

  it('has no marker and no body of one', () => {
    const library = packageImports()(LIBRARY)
    if (!('contents' in library)) throw new Error(library.error)
    const text = twinLibrary(library.contents)
    expect(text).not.toContain('@custom:evm-opcode')
    expect(text).not.toContain(notLoweredSelector.toString(16))
    for (const { mnemonic } of instructions) expect(library.contents).toContain(`@custom:evm-opcode ${mnemonic}\n`)
    expect(() => twinLibrary(library.contents.replace('@custom:evm-opcode TADD', ''))).toThrow(/36 markers/)
  })

  it('is held to the limits of the chain', () => {
    const machine = readFileSync(new URL('soft/SoftMachine.sol', import.meta.url), 'utf8')
    const constant = (name: string) => Number(new RegExp(`constant ${name} = (\\d+);`).exec(machine)?.[1])
    expect(constant('ARENA_BYTES')).toBe(limits.tensorArenaBytes)
    expect(constant('MAX_HANDLES')).toBe(limits.tensorMaxHandles)
  })
})
