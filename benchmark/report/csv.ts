import type { BenchResults, ModelResult, PathResult } from '../results.ts'

type Value = string | number | undefined

const columns: Readonly<Record<string, (model: ModelResult, result: PathResult) => Value>> = {
  model: ({ name }) => name,
  source: ({ source }) => source.kind,
  family: ({ source }) => source.family,
  macs: ({ macs }) => macs,
  weightBytes: ({ weightBytes }) => weightBytes,
  inputBytes: ({ inputBytes }) => inputBytes,
  outputBytes: ({ outputBytes }) => outputBytes,
  path: (_, { path }) => path,
  refused: (_, { refused }) => refused,
  samples: (_, { equal }) => equal?.samples,
  same: (_, { equal }) => equal?.same,
  accuracy: (_, { accuracy }) => accuracy,
  deploymentGas: (_, { deploymentGas }) => deploymentGas,
  storageGas: (_, { storageGas }) => storageGas,
  codeBytes: (_, { codeBytes }) => codeBytes,
  inferenceGas: (_, { inferenceGas }) => inferenceGas,
  executionGas: (_, { executionGas }) => executionGas,
  gasPerMac: (_, { gasPerMac }) => gasPerMac,
  runs: (_, { times }) => times?.runs,
  medianMilliseconds: (_, { times }) => times?.median,
  p95Milliseconds: (_, { times }) => times?.p95,
  lowMilliseconds: (_, { times }) => times?.low,
  highMilliseconds: (_, { times }) => times?.high,
  nanosecondsPerMac: (_, { nanosecondsPerMac }) => nanosecondsPerMac,
  gasPerMillisecond: (_, { gasPerMillisecond }) => gasPerMillisecond,
  peakBytes: (_, { peakBytes }) => peakBytes,
  limits: (_, { limits }) => limits?.join('; '),
}

/** A field as RFC 4180 has it. */
function field(value: Value): string {
  const text = value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** `results.csv`: a line for each model on each path, with a heading; what a path has not is empty. RFC 4180. */
export function resultsCsv({ models }: BenchResults): string {
  const lines = models.flatMap((model) =>
    model.paths.map((result) => Object.values(columns).map((value) => field(value(model, result)))),
  )
  return [Object.keys(columns), ...lines].map((line) => `${line.join(',')}\r\n`).join('')
}
