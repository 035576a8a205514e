import { estimate, type FitRow, fitEnvelope } from './fit.ts'
import type { Measurement } from './measure.ts'

/** Rows whose price is within this of their time hold prices up. */
const TIGHT = 1.1
/** A row that got no faster than by this has settled. */
const STILL = 1.03
const MAX_PASSES = 8

export type SettleOptions = {
  /** What the measurements say about the coefficients, in their order. */
  rowsOf(measurements: readonly Measurement[]): readonly FitRow[]
  /** Measures a shape again: nanoseconds, the least. */
  measure(measurement: Measurement): Promise<number>
  readonly seed: number
}

/**
 * Measures the shapes that hold prices up again, until they get no faster: one that was disturbed when it was measured
 * must not set the prices of all others. The least time of a shape counts.
 */
export async function settle(
  measurements: readonly Measurement[],
  { rowsOf, measure, seed }: SettleOptions,
): Promise<readonly Measurement[]> {
  let settled = measurements
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const rows = rowsOf(settled)
    const { coefficients } = await fitEnvelope(rows, estimate(rows, seed))
    let hasMoved = false
    const next: Measurement[] = []
    for (const [index, measurement] of settled.entries()) {
      const { counts, nanoseconds, paid } = rows[index] as FitRow
      const price = counts.reduce((sum, count, j) => sum + count * (coefficients[j] as number), paid)
      if (price > TIGHT * nanoseconds || nanoseconds <= paid) {
        next.push(measurement)
        continue
      }
      const again = await measure(measurement)
      hasMoved ||= again * STILL < measurement.nanoseconds
      next.push({ ...measurement, nanoseconds: Math.min(measurement.nanoseconds, again) })
    }
    settled = next
    if (!hasMoved) break
  }
  return settled
}
