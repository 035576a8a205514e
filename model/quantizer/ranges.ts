import { clamp } from '../../isa/index.ts'
import { roundHalfAway } from '../quantization.ts'
import { createFloatEvaluator } from './floatEvaluate.ts'
import type { FloatGraph } from './floatGraph.ts'
import { quantizationOf, type Range } from './scales.ts'

/**
 * How the range of an activation follows from the values that calibration saw, 0 always included.
 *
 * - minmax: all of them
 * - percentile: leaves out at most `100 - percentile` percent of the values at each end
 * - mse: of a hundred ranges between nothing and all, the one whose int8 values are least off in the mean square
 */
export type RangeMethod =
  | { readonly method: 'minmax' | 'mse' }
  | { readonly method: 'percentile'; readonly percentile: number }

/** What calibration found about each value of a graph. */
export type Calibration = {
  /** Smallest and largest value seen, with 0. */
  readonly seen: readonly Range[]
  /** What is to be covered; all that was seen where no method was asked for. */
  readonly chosen: readonly Range[]
}

const BINS = 4096
const MSE_CANDIDATES = 100

type Histogram = Range & { readonly counts: Float64Array }

function widthOf({ min, max }: Range): number {
  return (max - min) / BINS
}

function countValues({ min, max, counts }: Histogram, data: Float32Array): void {
  const factor = max > min ? BINS / (max - min) : 0
  for (const x of data) {
    const bin = Math.min(BINS - 1, Math.floor((x - min) * factor))
    counts[bin] = (counts[bin] as number) + 1
  }
}

/** Bounds beyond which lies at most a share of all values, each rounded outwards to a bin. */
function percentileRange(histogram: Histogram, percentile: number): Range {
  const { counts, min, max } = histogram
  const allowed = (counts.reduce((a, b) => a + b, 0) * (100 - percentile)) / 100
  const skip = (order: readonly number[]) => {
    let left = allowed
    const first = order.findIndex((bin) => {
      left -= counts[bin] as number
      return left < 0
    })
    return Math.max(first, 0)
  }
  const bins = Array.from(counts.keys())
  const low = min + skip(bins) * widthOf(histogram)
  const high = max - skip(bins.reverse()) * widthOf(histogram)
  return { min: Math.min(low, 0), max: Math.max(high, 0) }
}

function squaredError({ counts, min, max }: Histogram, range: Range): number {
  const { scale, zeroPoint } = quantizationOf(range)
  const width = widthOf({ min, max })
  return counts.reduce((sum, count, bin) => {
    if (count === 0) return sum
    const x = min + (bin + 0.5) * width
    const q = clamp(zeroPoint + roundHalfAway(x / scale), -128, 127)
    return sum + count * (x - (q - zeroPoint) * scale) ** 2
  }, 0)
}

function leastSquaresRange(histogram: Histogram): Range {
  const { min, max } = histogram
  let best: Range = { min, max }
  let least = squaredError(histogram, best)
  for (let candidate = MSE_CANDIDATES - 1; candidate > 0; candidate--) {
    const share = candidate / MSE_CANDIDATES
    const range = { min: min * share, max: max * share }
    const error = squaredError(histogram, range)
    if (error < least) [best, least] = [range, error]
  }
  return best
}

/**
 * Ranges of each value of a graph over all samples.
 *
 * @param onSample - called after each sample of each pass; there are two passes, but for minmax one
 * @throws {RangeError} when there is no sample, one has the wrong size, or a value is not finite
 */
export function calibrate(
  graph: FloatGraph,
  samples: readonly Float32Array[],
  range: RangeMethod,
  onSample: () => void = () => {},
): Calibration {
  if (samples.length === 0) throw new RangeError('calibration: at least one sample is needed')
  const evaluate = createFloatEvaluator(graph)
  const lows = new Array<number>(graph.layers.length + 1).fill(0)
  const highs = [...lows]
  for (const sample of samples) {
    evaluate(sample).forEach(({ data }, value) => {
      for (const x of data) {
        if (!Number.isFinite(x)) throw new RangeError(`calibration: value ${value} is ${x}`)
        if (x < (lows[value] as number)) lows[value] = x
        if (x > (highs[value] as number)) highs[value] = x
      }
    })
    onSample()
  }
  const seen = lows.map((min, value) => ({ min, max: highs[value] as number }))
  if (range.method === 'minmax') return { seen, chosen: seen }
  const histograms = seen.map((all): Histogram => ({ ...all, counts: new Float64Array(BINS) }))
  for (const sample of samples) {
    evaluate(sample).forEach(({ data }, value) => {
      countValues(histograms[value] as Histogram, data)
    })
    onSample()
  }
  const choose = (histogram: Histogram) =>
    range.method === 'percentile' ? percentileRange(histogram, range.percentile) : leastSquaresRange(histogram)
  return { seen, chosen: histograms.map(choose) }
}
