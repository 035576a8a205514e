import { hexToBytes } from '@ethereumjs/util'
import { beforeAll, describe, expect, test } from 'vitest'
import { schedule } from '../../../gas-model/index.ts'
import { encodeAxisWord } from '../../../isa/index.ts'
import { createProgramBuilder } from '../../../model/builder.ts'
import { createMemoryStore } from '../../../model/store.ts'
import { address, register, setUp } from '../setup.ts'
import { measureGrowth, measurePoolGrowth, SLACK_BYTES } from './memoryGrowth.ts'

// The worst of scripts/attackMemory.ts, for less gas; that runs all.

const SMALL_CAP = 4 * 2 ** 20
const ATTACK_GAS = 10_000_000

describe('a process grows by no more than the arena and 16 MiB', () => {
  const attacks = [
    'tiny tensors, made and freed',
    'many codes of many instructions',
    'nested frames, each to the cap',
    'large tensors, never freed',
    'pinned holes',
  ]

  test.each([schedule.tensorArenaBytes, SMALL_CAP])('under all attacks, with an arena of %i bytes', async (cap) => {
    const { resident, wasm } = await measureGrowth(attacks, ATTACK_GAS, cap)
    expect(wasm).toBeLessThanOrEqual(cap + SLACK_BYTES)
    expect(resident).toBeLessThanOrEqual(cap + SLACK_BYTES)
  })

  test('with calls that fill it on every thread of a pool: once for each thread, for the rest wait', async () => {
    const { workers, cap, calls, resident, ended } = await measurePoolGrowth()
    expect(ended).toBe(calls)
    expect(calls).toBeGreaterThan(4 * workers)
    expect(resident).toBeLessThanOrEqual(workers * (cap + SLACK_BYTES))
  })
})

describe('a model whose outputs no gas buys', () => {
  const OUTPUTS = 20_000
  let target: Awaited<ReturnType<typeof setUp>>
  let input: Uint8Array
  beforeAll(async () => {
    const store = createMemoryStore()
    target = await setUp({ store, genesis: { parameters: { tensorArenaBytes: 2 ** 20 } } })
    const builder = createProgramBuilder()
    const one = builder.input({ dtype: 'int8', shape: [1] })
    const many = builder.emit('TILE', { multiples: encodeAxisWord([2 ** 19]), x: one })
    builder.output(one)
    // 10 GiB of outputs in all.
    for (let index = 0; index < OUTPUTS; index++) builder.output(many)
    const root = await store.put(builder.build())
    await register(target.common, target.state, root, 1)
    input = Buffer.concat([hexToBytes(root), Uint8Array.of(1)])
  })

  test('ends as out of gas where the gas does', async () => {
    const before = process.memoryUsage().arrayBuffers
    const { execResult } = await target.evm.runCall({ to: address(0xae00), data: input, gasLimit: 2n ** 24n })
    expect(execResult.exceptionError?.error).toBe('out of gas')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 2 ** 20)
  })
})
