import { expect, test } from 'vitest'
import { type Case, caseAt } from '../../calibration/case.ts'
import { priceClasses } from '../../calibration/families/index.ts'
import type { PriceClass } from '../../calibration/family.ts'
import { drawCases, familyOf, type Measurement } from '../../calibration/measure.ts'
import { pursue } from '../../calibration/pursue.ts'

const roots = priceClasses.find(({ name }) => name === 'roots') as PriceClass
const caseOf = ({ family, point }: Measurement) => caseAt(familyOf(roots, family), point) as Case
const units = (measured: Case) => measured.work.rootElements as number
const rowsOf = (measurements: readonly Measurement[]) =>
  measurements.map((measurement) => ({
    counts: [units(caseOf(measurement))],
    nanoseconds: measurement.nanoseconds,
    paid: 0,
  }))

/** Measurements of a class whose shapes take `time` nanoseconds, and what pursuing adds to some that were drawn. */
async function added(time: (measured: Case) => number): Promise<readonly Measurement[]> {
  const measure = (measured: Case): Measurement => ({
    ...{ class: roots.name, family: measured.family.name, point: measured.point, footprint: 'streamed' },
    ...{ nanoseconds: time(measured), noise: 1 },
  })
  const drawn = drawCases(roots, 40, 1).map(measure)
  const all = await pursue(roots, drawn, { seed: 1, caseOf, rowsOf, measure, pause: async () => {} })
  expect(all.slice(0, drawn.length)).toEqual(drawn)
  return all.slice(drawn.length)
}

test('shapes that take longer than their price are found and added', async () => {
  // What is slow is what no drawn shape has.
  const drawn = drawCases(roots, 40, 1)
  const slow = (measured: Case) => units(measured) % 3 === 0 && !drawn.some((other) => units(other) === units(measured))
  const found = await added((measured) => units(measured) * (slow(measured) ? 20 : 10))
  expect(found.length).toBeGreaterThan(0)
  for (const measurement of found) expect(slow(caseOf(measurement))).toBe(true)
})

test('nothing is added where every shape has its price', async () => {
  expect(await added((measured) => 10 * units(measured))).toEqual([])
})
