import { describe, expect, test } from 'vitest'
import { type BenchModel, runBenchmark, sweepModels } from '../../benchmark/index.ts'
import { findAnvil } from '../../calibration/blocks/anvilNode.ts'

describe.skipIf(findAnvil() === undefined)('anvil, skipped where it is not installed', () => {
  test('runs the same contracts and gives the same bytes', async () => {
    const [mlp] = sweepModels({ from: 1e3, to: 1e3, perDecade: 1, seed: 5 }) as [BenchModel]
    const { models } = await runBenchmark([mlp], {
      paths: ['solidity-swar', 'anvil-scalar', 'anvil-swar'],
      command: ['tensor-evm', 'bench'],
      timing: { rounds: 1, turnMilliseconds: 1, budgetMilliseconds: 100 },
      sampleMilliseconds: { file: 100, sweep: 100 },
      maxGas: 1e7,
    })
    for (const { path, refused, equal, times } of models[0]?.paths ?? []) {
      expect(refused, path).toBeUndefined()
      expect(equal?.same, path).toBe(equal?.samples)
      expect(times?.median, path).toBeGreaterThan(0)
    }
  })
})
