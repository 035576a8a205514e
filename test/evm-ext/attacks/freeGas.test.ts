import { describe, expect, test } from 'vitest'
import { checkTensorParameters, tensorParameters } from '../../../evm-ext/parameters.ts'
import { parameterNames, type TensorParameterName } from '../../../gas-model/index.ts'
import { code } from '../../bytecode.ts'
import { runCode } from '../setup.ts'
import { making, smallestCases, using } from './smallestCases.ts'
import { createWorld, traced, type World } from './world.ts'

const limits: readonly TensorParameterName[] = ['tensorArenaBytes', 'tensorMaxHandles']
/** What a chain may set to 0 and still run tensor instructions. */
const prices = parameterNames.filter((name) => !limits.includes(name) && name !== 'tensorBaseGas')

/** Least gas that any tensor instruction was charged, each with its smallest operands. */
async function leastGas(world: World): Promise<bigint> {
  let least = 2n ** 64n
  for (const { mnemonic, tensors, words } of smallestCases) {
    const bytes = code(making(tensors), using(mnemonic, words, world.root))
    const traces = await traced(world, () => runCode(world.evm, [bytes], 10n ** 7n))
    expect(traces.at(-1)?.instruction.mnemonic).toBe(mnemonic)
    for (const { gas } of traces) if (gas < least) least = gas
  }
  return least
}

describe('no instruction is free', () => {
  test('at the default prices each costs the base price at least', async () => {
    const world = await createWorld()
    expect(await leastGas(world)).toBeGreaterThanOrEqual(tensorParameters(world.common).tensorBaseGas)
  })

  test.each([...prices.map((name) => [name]), prices])('with %s at 0', async (...names) => {
    const zeros = Object.fromEntries(names.map((name) => [name, 0]))
    expect(await leastGas(await createWorld({ ...zeros, tensorBaseGas: 1 }))).toBeGreaterThanOrEqual(1n)
  })

  test('and no chain can set the base price to 0', () => {
    expect(() => checkTensorParameters({ tensorBaseGas: 0 })).toThrow(RangeError)
  })

  test('a loop of what costs least still ends', async () => {
    const { evm } = await createWorld({ ...Object.fromEntries(prices.map((name) => [name, 0])), tensorBaseGas: 1 })
    const result = await runCode(evm, [Uint8Array.of(0x5b, 0xae, 0x08, 0x50, 0x5f, 0x56)], 50_000n)
    expect(result.exceptionError?.error).toBe('out of gas')
  })
})
