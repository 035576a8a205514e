import { describe, expect, test } from 'vitest'
import { caseAt } from '../../calibration/case.ts'
import { allocation } from '../../calibration/families/allocation.ts'
import { priceClasses } from '../../calibration/families/index.ts'
import { drawCases, familyOf } from '../../calibration/measure.ts'
import { createRandom } from '../../calibration/random.ts'
import { climb, type Scored } from '../../calibration/search.ts'
import { gasOf } from '../../calibration/validate.ts'
import { createWorkbench } from '../../calibration/workbench.ts'
import { schedule } from '../../gas-model/index.ts'
import { instructions, workKinds } from '../../isa/index.ts'
import { createKernel } from '../../kernel/index.ts'

/** Their prices depend on no shape. */
const UNMEASURED = ['TTYPE', 'TFREE', 'TSPACE']

test('every instruction whose price depends on shapes has a family', () => {
  const covered = new Set(priceClasses.flatMap(({ families }) => families.map(({ mnemonic }) => mnemonic)))
  const missing = instructions.map(({ mnemonic }) => mnemonic).filter((mnemonic) => !covered.has(mnemonic))
  expect(missing.sort()).toEqual(UNMEASURED.sort())
})

test('every work count but that of handles is fitted', () => {
  const fitted = new Set(priceClasses.flatMap(({ counts }) => counts))
  expect(workKinds.filter((kind) => !fitted.has(kind))).toEqual(['handles'])
})

describe.each([allocation, ...priceClasses])('$name', (priceClass) => {
  const cases = drawCases(priceClass, 3 * priceClass.families.length, 1)

  test('counts what the class is priced by, and nothing else', () => {
    if (priceClass === allocation) return
    const counted = new Set(cases.flatMap(({ work }) => Object.keys(work)))
    for (const kind of counted) expect(priceClass.counts).toContain(kind)
  })

  test('the same seed draws the same shapes', () => {
    const again = drawCases(priceClass, 3 * priceClass.families.length, 1)
    expect(again.map(({ point }) => point)).toEqual(cases.map(({ point }) => point))
    for (const { family, point, work } of cases)
      expect(caseAt(familyOf(priceClass, family.name), point)?.work).toEqual(work)
  })

  test('cases run', () => {
    const bench = createWorkbench(createKernel('wasm'))
    for (const measured of cases.filter(({ bytes }) => bytes < 2 ** 20)) {
      bench.clear()
      for (const footprint of ['cached', 'streamed'] as const) bench.bind(measured, footprint).run(2)
      expect(gasOf(measured, schedule)).toBeGreaterThanOrEqual(schedule.tensorBaseGas)
    }
  })
})

test('a search climbs to higher scores, the same for the same seed', () => {
  const priceClass = priceClasses[0] as (typeof priceClasses)[number]
  const starts = drawCases(priceClass, 14, 1).map((measured): Scored => ({ measured, score: -measured.bytes }))
  const smallest = () => climb(priceClass, starts, ({ bytes }) => -bytes, 300, createRandom(9))
  const found = smallest()
  expect(found[0]?.score).toBeGreaterThan(Math.max(...starts.map(({ score }) => score)))
  expect(smallest().map(({ measured }) => measured.point)).toEqual(found.map(({ measured }) => measured.point))
})
