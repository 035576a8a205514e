import { describe, expect, test } from 'vitest'
import { createChain } from '../../evm-ext/index.ts'
import { createRunner, inferencePaths, minMedianMax, sampleBytes } from '../../inference/index.ts'
import { smallProgram } from '../cli/bins.ts'

test('minMedianMax takes the lower median and needs a number', () => {
  expect(minMedianMax([3, 1, 10, 2])).toEqual({ min: 1, median: 2, max: 10 })
  expect(minMedianMax([10, 9, 100])).toEqual({ min: 9, median: 10, max: 100 })
  expect(() => minMedianMax([])).toThrow(new RangeError('values: expected at least one number'))
})

describe.each(inferencePaths)('a program run by %s', (path) => {
  test('gives the same bytes, and refuses a sample of another length', async () => {
    const program = smallProgram()
    const runner = await createRunner(path, program, () => createChain())
    const { output, gas } = await runner.infer(Uint8Array.of(4, 5, 6))
    expect(sampleBytes(program)).toBe(3)
    expect([...new Int8Array(output)]).toEqual([32, -27])
    expect(gas > 0).toBe(path !== 'reference')
    expect(runner.codeBytes > 0).toBe(path === 'instructions')
    await expect(runner.infer(Uint8Array.of(4, 5))).rejects.toThrow(/expected 3|failed/)
  })
})
