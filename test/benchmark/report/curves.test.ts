import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decades } from '../../../benchmark/report/chartParts.ts'
import { type CurvePoint, continuation, curvePoints, toldModels, valueAt } from '../../../benchmark/report/curves.ts'
import { bytes, figure, percent } from '../../../benchmark/report/words.ts'
import { sampleResults } from './sampleResults.ts'

/** A curve of a power law. */
const power = (factor: number, exponent: number, sizes: readonly number[]): CurvePoint[] =>
  sizes.map((macs) => ({ path: 'kernel', model: `m${macs}`, macs, value: factor * macs ** exponent }))

const factors = fc.double({ min: 1e-3, max: 1e3, noNaN: true })
const exponents = fc.double({ min: 0.2, max: 2, noNaN: true })

describe('a curve of a power law', () => {
  test('is met between its points, and is nowhere beyond them', () => {
    fc.assert(
      fc.property(factors, exponents, fc.double({ min: 1e3, max: 1e5, noNaN: true }), (factor, exponent, macs) => {
        const curve = power(factor, exponent, [1e3, 7e3, 1e5])
        expect((valueAt(curve, macs) ?? 0) / (factor * macs ** exponent)).toBeCloseTo(1, 9)
        expect(valueAt(curve, 999)).toBeUndefined()
        expect(valueAt(curve, 100_001)).toBeUndefined()
      }),
    )
  })
  test('goes on by the same law', () => {
    fc.assert(
      fc.property(factors, exponents, (factor, exponent) => {
        const [start, end] = continuation(power(factor, exponent, [1e3, 1e4]), 1e7)
        expect(start?.macs).toBe(1e4)
        expect((end?.value ?? 0) / (factor * 1e7 ** exponent)).toBeCloseTo(1, 9)
      }),
    )
  })
  test('does not go on from one point, nor where it is at the end', () => {
    expect(continuation(power(1, 1, [1e3]), 1e7)).toEqual([])
    expect(continuation(power(1, 1, [1e3, 1e4]), 1e4)).toEqual([])
  })
})

describe('points', () => {
  const { models } = sampleResults()
  test('grow along a path, without refused ones and ones at nothing', () => {
    const points = curvePoints(models, 'MLP', 'time')
    expect(points.some(({ path }) => path === 'onnxruntime')).toBe(false)
    const scalar = points.filter(({ path }) => path === 'solidity-scalar').map(({ macs }) => macs)
    expect(scalar).toEqual([...scalar].sort((a, b) => a - b))
    expect(scalar.at(-1)).toBe(10_000_000)
    const [first] = models
    const nothing = first && { ...first, paths: [{ path: 'kernel' as const, gasPerMac: 0 }] }
    expect(curvePoints(nothing ? [nothing] : [], 'files', 'gas per MAC')).toEqual([])
  })
  test('have times in seconds, with ends around the median', () => {
    for (const { value, low = 0, high = 0 } of curvePoints(models, 'CNN', 'time')) {
      expect(low).toBeLessThan(value)
      expect(high).toBeGreaterThan(value)
    }
    const [point] = curvePoints(models, 'files', 'time per MAC')
    expect(point?.value).toBe(models[0]?.paths[0]?.nanosecondsPerMac)
    expect(point?.low).toBeLessThan(point?.value ?? 0)
  })
  test('of anvil are drawn where this client has no gas of the same contract', () => {
    const alone = models.map((model) => ({ ...model, paths: model.paths.filter(({ path }) => path === 'anvil-swar') }))
    expect(curvePoints(alone, 'MLP', 'gas').map(({ path }) => path)).toContain('anvil-swar')
    expect(curvePoints(models, 'MLP', 'gas').map(({ path }) => path)).not.toContain('anvil-swar')
  })
  test('told models are those of files and the largest', () => {
    const names = toldModels(models, 1).map(({ name }) => name)
    expect(names).toEqual(['digits', 'person <detection>', 'mlp-100000000', 'cnn-100000000'])
    expect(toldModels(models, 0)).toHaveLength(2)
  })
})

test('an axis ends at powers of ten that enclose all values', () => {
  expect(decades([3, 250])).toEqual([1, 1000])
  expect(decades([1000, 1000])).toEqual([1000, 10_000])
  fc.assert(
    fc.property(fc.array(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), { minLength: 1 }), (values) => {
      const [low, high] = decades(values)
      expect(low).toBeLessThan(high)
      expect(Math.min(...values)).toBeGreaterThanOrEqual(low * (1 - 1e-6))
      expect(Math.max(...values)).toBeLessThanOrEqual(high * (1 + 1e-6))
    }),
  )
})

test('numbers in words', () => {
  expect([0, 0.012345, 7.4, 999.4, 999.7, 1_234_567, 1e-7, undefined].map(figure)).toEqual([
    ...['0', '0.0123', '7.4', '999', '1,000', '1,234,567', '1.00e-7', ''],
  ])
  expect([0, 1023, 1024, 1_500_000].map(bytes)).toEqual(['0 B', '1,023 B', '1 KiB', '1.43 MiB'])
  expect([1, 0.9667, 0].map(percent)).toEqual(['100 %', '96.67 %', '0 %'])
})
