import Benchmark from 'benchmark'

/** Something to time. */
export type Timed = {
  /** Runs once and gives its milliseconds. */
  run(): Promise<number>
}

/** How long things are timed. */
export type TimingPlan = {
  /** Turns that each has, besides one to warm up. */
  readonly rounds: number
  /** Least time of a turn; at least one run is in each. */
  readonly turnMilliseconds: number
  /** Once something has taken so long in all, it has no further turn. */
  readonly budgetMilliseconds: number
}

/** Gives the milliseconds of each run of a turn. @throws what running throws */
type Turn = () => Promise<number[]>

/** Lets the harness decide how often a turn runs. */
function createTurn({ run }: Timed, turnMilliseconds: number): Turn {
  let runs: number[] = []
  let failure: { readonly error: unknown } | undefined
  const benchmark = new Benchmark({
    ...{ defer: true, minTime: turnMilliseconds / 1000, maxTime: 0, minSamples: 1 },
    fn(call: { resolve(): void }) {
      run()
        .then((milliseconds) => runs.push(milliseconds))
        .catch((error) => {
          failure ??= { error }
        })
        .then(() => call.resolve())
    },
    onCycle() {
      if (failure !== undefined) benchmark.abort()
    },
  })
  return async () => {
    runs = []
    await new Promise((resolve) => {
      benchmark.off('complete').on('complete', resolve).run()
    })
    if (failure !== undefined) throw failure.error
    const { mean } = benchmark.stats
    // The next turn starts from here instead of working its way up.
    if (mean > 0)
      Object.assign(benchmark, { initCount: Math.max(1, Math.ceil((1.1 * turnMilliseconds) / (1000 * mean))) })
    return runs
  }
}

/**
 * Times things against each other in one process: in each round every one has its turn, so that what else the machine does
 * falls on all alike. The first round warms up and does not count, but for what took its whole budget in it.
 *
 * @param onTurn - called after each turn
 * @returns milliseconds of each run by round, or what something threw; shorter when the signal aborts
 */
export async function measureInRounds(
  things: readonly Timed[],
  { rounds, turnMilliseconds, budgetMilliseconds }: TimingPlan,
  onTurn: () => void = () => undefined,
  signal?: AbortSignal,
): Promise<readonly (readonly (readonly number[])[] | Error)[]> {
  const states = things.map((thing) => ({
    turn: createTurn(thing, turnMilliseconds),
    rounds: [] as number[][],
    spent: 0,
    error: undefined as Error | undefined,
  }))
  for (let round = 0; round <= rounds; round++)
    for (const state of states) {
      if (signal?.aborted) break
      if (state.error === undefined && state.spent < budgetMilliseconds) {
        const start = performance.now()
        try {
          const runs = await state.turn()
          state.spent += performance.now() - start
          if (round > 0 || state.spent >= budgetMilliseconds) state.rounds.push(runs)
        } catch (error) {
          state.error = error instanceof Error ? error : new Error(String(error))
        }
      }
      onTurn()
    }
  return states.map(({ rounds: measured, error }) => error ?? measured)
}
