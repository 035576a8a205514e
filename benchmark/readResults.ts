import { z } from 'zod'
import { BENCH_RESULTS_VERSION, type BenchResults, benchPaths } from './results.ts'

const amount = z.number().nonnegative()
const count = z.int().nonnegative()
const fraction = z.number().min(0).max(1)
const family = z.enum(['MLP', 'CNN'])
const path = z.enum(benchPaths)
const limit = z.enum(['transaction gas', 'code size', 'block gas'])

const times = z.object({ runs: count, median: amount, p95: amount, low: amount, high: amount })

const pathResult = z.object({
  path,
  refused: z.string().exactOptional(),
  equal: z.object({ samples: count, same: count }).exactOptional(),
  accuracy: fraction.exactOptional(),
  deploymentGas: amount.exactOptional(),
  storageGas: amount.exactOptional(),
  codeBytes: count.exactOptional(),
  inferenceGas: amount.exactOptional(),
  executionGas: amount.exactOptional(),
  gasPerMac: amount.exactOptional(),
  times: times.exactOptional(),
  nanosecondsPerMac: amount.exactOptional(),
  gasPerMillisecond: amount.exactOptional(),
  peakBytes: amount.exactOptional(),
  limits: z.array(limit).exactOptional(),
})

const model = z.object({
  name: z.string(),
  source: z.object({ kind: z.enum(['file', 'sweep']), family: family.exactOptional() }),
  macs: amount,
  weightBytes: count,
  inputBytes: count,
  outputBytes: count,
  samples: count,
  paths: z.array(pathResult),
})

const results: z.ZodType<BenchResults> = z.object({
  version: z.literal(BENCH_RESULTS_VERSION),
  command: z.array(z.string()),
  date: z.iso.datetime({ offset: true }),
  machine: z.object({
    processor: z.string(),
    cores: count,
    memoryBytes: amount,
    node: z.string(),
    platform: z.string(),
    commit: z.string().exactOptional(),
  }),
  versions: z.record(z.string(), z.string()),
  gasPriceGwei: amount.exactOptional(),
  stopped: z.literal(true).exactOptional(),
  gasLimits: z.object({ transaction: amount, block: amount, codeBytes: amount }),
  models: z.array(model),
  crossovers: z.array(
    z.object({
      family,
      quantity: z.enum(['gas', 'time']),
      cheaperBelow: path,
      cheaperAbove: path,
      macs: amount,
    }),
  ),
  limitPoints: z.array(z.object({ family, path, limit, macs: amount })),
})

/** A place in the file as a reader would write it: `models[0].paths[2].times.median`. */
function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

/** What was found there, short. */
function foundAt(value: unknown, path: readonly PropertyKey[]): string {
  let at: unknown = value
  for (const key of path) at = (at as Readonly<Record<PropertyKey, unknown>> | undefined | null)?.[key]
  if (at === undefined) return 'nothing'
  if (typeof at === 'object' && at !== null) return Array.isArray(at) ? 'an array' : 'an object'
  const text = JSON.stringify(at)
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`
}

/** What was wanted, in words. */
function wantedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`
  if (issue.code === 'invalid_type') return issue.expected === 'int' ? 'an integer' : `${article(issue.expected)}`
  if (issue.code === 'too_small') return `at least ${issue.minimum}`
  if (issue.code === 'too_big') return `at most ${issue.maximum}`
  if (issue.code === 'invalid_format') return 'a date and time as ISO 8601 writes them'
  return issue.message
}

function article(noun: string): string {
  return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`
}

/**
 * Reads `results.json`. Fields that this version does not know are left out.
 *
 * @throws {TypeError} in one line: the version, or the first field that is not as {@link BenchResults} says, what was
 * found there and what was expected
 */
export function parseBenchResults(text: string): BenchResults {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new TypeError(`not JSON: ${(error as Error).message}`)
  }
  const version = (value as { version?: unknown } | null)?.version
  if (typeof version === 'number' && version !== BENCH_RESULTS_VERSION)
    throw new TypeError(`version ${version} of benchmark results; this command reads version ${BENCH_RESULTS_VERSION}`)
  const { success, data, error } = results.safeParse(value)
  if (success) return data
  const issue = error.issues[0] as z.core.$ZodIssue
  const place = placeOf(issue.path)
  throw new TypeError(
    `${place === '' ? '' : `${place}: `}expected ${wantedBy(issue)}, found ${foundAt(value, issue.path)}`,
  )
}
