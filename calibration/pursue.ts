import type { Case } from './case.ts'
import type { PriceClass } from './family.ts'
import { estimate, type FitRow, fitEnvelope, isLong } from './fit.ts'
import type { Measurement } from './measure.ts'
import { createRandom } from './random.ts'
import { climb } from './search.ts'

const MAX_PASSES = 4
/** Shapes that a pass tries. */
const STEPS = 40
/** What a shape takes above its price to be one that prices must cover. */
const EXCESS = 1.02

export type PursueOptions = {
  readonly seed: number
  /** The case of a measurement. */
  caseOf(measurement: Measurement): Case
  /** What the measurements say about the coefficients, in their order. */
  rowsOf(measurements: readonly Measurement[]): readonly FitRow[]
  measure(measured: Case): Measurement
  /** Called between passes. */
  pause(): Promise<void>
}

/**
 * Looks for shapes that take longer than the prices of those measured so far, and adds them: what is drawn at random
 * seldom holds the worst.
 */
export async function pursue(
  priceClass: PriceClass,
  measurements: readonly Measurement[],
  { seed, caseOf, rowsOf, measure, pause }: PursueOptions,
): Promise<readonly Measurement[]> {
  const random = createRandom(seed)
  let all = measurements
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const rows = rowsOf(all)
    const { coefficients } = await fitEnvelope(rows, estimate(rows, seed))
    const excess = (row: FitRow) =>
      row.nanoseconds / row.counts.reduce((sum, count, j) => sum + count * (coefficients[j] as number), row.paid)
    const starts = all.flatMap((measurement, index) => {
      const row = rows[index] as FitRow
      return isLong(row) ? [{ measured: caseOf(measurement), score: excess(row) }] : []
    })
    const found = new Map<Case, Measurement>()
    const score = (measured: Case): number | undefined => {
      const measurement = measure(measured)
      const [row] = rowsOf([measurement]) as [FitRow]
      if (!isLong(row)) return undefined
      found.set(measured, measurement)
      return excess(row)
    }
    const worst = climb(priceClass, starts, score, STEPS, random)
    const added = worst.flatMap(({ measured, score }) => {
      const measurement = score > EXCESS ? found.get(measured) : undefined
      return measurement ? [measurement] : []
    })
    await pause()
    if (added.length === 0) break
    all = [...all, ...added]
  }
  return all
}
