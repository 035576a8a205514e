import highs from 'highs'
import { fcnnlsVector } from 'ml-fcnnls'
import { LONG_GAS, NANOSECONDS_PER_GAS, SAFETY } from './gasClock.ts'
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
  /** Greatest price over time among long rows. */
  readonly spread: number
}

/** Rows from which on price and time must be close: those of long instructions, less the safety. */
const LONG_NANOSECONDS = (LONG_GAS * NANOSECONDS_PER_GAS) / SAFETY

/** Whether the envelope must stay close to a row. */
export const isLong = ({ nanoseconds }: { readonly nanoseconds: number }) => nanoseconds >= LONG_NANOSECONDS

/** How much wider than the tightest the prices may lie, so that they can stay near the averages. */
const SLACK = 1.1

/** What a unit of a count takes at least, and on average. */
export type Bearing = Pick<Estimate, 'low' | 'value'>

/**
 * Tight prices that cover every row. First the least `t` for which coefficients exist with
 * `time <= paid + sum(coefficient * count)` for all rows and `paid + sum(..) <= t * time` for long ones; then, among the
 * coefficients of {@link SLACK} times that `t`, those nearest to one multiple of the averages. The tightest alone would be
 * a corner of the polytope, and two measurements seldom agree on a corner. Two linear programmes.
 *
 * @param bearings - of each coefficient, from {@link estimate}; without them the tightest prices alone
 * @throws {Error} when the solver finds no optimum, as for a row whose counts are all 0 and whose time is not paid
 */
export async function fitEnvelope(rows: readonly FitRow[], bearings: readonly Bearing[] = []): Promise<Envelope> {
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
      .map(([factor, j]) => `+ ${number(factor)} c${j}`)
      .join(' ')
    if (terms === '') return
    constraints.push(` low${i}: ${terms} >= ${number(1 - paid / nanoseconds)}`)
    if (isLong(row)) constraints.push(` high${i}: ${terms} - t <= ${number(-paid / nanoseconds)}`)
  })
  const bounds = scales.map((scale, j) => ` c${j} >= ${number((bearings[j]?.low ?? 0) * scale)}`)
  const tightest = await solve('t', constraints, [...bounds, ' t >= 1'])
  const coefficientsOf = (primal: Primal) => scales.map((scale, j) => primal(`c${j}`) / scale)
  if (bearings.length === 0) return { coefficients: coefficientsOf(tightest), spread: tightest('t') }
  const distances = bearings.flatMap(({ value }, j) => {
    const average = number(value * (scales[j] as number))
    return [` over${j}: c${j} - ${average} s - d${j} <= 0`, ` under${j}: c${j} - ${average} s + d${j} >= 0`]
  })
  // A distance weighs as much as the count adds to the price of a row.
  const weights = scales.map((scale, j) => {
    const parts = rows.map(({ counts, nanoseconds }) => (counts[j] as number) / scale / nanoseconds)
    return `${number(parts.reduce((sum, part) => sum + part, 0) / rows.length)} d${j}`
  })
  const near = await solve(
    weights.join(' + '),
    [...constraints, ...distances],
    [...bounds, ' s >= 1', ` t <= ${number(SLACK * tightest('t'))}`],
  )
  return { coefficients: coefficientsOf(near), spread: near('t') }
}

/** Value of a variable in a solution. */
type Primal = (name: string) => number

const number = (value: number) => value.toExponential(12)

/** Solves a linear programme in the words of the LP format. @throws {Error} when it has no optimum */
async function solve(objective: string, constraints: readonly string[], bounds: readonly string[]): Promise<Primal> {
  const problem = ['Minimize', ` obj: ${objective}`, 'Subject To', ...constraints, 'Bounds', ...bounds, 'End', '']
  const solution = (await loadHighs()).solve(problem.join('\n'))
  if (solution.Status !== 'Optimal') throw new Error(`the linear programme of a class ended ${solution.Status}`)
  return (name) => (solution.Columns[name] as { Primal?: number } | undefined)?.Primal ?? 0
}

/** Nonnegative least squares of relative errors. */
function leastSquares(rows: readonly FitRow[]): number[] {
  const scales = (rows[0]?.counts ?? []).map((_, j) => Math.max(1, ...rows.map(({ counts }) => counts[j] as number)))
  const matrix = rows.map(({ counts, nanoseconds }) =>
    counts.map((count, j) => count / (scales[j] as number) / nanoseconds),
  )
  const goals = rows.map(({ nanoseconds, paid }) => (nanoseconds - paid) / nanoseconds)
  const solution = fcnnlsVector(matrix, goals).K.to1DArray()
  return scales.map((scale, j) => (solution[j] as number) / scale)
}

export type Estimate = { readonly value: number; readonly low: number; readonly high: number }

const BOOTSTRAPS = 200

/**
 * Least-squares estimates of the coefficients, the means of bootstraps, with 95 % intervals: what a unit takes on average,
 * not at worst.
 */
export function estimate(all: readonly FitRow[], seed: number): Estimate[] {
  const random = createRandom(seed)
  // A row that is paid for already, or nearly so, says nothing about what its work takes.
  const rows = all.filter(({ nanoseconds, paid }) => nanoseconds > 2 * paid)
  if (rows.length === 0) return (all[0]?.counts ?? []).map(() => ({ value: 0, low: 0, high: 0 }))
  const resampled = Array.from({ length: BOOTSTRAPS }, () =>
    leastSquares(Array.from(rows, () => rows[random.integer(0, rows.length - 1)] as FitRow)),
  )
  return (all[0]?.counts ?? []).map((_, j) => {
    const sorted = resampled.map((coefficients) => coefficients[j] as number).sort((a, b) => a - b)
    const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] as number
    const value = sorted.reduce((sum, coefficient) => sum + coefficient, 0) / sorted.length
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
