import type { BoundCase } from './workbench.ts'

/** What the measurement of a case gave. */
export type Timing = {
  /** Least CPU nanoseconds of a call over all samples. */
  readonly least: number
  /** Median of the samples. */
  readonly median: number
}

/** Least time of a sample: long against the clock's resolution. */
const SAMPLE_NANOSECONDS = 2e6

/** CPU nanoseconds of this process so far. Waiting for the core does not count. */
export function cpuNanoseconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) * 1000
}

function timeOf(run: BoundCase['run'], times: number): number {
  const before = cpuNanoseconds()
  run(times)
  return cpuNanoseconds() - before
}

/**
 * Calls that take about as long as a sample should; running them also warms the code up. One that took long may have been
 * compiled meanwhile, so only the second of its number counts.
 */
function callsOfSample(run: BoundCase['run']): number {
  for (let times = 1; ; times *= 2) {
    const spent = Math.min(timeOf(run, times), timeOf(run, times))
    if (spent >= SAMPLE_NANOSECONDS / 4) return Math.max(1, Math.ceil((times * SAMPLE_NANOSECONDS) / spent))
  }
}

/** Times cases in turn, `rounds` times each, so that what else the machine does falls on all alike. */
export function timeInTurn(cases: readonly BoundCase[], rounds: number): number[][] {
  const calls = cases.map(({ run }) => callsOfSample(run))
  const samples: number[][] = cases.map(() => [])
  for (let round = 0; round < rounds; round++)
    cases.forEach(({ run }, index) => {
      const times = calls[index] as number
      samples[index]?.push(timeOf(run, times) / times)
    })
  return samples
}

export function summarise(samples: readonly number[]): Timing {
  const sorted = [...samples].sort((a, b) => a - b)
  return { least: sorted[0] as number, median: sorted[sorted.length >> 1] as number }
}
