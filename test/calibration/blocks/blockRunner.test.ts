import { describe, expect, it } from 'vitest'
import type { BlockCase } from '../../../calibration/blocks/blockCase.ts'
import { createBlockRunner } from '../../../calibration/blocks/blockRunner.ts'
import { code, loop } from '../../../calibration/blocks/bytecode.ts'
import { blockCases, runBlock } from '../../../calibration/blocks/cases.ts'
import { ordinaryCases } from '../../../calibration/blocks/ordinaryCases.ts'
import { createFakeClock } from './setup.ts'

const runner = await createBlockRunner({ clock: createFakeClock() })
/** Gas of what turns the loop: PUSH1 SWAP1 SUB DUP1 PUSH1 JUMPI JUMPDEST. */
const TURN = 3 + 3 + 3 + 3 + 3 + 10 + 1

const caseWith = (body: Uint8Array, more: Partial<BlockCase> = {}): BlockCase => ({
  ...{ name: 'test', kind: 'ordinary', code: loop(code(), body) },
  ...more,
})
const named = (name: string) => blockCases.find((blockCase) => blockCase.name === name) as BlockCase

describe('the gas of a case', () => {
  it('is that of its opcodes and of what turns the loop', async () => {
    const { gasOf, perIteration, tensorPart } = await runner.consumption(caseWith(code('GAS', 'POP')))
    expect(perIteration).toBe(2 + 2 + TURN)
    // PUSH0 CALLDATALOAD before; the last iteration does not differ.
    expect([gasOf(1), gasOf(7)]).toEqual([5 + perIteration, 5 + 7 * perIteration])
    expect(tensorPart).toBe(0)
  })

  it('counts tensor instructions apart', async () => {
    const { perIteration, tensorPart } = await runner.consumption(caseWith(code('TSPACE', 'POP')))
    expect(tensorPart * perIteration).toBeCloseTo(perIteration - 2 - TURN, 9)
  })

  it('may be another in the first iteration', async () => {
    const { gasOf, perIteration } = await runner.consumption(caseWith(code(0, 'SLOAD', 'POP')))
    expect(gasOf(1) - perIteration - 5).toBe(2000)
  })

  it.each([
    ['halts', code('INVALID'), 'invalid'],
    [
      'uses another amount in each iteration',
      code(1, 'MSIZE', 'MSTORE', 1, 'MSIZE', 40_000, 'ADD', 'MSTORE'),
      'not twice',
    ],
    ['makes a call that fails', code(0, 0, 0, 0, 0xdead_beefn, 1000, 'STATICCALL', 'POP'), 'a call in it'],
  ])('is refused where it %s', async (_, body, message) => {
    const accounts = [{ address: 0xdead_beefn, code: code('INVALID') }]
    await expect(runner.consumption(caseWith(body, { accounts }))).rejects.toThrow(message)
  })
})

describe('a block', () => {
  it('is full of transactions that a chain takes', async () => {
    for (const gas of [1_000_000, 30_000_000, 45_000_000, 60_000_000, 150_000_000]) {
      const plan = await runner.plan(named('MULMOD'), gas)
      expect(plan.transactions.length).toBe(Math.ceil(gas / 2 ** 24))
      for (const { gasLimit, gas: used } of plan.transactions) {
        expect(gasLimit).toBeLessThanOrEqual(2 ** 24)
        expect(used).toBeLessThanOrEqual(gasLimit)
      }
      const sum = plan.transactions.reduce((total, { gas: used }) => total + used, 0)
      expect(sum).toBe(plan.gas)
      expect(plan.transactions.reduce((total, { gasLimit }) => total + gasLimit, 0)).toBeLessThanOrEqual(gas)
      expect(plan.gas / gas).toBeGreaterThan(0.99)
    }
  })

  it('uses the gas that was planned, in every transaction', async () => {
    const time = await runner.run(named('GAS POP'), 600_000)
    const plan = await runner.plan(named('GAS POP'), 600_000)
    expect(time).toMatchObject({ name: 'GAS POP', kind: 'ordinary', transactions: 1 })
    // What is planned leaves room for calldata without zeros.
    expect(plan.gas - time.gas).toBeGreaterThanOrEqual(0)
    expect(plan.gas - time.gas).toBeLessThanOrEqual(64 * 12)
    expect(time.nsPerGas).toBeCloseTo((time.seconds / time.gas) * 1e9, 9)
  })

  it('may follow another, however often', async () => {
    const { gas } = await runner.run(named('SSTORE cold, empty'), 200_000, 2)
    expect((await runner.run(named('SSTORE cold, empty'), 200_000)).gas).toBeCloseTo(gas, -2)
  })

  it('has to hold one iteration', async () => {
    await expect(runner.plan(named('JUMPDEST'), 30_000)).rejects.toThrow(/needs \d+ gas in a transaction, not 30000/)
    for (const gas of [0, 1.5, Number.NaN]) await expect(runner.plan(named('JUMPDEST'), gas)).rejects.toThrow('gas: ')
  })

  it('is known by name', async () => {
    expect((await runBlock('TLOAD', 100_000, runner)).name).toBe('TLOAD')
    await expect(runBlock('NOPE', 100_000, runner)).rejects.toThrow('"NOPE"')
    expect(new Set(blockCases.map(({ name }) => name)).size).toBe(blockCases.length)
  })

  it('shares no account with other code', async () => {
    const account = { address: 0x5a5a_0001n }
    const [first, second] = [code('STOP'), code('GAS')].map((bytecode) =>
      caseWith(code('GAS', 'POP'), { accounts: [{ ...account, code: bytecode }] }),
    ) as [BlockCase, BlockCase]
    await runner.consumption(first)
    await expect(runner.consumption(second)).rejects.toThrow('another case has other code at 0x5a5a0001')
  })
})

describe('blocks of ordinary opcodes', () => {
  it.each(ordinaryCases.map((blockCase) => [blockCase.name, blockCase] as const))('%s', async (_, blockCase) => {
    const { perIteration, tensorPart } = await runner.consumption(blockCase)
    expect(tensorPart).toBe(0)
    expect(perIteration).toBeLessThan(2 ** 24 / 60)
    runner.forget(blockCase)
  })
})
