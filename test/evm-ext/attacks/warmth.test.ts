import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tensorParameters } from '../../../evm-ext/parameters.ts'
import type { TensorParameters } from '../../../gas-model/index.ts'
import { code, op } from '../../bytecode.ts'
import { call, putCode } from '../setup.ts'
import { ALL_GAS, endless, POP, repeat } from './programs.ts'
import { createWorld, traced, type World } from './world.ts'

const CALLER = 0xca11
const CALLEE = 0xca11ee
const OUTER = 0xca11e4
const ROUNDS = 10
/** Chunks of the rows that are loaded: three of the model's tensor 0, which is int8 [70, 1000]. */
const CHUNKS = 3

let world: World
let parameters: TensorParameters
let load: Uint8Array
beforeAll(async () => {
  world = await createWorld()
  parameters = tensorParameters(world.common)
  load = code(op('TMODELLOAD', BigInt(world.root), 0, 0, 70), POP, op('TFREE', 1, 1))
})
beforeEach(() => putCode(world.state, CALLEE, load))

/** Gas of each load that is carried out when the caller runs this code. */
async function loads(...pieces: readonly Uint8Array[]): Promise<number[]> {
  await putCode(world.state, CALLER, code(...pieces))
  const traces = await traced(world, () => call(world.evm, CALLER, { gasLimit: 2n ** 24n }))
  return traces.filter(({ instruction }) => instruction.mnemonic === 'TMODELLOAD').map(({ gas }) => Number(gas))
}

const callee = (kind: string, to = CALLEE) =>
  code(op(kind, ALL_GAS, to, ...(kind === 'CALL' || kind === 'CALLCODE' ? [0] : []), 0, 0, 0, 0), POP)

/** What a cold access costs more than a warm one: the registry's slot, and each chunk. */
const coldness = () => 2000 + CHUNKS * (parameters.tensorColdChunkGas - parameters.tensorWarmChunkGas)
const kinds = ['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'] as const

describe.each(kinds)('a %s', (kind) => {
  test('that reverts is paid cold each time: thrashing costs what it takes', async () => {
    await putCode(world.state, CALLEE, code(load, op('REVERT', 0, 0)))
    const [first, ...again] = await loads(repeat(ROUNDS, callee(kind)))
    const pages = Math.ceil(70_000 / 4096) * parameters.tensorPageGas
    expect(again).toEqual(Array(ROUNDS - 1).fill((first as number) - pages))
    expect(first).toBeGreaterThan(coldness())
  })

  test('that reverts makes cold what it made warm, and nothing that was warm before', async () => {
    await putCode(world.state, CALLEE, code(load, op('REVERT', 0, 0)))
    const row = code(op('TMODELLOAD', BigInt(world.root), 0, 0, 1), POP, op('TFREE', 1, 1))
    const [, , second, third] = await loads(row, repeat(3, callee(kind)))
    await putCode(world.state, CALLEE, load)
    const [, , warm] = await loads(row, repeat(2, callee(kind)))
    const { tensorColdChunkGas, tensorWarmChunkGas } = parameters
    expect(third).toBe(second)
    expect((third as number) - (warm as number)).toBe((CHUNKS - 1) * (tensorColdChunkGas - tensorWarmChunkGas))
  })

  test.each(['INVALID', 'TTYPE'])('that halts on %s too', async (mnemonic) => {
    await putCode(world.state, CALLEE, code(load, mnemonic === 'TTYPE' ? op('TTYPE', 9) : op(mnemonic)))
    const halting = code(
      op(kind, 200_000, CALLEE, ...(kind === 'CALL' || kind === 'CALLCODE' ? [0] : []), 0, 0, 0, 0),
      POP,
    )
    const [, second, third] = await loads(repeat(3, halting))
    expect(third).toBe(second)
    const [, warm] = await loads(load, load)
    expect((second as number) - (warm as number)).toBe(coldness())
  })

  test('that ends well leaves it warm for all that follow', async () => {
    const [first, ...again] = await loads(repeat(ROUNDS, callee(kind)), load)
    expect(new Set(again).size).toBe(1)
    const pages = Math.ceil(70_000 / 4096) * parameters.tensorPageGas
    expect((first as number) - pages - (again[0] as number)).toBe(coldness())
  })

  test('that ends well inside one that reverts leaves it cold', async () => {
    await putCode(world.state, OUTER, code(callee(kind), load, op('REVERT', 0, 0)))
    const [inner, outer, after, last] = await loads(callee('CALL', OUTER), load, load)
    expect((after as number) - (last as number)).toBe(coldness())
    expect(outer).toBe(last)
    expect(inner).toBeGreaterThan(after as number)
  })
})

test('a loop that thrashes until its gas is gone loads no more chunks than it paid for', async () => {
  await putCode(world.state, CALLEE, code(load, op('REVERT', 0, 0)))
  const gas = await loads(endless([callee('CALL')]))
  const paid = gas.reduce((sum, price) => sum + price, 0)
  expect(paid).toBeLessThanOrEqual(2 ** 24)
  expect(gas.length * CHUNKS * parameters.tensorColdChunkGas).toBeLessThan(2 ** 24)
  expect(gas.length).toBeGreaterThan(100)
})

test('a row at a time, each chunk is cold once', async () => {
  const rows = Array.from({ length: 70 }, (_, row) => code(op('TMODELLOAD', BigInt(world.root), 0, row, 1), POP))
  const gas = await loads(...rows, ...rows)
  const colds = gas.filter((price) => price > parameters.tensorColdChunkGas)
  expect(colds.length).toBe(CHUNKS)
})
