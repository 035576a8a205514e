import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { BenchPath, ModelResult, PathResult } from '../../benchmark/results.ts'
import { findCrossovers, findLimitPoints, limitsOf } from '../../benchmark/scaling.ts'

const limits = { transaction: 1e6, block: 1e7, codeBytes: 24576 }
const sizes = [1e3, 1e4, 1e5, 1e6]
const times = (median: number) => ({ runs: 1, median, p95: median, low: median, high: median })

/** A power law: `factor * macs^power`. */
type Law = { readonly factor: number; readonly power: number }
const at = ({ factor, power }: Law, macs: number) => factor * macs ** power

function sweep(laws: Partial<Record<BenchPath, Law>>, read: (value: number) => Partial<PathResult>): ModelResult[] {
  return sizes.map((macs) => ({
    ...{ name: `MLP ${macs}`, source: { kind: 'sweep', family: 'MLP' }, macs },
    ...{ weightBytes: 0, inputBytes: 1, outputBytes: 1, samples: 1 },
    paths: Object.entries(laws).map(([path, law]) => ({ path: path as BenchPath, ...read(at(law, macs)) })),
  }))
}

const gas = (inferenceGas: number) => ({ inferenceGas })
const law = fc.record({
  factor: fc.double({ min: 0.1, max: 1000, noNaN: true }),
  power: fc.double({ min: 0.2, max: 2, noNaN: true }),
})

describe('crossovers', () => {
  test('are where two power laws meet', () => {
    fc.assert(
      fc.property(law, law, fc.constantFrom('gas', 'time'), (a, b, quantity) => {
        fc.pre(Math.abs(a.power - b.power) > 0.05)
        const meeting = (b.factor / a.factor) ** (1 / (a.power - b.power))
        fc.pre(Math.abs(Math.log10(meeting) % 1) > 1e-6)
        const models = sweep(
          { instructions: a, 'solidity-swar': b },
          quantity === 'gas' ? gas : (v) => ({ times: times(v) }),
        )
        const found = findCrossovers(models)
        if (meeting < 1e3 || meeting > 1e6) {
          expect(found).toEqual([])
          return
        }
        const below = a.power > b.power ? 'instructions' : 'solidity-swar'
        const above = a.power > b.power ? 'solidity-swar' : 'instructions'
        expect(found).toMatchObject([{ family: 'MLP', quantity, cheaperBelow: below, cheaperAbove: above }])
        expect(Math.abs(Math.log((found[0]?.macs as number) / meeting))).toBeLessThan(1e-3)
      }),
    )
  })

  test('do not come from equal curves, refused paths, or models of files', () => {
    const same = { factor: 3, power: 1 }
    expect(findCrossovers(sweep({ 'solidity-swar': same, 'anvil-swar': same }, gas))).toEqual([])
    expect(findCrossovers(sweep({ instructions: same, kernel: same }, () => ({ refused: 'no' })))).toEqual([])
    const crossing = sweep({ instructions: { factor: 1e4, power: 0.1 }, 'solidity-swar': same }, gas)
    expect(findCrossovers(crossing)).toHaveLength(1)
    expect(findCrossovers(crossing.map((model) => ({ ...model, source: { kind: 'file' } })))).toEqual([])
  })
})

describe('limit points', () => {
  test('are where a power law comes to the limit', () => {
    fc.assert(
      fc.property(law, (curve) => {
        const found = findLimitPoints(sweep({ 'solidity-scalar': curve }, gas), limits)
        for (const [limit, height] of [
          ['transaction gas', limits.transaction],
          ['block gas', limits.block],
        ] as const) {
          const meeting = Math.max(1e3, (height / curve.factor) ** (1 / curve.power))
          const point = found.find((candidate) => candidate.limit === limit)
          if (at(curve, 1e6) <= height) expect(point).toBeUndefined()
          else expect(Math.abs(Math.log((point?.macs as number) / meeting))).toBeLessThan(1e-3)
        }
      }),
    )
  })

  test('a curve that comes back below is beyond only from where it stays', () => {
    const values = [30_000, 1000, 1000, 50_000]
    const models = sizes.map((macs, index) => ({
      ...(sweep({}, gas)[index] as ModelResult),
      paths: [{ path: 'instructions', codeBytes: values[index] as number } as const],
      macs,
    }))
    const [point] = findLimitPoints(models, limits)
    expect(point?.limit).toBe('code size')
    expect(point?.macs).toBeGreaterThan(1e5)
    expect(point?.macs).toBeLessThan(1e6)
    expect(findLimitPoints(models.slice(0, 3), limits)).toEqual([])
  })

  test('limits of one result', () => {
    expect(limitsOf({ inferenceGas: 1e6, codeBytes: 24576 }, 0, limits)).toEqual([])
    expect(limitsOf({ inferenceGas: 1e6 + 1 }, 0, limits)).toEqual(['transaction gas'])
    expect(limitsOf({ codeBytes: 24577 }, 2e7, limits)).toEqual(['transaction gas', 'code size', 'block gas'])
  })
})
