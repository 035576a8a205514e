import { createRandom } from '../calibration/random.ts'
import type { Times } from './results.ts'

const RESAMPLES = 500
/** Of a bootstrap: 95 %. */
const TAIL = 0.025
/** Most runs of a round that a resample looks at; evenly spread over the round. */
const MOST_OF_ROUND = 100
const SEED = 1

/** The value below which a part of sorted values lies: the nearest rank. */
function quantile(sorted: readonly number[] | Float64Array, part: number): number {
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] as number
}

/** Median of values; of an even number, the mean of the two in the middle. @throws {RangeError} when there are none */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('values: expected at least one number')
  return medianOfSorted(Float64Array.from(values).sort())
}

function medianOfSorted(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  const high = sorted[middle] as number
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] as number) + high) / 2
}

function thinned(values: readonly number[]): readonly number[] {
  if (values.length <= MOST_OF_ROUND) return values
  return Array.from(
    { length: MOST_OF_ROUND },
    (_, index) => values[Math.floor(((index + 0.5) * values.length) / MOST_OF_ROUND)] as number,
  )
}

/**
 * Median, 95th percentile, and a bootstrap interval of the median of times that were measured in rounds.
 *
 * Runs of one round share what the machine did meanwhile, so whole rounds are drawn, not runs; one round alone is drawn from
 * run by run.
 *
 * @param rounds - milliseconds of each run, by round
 * @throws {RangeError} when there is no run
 */
export function summarizeTimes(rounds: readonly (readonly number[])[]): Times {
  const runs = rounds.flat()
  const sorted = Float64Array.from(runs).sort()
  const center = median(runs)
  const measured = rounds.filter(({ length }) => length > 0).map(thinned)
  const blocks = measured.length === 1 ? (measured[0] as readonly number[]).map((run) => [run]) : measured
  const random = createRandom(SEED)
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(blocks.flatMap(() => blocks[random.integer(0, blocks.length - 1)] as readonly number[])),
  ).sort((a, b) => a - b)
  return {
    runs: runs.length,
    median: center,
    p95: quantile(sorted, 0.95),
    // What thinning left out can put the median a little outside.
    low: Math.min(center, quantile(medians, TAIL)),
    high: Math.max(center, quantile(medians, 1 - TAIL)),
  }
}
