import { parseArgs } from 'node:util'

/** What the benchmarks' command lines say. */
export type BenchOptions = {
  /** Print JSON instead of tables. */
  readonly json: boolean
  /** Measure against other runtimes. */
  readonly peers: boolean
  /** How often each contender is measured; the median counts. */
  readonly rounds: number
  /** Whether a case is wanted. */
  wants(name: string): boolean
}

const DEFAULT_ROUNDS = 7

/**
 * Reads the command line of a benchmark: `--json`, `--no-peers`, `--rounds n`, and parts of the names of the cases to
 * run, all of them where there are none.
 *
 * @throws {TypeError} on any other option
 * @throws {RangeError} when the number of rounds is not positive
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { json: { type: 'boolean' }, 'no-peers': { type: 'boolean' }, rounds: { type: 'string' } },
    allowPositionals: true,
  })
  const rounds = values.rounds === undefined ? DEFAULT_ROUNDS : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new RangeError(`--rounds: expected a positive integer, found ${values.rounds}`)
  const parts = positionals.map((part) => part.toLowerCase())
  return {
    json: values.json === true,
    peers: values['no-peers'] !== true,
    rounds,
    wants: (name) => parts.length === 0 || parts.some((part) => name.toLowerCase().includes(part)),
  }
}
