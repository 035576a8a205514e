import { expect, test } from 'vitest'
import type { Measurement } from '../../calibration/measure.ts'
import { settle } from '../../calibration/settle.ts'

/** Shapes of so many units of work, which take ten nanoseconds each. */
const shapes = Array.from({ length: 30 }, (_, index) => 1000 * (index + 1))
const measurementOf = (units: number, nanoseconds: number): Measurement => ({
  class: 'class',
  family: 'family',
  point: { units },
  footprint: 'streamed',
  nanoseconds,
  noise: 1,
})
const rowsOf = (measurements: readonly Measurement[]) =>
  measurements.map(({ point, nanoseconds }) => ({ counts: [point.units as number], nanoseconds, paid: 0 }))

test('a shape that was disturbed is measured again and holds no price up; the least time counts', async () => {
  const measurements = shapes.map((units, index) => measurementOf(units, index === 7 ? 30 * units : 10 * units))
  const again: number[] = []
  const settled = await settle(measurements, {
    seed: 1,
    rowsOf,
    measure: async ({ point }) => {
      again.push(point.units as number)
      return 11 * (point.units as number)
    },
  })
  expect(settled[7]?.nanoseconds).toBe(11 * (shapes[7] as number))
  settled.forEach(({ nanoseconds }, index) => {
    if (index !== 7) expect(nanoseconds).toBe(10 * (shapes[index] as number))
  })
  expect(again).toContain(shapes[7])
})

test('a shape that is slow each time stays slow, and it ends', async () => {
  const measurements = shapes.map((units, index) => measurementOf(units, index === 7 ? 30 * units : 10 * units))
  let count = 0
  const settled = await settle(measurements, {
    seed: 1,
    rowsOf,
    measure: async ({ nanoseconds }) => {
      count++
      return nanoseconds
    },
  })
  expect(settled).toEqual(measurements)
  expect(count).toBeGreaterThan(0)
})
