import fc from 'fast-check'
import { expect, test } from 'vitest'
import { estimate, explainedVariance, type FitRow, fitEnvelope, isLong } from '../../calibration/fit.ts'
import { createRandom } from '../../calibration/random.ts'

const BASE = 500

/** Rows of instructions that take exactly what two counts say, times a factor of their own. */
function rowsOf(coefficients: readonly [number, number], factors: readonly number[], seed: number): FitRow[] {
  const random = createRandom(seed)
  return factors.map((factor) => {
    const counts = [
      Math.floor(10 ** (2 + 4 * random.fraction())),
      Math.floor(10 ** (1 + 3 * random.fraction())),
    ] as const
    const work = counts[0] * coefficients[0] + counts[1] * coefficients[1]
    return { counts, nanoseconds: (BASE + work) * factor, paid: BASE }
  })
}

const priceOf = ({ counts, paid }: FitRow, coefficients: readonly number[]) =>
  paid + counts.reduce((sum, count, j) => sum + count * (coefficients[j] as number), 0)

test('times that the counts explain exactly give their coefficients back', async () => {
  const { coefficients, spread } = await fitEnvelope(rowsOf([0.02, 3], new Array(60).fill(1), 1))
  expect(coefficients[0]).toBeCloseTo(0.02, 6)
  expect(coefficients[1]).toBeCloseTo(3, 4)
  expect(spread).toBeCloseTo(1, 6)
})

test('prices cover every row, and long ones within the spread', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 2 ** 31 }),
      fc.array(fc.double({ min: 0.5, max: 1, noNaN: true }), { minLength: 20, maxLength: 60 }),
      async (seed, factors) => {
        const rows = rowsOf([0.05, 1.5], factors, seed)
        const { coefficients, spread } = await fitEnvelope(rows)
        for (const row of rows) {
          const ratio = priceOf(row, coefficients) / row.nanoseconds
          expect(ratio).toBeGreaterThan(1 - 1e-6)
          if (isLong(row)) expect(ratio).toBeLessThan(spread + 1e-6)
        }
        // No row takes more than the exact price, so the exact prices are an envelope of spread 2 at most.
        expect(spread).toBeLessThan(2 + 1e-6)
      },
    ),
    { numRuns: 25 },
  )
})

test('a coefficient is not below its floor', async () => {
  const rows = rowsOf([0.05, 0], new Array(40).fill(1), 3)
  expect((await fitEnvelope(rows)).coefficients[1]).toBeCloseTo(0, 6)
  const { coefficients } = await fitEnvelope(rows, [
    { low: 0, value: 0.05 },
    { low: 0.5, value: 0.5 },
  ])
  expect(coefficients[1]).toBeGreaterThanOrEqual(0.5 - 1e-9)
})

test('prices stay near a multiple of the averages, but no further out than the slack', async () => {
  const random = createRandom(11)
  const rows = rowsOf(
    [0.05, 1.5],
    Array.from({ length: 60 }, () => 0.5 + 0.5 * random.fraction()),
    13,
  )
  const tightest = await fitEnvelope(rows)
  const averages = estimate(rows, 1)
  const near = await fitEnvelope(rows, averages)
  expect(near.spread).toBeLessThanOrEqual(1.1 * tightest.spread + 1e-6)
  const ratio = ({ coefficients }: typeof near) =>
    (coefficients[0] as number) / (coefficients[1] as number) / ((averages[0]?.value ?? 0) / (averages[1]?.value ?? 1))
  const distance = (found: typeof near) => Math.abs(Math.log(ratio(found)))
  expect(distance(near)).toBeLessThanOrEqual(distance(tightest) + 1e-6)
  for (const row of rows) expect(priceOf(row, near.coefficients) / row.nanoseconds).toBeGreaterThan(1 - 1e-6)
})

test('a row that is paid for already says nothing about its work', () => {
  const rows = rowsOf([0.05, 1.5], new Array(60).fill(1), 17)
  const cheap = rows.map((row) => ({ ...row, nanoseconds: BASE / 2 }))
  expect(estimate([...rows, ...cheap], 1).map(({ value }) => value)).toEqual([
    expect.closeTo(0.05, 3),
    expect.closeTo(1.5, 1),
  ])
  expect(estimate(cheap, 1)).toEqual([0, 1].map(() => ({ value: 0, low: 0, high: 0 })))
})

test('averages lie in their intervals, around what was put in', () => {
  const random = createRandom(5)
  const factors = Array.from({ length: 200 }, () => 0.9 + 0.2 * random.fraction())
  const [first, second] = estimate(rowsOf([0.05, 1.5], factors, 7), 1)
  for (const [found, put] of [
    [first, 0.05],
    [second, 1.5],
  ] as const) {
    expect(found?.low).toBeLessThanOrEqual(found?.value as number)
    expect(found?.high).toBeGreaterThanOrEqual(found?.value as number)
    expect(Math.abs((found?.value as number) / put - 1)).toBeLessThan(0.05)
  }
})

test('variance is explained whole by a price that is a multiple of the time, and not at all by a constant', () => {
  const times = [10, 100, 1000, 5000]
  expect(explainedVariance(times.map((time) => [time * 7, time]))).toBeCloseTo(1, 12)
  expect(explainedVariance(times.map((time) => [42, time]))).toBeCloseTo(0, 12)
})
