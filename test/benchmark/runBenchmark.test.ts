import { describe, expect, test } from 'vitest'
import { type BenchmarkOptions, digitModel, runBenchmark, sweepModels } from '../../benchmark/index.ts'
import type { BenchModel } from '../../benchmark/model.ts'
import { parseBenchResults } from '../../benchmark/readResults.ts'
import { defaultGenesis } from '../../evm-ext/index.ts'
import { heldOutDigits } from '../../examples/mnist/digits.ts'
import { createInferenceChain, createRunner } from '../../inference/index.ts'

const onChain = ['instructions', 'precompile', 'solidity-scalar', 'solidity-swar'] as const
const options: BenchmarkOptions = {
  paths: [...onChain, 'kernel'],
  command: ['tensor-evm', 'bench'],
  timing: { rounds: 2, turnMilliseconds: 2, budgetMilliseconds: 200 },
  sampleMilliseconds: { file: 200, sweep: 200 },
  maxGas: 1e7,
}
const sweep = sweepModels({ from: 300, to: 300, perDecade: 1, seed: 3 })
const [smallest] = sweep as [BenchModel]

describe('a run', () => {
  test('gives the same bytes on all paths, and gas that transactions take', async () => {
    const progress: number[] = []
    let total = 0
    const results = await runBenchmark(sweep, {
      ...options,
      onProgress(state) {
        progress.push(state.done)
        total = state.total
      },
    })
    expect(results.models.map(({ name }) => name)).toEqual(['MLP 3e2', 'CNN 3e2'])
    for (const { name, macs, paths, samples } of results.models) {
      expect(paths.map(({ path }) => path)).toEqual(options.paths)
      for (const result of paths) {
        const what = `${name}, ${result.path}`
        expect(result.refused, what).toBeUndefined()
        expect(result.equal?.same, what).toBe(result.equal?.samples)
        expect(result.equal?.samples, what).toBeGreaterThan(0)
        expect(result.equal?.samples, what).toBeLessThanOrEqual(samples)
        expect(result.times?.runs, what).toBeGreaterThan(0)
        expect(result.nanosecondsPerMac, what).toBeCloseTo((1e6 * (result.times?.median as number)) / macs)
        if (result.path === 'kernel') expect(result.inferenceGas, what).toBeUndefined()
        else {
          expect(result.gasPerMac, what).toBeCloseTo((result.executionGas as number) / macs)
          expect(result.inferenceGas, what).toBeGreaterThan((result.executionGas as number) + 21_000)
        }
      }
    }
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBeCloseTo(total)
    expect(parseBenchResults(JSON.stringify(results))).toEqual(results)
  })

  test('states the gas that a transaction takes', async () => {
    const sample = smallest.samples[0] as Uint8Array
    const model = { ...smallest, samples: [sample] }
    const { models } = await runBenchmark([model], { ...options, paths: ['precompile'] })
    const runner = await createRunner('precompile', smallest.program, () => createInferenceChain())
    expect(models[0]?.paths[0]?.inferenceGas).toBe((await runner.infer(sample)).gas)
  })

  test('refuses what is beyond the gas that is allowed, and by what smaller models took', async () => {
    const mlps = sweepModels({ from: 1e3, to: 1e4, perDecade: 1, seed: 1 }).filter((_, index) => index % 2 === 0)
    const refusals = async (models: readonly BenchModel[], maxGas: number) => {
      const results = await runBenchmark(models, { ...options, paths: ['solidity-swar'], maxGas })
      return results.models.map(({ paths }) => paths[0]?.refused)
    }
    expect(await refusals(mlps.slice(0, 1), 2000)).toEqual(['more than 2,000 gas'])
    // The greater takes 70,000, but fewer gas a multiply-accumulate than the smaller let expect.
    expect(await refusals(mlps, 100_000)).toEqual([undefined, 'more than 100,000 gas'])
    expect(await refusals(mlps.slice(1), 50_000)).toEqual(['more than 50,000 gas'])
  })

  test('says why a path is refused, in one line', async () => {
    const { models } = await runBenchmark([smallest], {
      ...options,
      paths: ['anvil-swar', 'tflite', 'onnxruntime'],
      peers: '/nonexistent',
    })
    const reasons = Object.fromEntries(models[0]?.paths.map(({ path, refused }) => [path, refused]) ?? [])
    expect(reasons.tflite).toBe('the npm package @tensorflow/tfjs-tflite is not in reach of /nonexistent')
    expect(reasons.onnxruntime).toBe('the model was given as no .onnx file')
  })

  test('an interrupt leaves what is measured', async () => {
    const controller = new AbortController()
    const { models, stopped } = await runBenchmark(sweep, {
      ...options,
      paths: ['kernel'],
      signal: controller.signal,
      onModel: () => controller.abort(),
    })
    expect(stopped).toBe(true)
    expect(models.map(({ name }) => name)).toEqual(['MLP 3e2'])
  })

  test('a genesis without the fork is one error, and labels must fit', async () => {
    const genesis = defaultGenesis({ tensorBlock: 5 })
    await expect(runBenchmark([smallest], { ...options, genesis, where: 'genesis g.json' })).rejects.toThrow(
      'genesis g.json',
    )
    await expect(runBenchmark([{ ...smallest, labels: [1] }], options)).rejects.toThrow(
      'MLP 3e2: 1 labels for 10 samples',
    )
  })
})

describe('the digit model', () => {
  test('has the held-out digits of the example, and its accuracy', async () => {
    const model = digitModel(30) as BenchModel
    const digits = heldOutDigits(30)
    expect(model.labels).toEqual(digits.map(({ label }) => label))
    expect(model.samples.map((sample) => [...new Int8Array(sample)])).toEqual(digits.map(({ pixels }) => [...pixels]))
    const { models } = await runBenchmark([model], {
      ...options,
      paths: ['kernel'],
      sampleMilliseconds: { file: 1e5, sweep: 0 },
    })
    expect(models[0]?.paths[0]).toMatchObject({ equal: { samples: 30, same: 30 }, accuracy: expect.any(Number) })
    expect(models[0]?.paths[0]?.accuracy).toBeGreaterThan(0.9)
  })
})
