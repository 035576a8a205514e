import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { median, summarizeTimes } from '../../benchmark/statistics.ts'

const rounds = fc.array(fc.array(fc.double({ min: 0.001, max: 1e5, noNaN: true }), { minLength: 1, maxLength: 30 }), {
  minLength: 1,
  maxLength: 6,
})

describe('times', () => {
  test('the median of an even number is between the two in the middle', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(median([3, 1, 2])).toBe(2)
    expect(() => median([])).toThrow('expected at least one number')
  })

  test('the 95th percentile is the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(summarizeTimes([hundred])).toMatchObject({ runs: 100, median: 50.5, p95: 95 })
    expect(summarizeTimes([[7]])).toEqual({ runs: 1, median: 7, p95: 7, low: 7, high: 7 })
  })

  test('the interval holds the median and lies within the times', () => {
    fc.assert(
      fc.property(rounds, (measured) => {
        const { runs, median: center, p95, low, high } = summarizeTimes(measured)
        const all = measured.flat()
        expect(runs).toBe(all.length)
        expect(low).toBeLessThanOrEqual(center)
        expect(high).toBeGreaterThanOrEqual(center)
        expect(low).toBeGreaterThanOrEqual(Math.min(...all))
        expect(high).toBeLessThanOrEqual(Math.max(...all))
        expect(all).toContain(p95)
      }),
      { numRuns: 50 },
    )
  })

  test('rounds that differ make the interval wide, however many runs each has', () => {
    const round = (milliseconds: number) => Array.from({ length: 1000 }, () => milliseconds)
    const { low, high } = summarizeTimes([1, 2, 3, 4, 5].map(round))
    expect(low).toBeLessThanOrEqual(2)
    expect(high).toBeGreaterThanOrEqual(4)
  })
})
