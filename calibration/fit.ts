import highs from 'highs'
import { fcnnlsVector } from 'ml-fcnnls'
import { createRandom } from './random.ts'

// The package's types are those of a CommonJS module, what is loaded is an ES module.
const loadHighs = highs as unknown as typeof highs.default

/** What a price must cover. */
export type FitRow = {
  /** Work counts, in the order of the coefficients. */
  readonly counts: readonly number[]
  readonly nanoseconds: number
  /** Nanoseconds that are paid for already: the base, and the allocation of the result. */
  readonly paid: number
}

export type Envelope = {
  /** Nanoseconds of a unit of each count. */
  readonly coefficients: readonly number[]
  /** Greatest price over time among rows of 8 microseconds and more. */
  readonly spread: number
}

/** Rows from which on price and time must be close: those of a thousand gas, less the safety. */
const LONG_NANOSECONDS = 8000

/** Whether the envelope must stay close to a row. */
export const isLong = ({ nanoseconds }: { readonly nanoseconds: number }) => nanoseconds >= LONG_NANOSECONDS

/**
 * The tightest prices that cover every row: the least `t` and coefficients with
 * `time <= paid + sum(coefficient * count)` for all rows and `paid + sum(..) <= t * time` for long ones. A linear
 * programme.
 *
 * @param floors - the least that each coefficient may be; 0 unless given
 * @throws {Error} when the solver finds no optimum, as for a row whose counts are all 0 and whose time is not paid
 */
export async function fitEnvelope(rows: readonly FitRow[], floors: readonly number[] = []): Promise<Envelope> {
  const width = rows[0]?.counts.length ?? 0
  // Rows are divided by their times and columns by their greatest factors then: the solver drops factors that are very small.
  const scales = Array.from(
    { length: width },
    (_, j) => Math.max(...rows.map(({ counts, nanoseconds }) => (counts[j] as number) / nanoseconds)) || 1,
  )
  const constraints: string[] = []
  rows.forEach((row, i) => {
    const { counts, nanoseconds, paid } = row
    const terms = counts
      .map((count, j) => [count / (scales[j] as number) / nanoseconds, j] as const)
      .filter(([factor]) => factor > 0)
      .map(([factor, j]) => `+ ${factor.toExponential(12)} c${j}`)
      .join(' ')
    if (terms === '') return
    constraints.push(` low${i}: ${terms} >= ${(1 - paid / nanoseconds).toExponential(12)}`)
    if (isLong(row)) constraints.push(` high${i}: ${terms} - t <= ${(-paid / nanoseconds).toExponential(12)}`)
  })
  const bounds = scales.map((scale, j) => ` c${j} >= ${((floors[j] ?? 0) * scale).toExponential(12)}`)
  const problem = ['Minimize', ' obj: t', 'Subject To', ...constraints, 'Bounds', ' t >= 1', ...bounds, 'End', '']
  const solution = (await loadHighs()).solve(problem.join('\n'))
  if (solution.Status !== 'Optimal') throw new Error(`the linear programme of a class ended ${solution.Status}`)
  const primal = (name: string) => (solution.Columns[name] as { Primal?: number } | undefined)?.Primal ?? 0
  return { coefficients: scales.map((scale, j) => primal(`c${j}`) / scale), spread: primal('t') }
}

/** Nonnegative least squares of relative errors. */
function leastSquares(rows: readonly FitRow[]): number[] {
  const scales = (rows[0]?.counts ?? []).map((_, j) => Math.max(1, ...rows.map(({ counts }) => counts[j] as number)))
  const matrix = rows.map(({ counts, nanoseconds }) =>
    counts.map((count, j) => count / (scales[j] as number) / nanoseconds),
  )
  const goals = rows.map(({ nanoseconds, paid }) => Math.max(0, nanoseconds - paid) / nanoseconds)
  const solution = fcnnlsVector(matrix, goals).K.to1DArray()
  return scales.map((scale, j) => (solution[j] as number) / scale)
}

export type Estimate = { readonly value: number; readonly low: number; readonly high: number }

const BOOTSTRAPS = 200

/**
 * Least-squares estimates of the coefficients with 95 % intervals from bootstraps, beside the envelope: what a unit takes
 * on average, not at worst.
 */
export function estimate(rows: readonly FitRow[], seed: number): Estimate[] {
  const random = createRandom(seed)
  const resampled = Array.from({ length: BOOTSTRAPS }, () =>
    leastSquares(Array.from(rows, () => rows[random.integer(0, rows.length - 1)] as FitRow)),
  )
  return leastSquares(rows).map((value, j) => {
    const sorted = resampled.map((coefficients) => coefficients[j] as number).sort((a, b) => a - b)
    const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] as number
    return { value, low: at(0.025), high: at(0.975) }
  })
}

/** The part of the variance of log time that log price explains; a factor between them is left aside. */
export function explainedVariance(pairs: readonly (readonly [price: number, time: number])[]): number {
  const variance = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  }
  return (
    1 -
    variance(pairs.map(([price, time]) => Math.log(price / time))) / variance(pairs.map(([, time]) => Math.log(time)))
  )
}
