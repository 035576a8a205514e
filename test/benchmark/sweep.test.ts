import { describe, expect, test } from 'vitest'
import { sweepModels } from '../../benchmark/index.ts'
import { createRunner, sampleBytes } from '../../inference/index.ts'
import { modelRoot, summarize } from '../../model/index.ts'

const quick = { from: 1e3, to: 1e6, perDecade: 2, seed: 1 }
const models = sweepModels(quick)

describe('the sweep', () => {
  test('has models of both families, evenly spread', () => {
    expect(models).toHaveLength(14)
    models.forEach(({ program, source }, index) => {
      expect(source).toEqual({ kind: 'sweep', family: index % 2 === 0 ? 'MLP' : 'CNN' })
      const target = 1e3 * 10 ** (Math.floor(index / 2) / 2)
      const ratio = summarize(program).macs / target
      expect(ratio, `model ${index}`).toBeGreaterThan(0.8)
      expect(ratio, `model ${index}`).toBeLessThan(1.25)
    })
    expect(new Set(models.map(({ name }) => name)).size).toBe(14)
  })

  test('is the same for the same seed and another for another', () => {
    const rootsOf = (seed: number) =>
      sweepModels({ ...quick, to: 1e4, seed }).map(({ program, samples }) => [modelRoot(program), ...samples])
    expect(rootsOf(1)).toEqual(rootsOf(1))
    expect(rootsOf(1)[0]).not.toEqual(rootsOf(100)[0])
  })

  test('keeps outputs spread: different for different samples, and rarely saturated', async () => {
    for (const { name, program, samples } of models.filter((_, index) => index < 10)) {
      const runner = await createRunner('reference', program, () => Promise.reject(new Error('no chain')))
      const outputs: Uint8Array[] = []
      for (const sample of samples) {
        expect(sample).toHaveLength(sampleBytes(program))
        outputs.push((await runner.infer(sample)).output)
      }
      const values = outputs.flatMap((output) => [...new Int8Array(output)])
      const saturated = values.filter((value) => value === -128 || value === 127).length
      expect(saturated / values.length, name).toBeLessThan(0.1)
      expect(new Set(values).size, name).toBeGreaterThan(15)
      expect(new Set(outputs.map((output) => Buffer.from(output).toString('hex'))).size, name).toBe(outputs.length)
    }
  })

  test('an MLP beyond four million weights shares them among rows', () => {
    const [mlp] = sweepModels({ from: 2e7, to: 2e7, perDecade: 1, seed: 1 })
    const { macs, modelBytes, inputs } = summarize((mlp as (typeof models)[number]).program)
    expect(macs / 2e7).toBeCloseTo(1, 1)
    expect(modelBytes).toBeLessThan(4.2e6)
    expect(inputs[0]?.shape[0]).toBe(5)
  })

  test('refuses a range that is empty', () => {
    expect(() => sweepModels({ ...quick, to: 10 })).toThrow('to: expected at least from, 1 or more, found 1000..10')
    expect(() => sweepModels({ ...quick, perDecade: 0 })).toThrow('perDecade: expected a positive number, found 0')
  })
})
