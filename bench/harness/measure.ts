import Benchmark from 'benchmark'

/** Something to time: one way of doing what a case is about. */
export type Contender = {
  readonly name: string
  /** Whether it is another project's work: then a failure leaves it out, where ours ends the benchmark. */
  readonly isPeer: boolean
  /** One call; a promise where the runtime gives one. */
  readonly run: () => unknown
  /** Work of one call in the case's unit. */
  readonly units: number
  /** Says what is wrong with what it computes, if anything. Called once before it is timed. */
  readonly check?: () => string | undefined | Promise<string | undefined>
}

/** Contenders for the same work. */
export type BenchCase = {
  readonly name: string
  readonly contenders: readonly Contender[]
  /** Why peers are missing. */
  readonly notes?: readonly string[]
  /** Frees what the contenders hold. */
  readonly release?: () => void | Promise<void>
}

/** What became of a case. */
export type CaseResult = {
  readonly name: string
  /** Units a nanosecond of each contender. */
  readonly rates: Readonly<Record<string, number>>
  /** Nanoseconds of one call of each contender. */
  readonly nanoseconds: Readonly<Record<string, number>>
  /** Why peers are missing. */
  readonly notes: readonly string[]
}

/** Least time of a sample: long against the clock's resolution and a collection of garbage. */
const SAMPLE_SECONDS = 0.02

/** Gives the seconds of one call. @throws what the contender throws */
type Sampler = () => Promise<number>

function createSampler({ name, run }: Contender, isAsync: boolean): Sampler {
  let failure: { readonly error: unknown } | undefined
  const fail = (error: unknown) => {
    failure ??= { error }
  }
  const deferred = (call: { resolve(): void }) => {
    ;(run() as Promise<unknown>).catch(fail).then(() => call.resolve())
  }
  const benchmark = new Benchmark(name, isAsync ? deferred : run, {
    ...{ defer: isAsync, minTime: SAMPLE_SECONDS, maxTime: 0, minSamples: 1 },
    onError: ({ target }: { target: Benchmark }) => fail(target.error),
  })
  return async () => {
    await new Promise((resolve) => {
      benchmark.off('complete').on('complete', resolve).run()
    })
    if (failure) throw failure.error
    const { mean } = benchmark.stats
    // The next run starts from here instead of working its way up.
    Object.assign(benchmark, { initCount: Math.max(1, Math.ceil((1.1 * SAMPLE_SECONDS) / mean)) })
    return mean
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] as number
}

/**
 * Times contenders against each other in one process: in each round every one has its turn, so that what else the machine
 * does falls on all alike. The first round warms up and does not count.
 *
 * @param rounds - the median of which is the result
 * @throws {Error} when a contender of ours fails or computes something wrong
 */
export async function measureCase(
  { name, contenders, notes: missing = [] }: BenchCase,
  rounds: number,
): Promise<CaseResult> {
  const notes = missing.map((note) => `${name}, ${note}`)
  const refuse = (contender: Contender, error: unknown) => {
    const reason = `${name}, ${contender.name}: ${error instanceof Error ? error.message : error}`
    if (!contender.isPeer) throw new Error(reason, { cause: error })
    notes.push(`${reason}; left out`)
  }
  const entries: { readonly contender: Contender; readonly sample: Sampler; readonly seconds: number[] }[] = []
  for (const contender of contenders) {
    try {
      const first = contender.run()
      const isAsync = first instanceof Promise
      await first
      const complaint = await contender.check?.()
      if (complaint !== undefined) throw new Error(complaint)
      entries.push({ contender, sample: createSampler(contender, isAsync), seconds: [] })
    } catch (error) {
      refuse(contender, error)
    }
  }
  for (let round = 0; round <= rounds; round++)
    for (const { contender, sample, seconds } of [...entries]) {
      try {
        const time = await sample()
        if (round > 0) seconds.push(time)
      } catch (error) {
        refuse(contender, error)
        entries.splice(
          entries.findIndex((entry) => entry.contender === contender),
          1,
        )
      }
    }
  const results = entries.map(({ contender, seconds }) => ({ ...contender, nanoseconds: median(seconds) * 1e9 }))
  return {
    name,
    rates: Object.fromEntries(results.map(({ name, units, nanoseconds }) => [name, units / nanoseconds])),
    nanoseconds: Object.fromEntries(results.map(({ name, nanoseconds }) => [name, nanoseconds])),
    notes,
  }
}
