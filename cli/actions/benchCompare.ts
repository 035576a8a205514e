import {
  type BenchComparison,
  type Change,
  compareResults,
  exactQuantities,
  type PathChange,
  type Verdict,
} from '../../benchmark/compare.ts'
import { parseBenchResults } from '../../benchmark/readResults.ts'
import type { BenchResults } from '../../benchmark/results.ts'
import { describeError, UsageError } from '../errors.ts'
import { readUserFile } from '../files.ts'

export type BenchCompareOptions = {
  readonly threshold: number
  readonly json?: boolean
}

function readResults(path: string): BenchResults {
  const text = new TextDecoder().decode(readUserFile(path, 'results'))
  try {
    return parseBenchResults(text)
  } catch (error) {
    throw new UsageError(`results ${path}: ${describeError(error)}`)
  }
}

/** A part as a percentage with its sign. */
function percent(part: number): string {
  if (!Number.isFinite(part)) return 'from nothing'
  const text = (100 * part).toFixed(Math.abs(part) < 0.001 && part !== 0 ? 3 : 1)
  return `${part > 0 ? '+' : ''}${text} %`
}

const amount = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 6 })

/** A word behind a change that is one. */
const judged = (verdict: Verdict) => (verdict === 'same' ? '' : `  ${verdict}`)

function exactLine(name: string, { before, after, change, verdict }: Change): string {
  return `  ${name}  ${amount(before)} to ${amount(after)}  ${percent(change)}${judged(verdict)}`
}

/** What changed of a model on a path; times are told always, for their intervals say how sure they are. */
function changeLines({ model, path, exact, time, equality, accuracy, refusal }: PathChange): string[] {
  const changed = (name: string, change: Change | undefined) =>
    change === undefined || change.verdict === 'same' ? [] : [exactLine(name, change)]
  const lines = [
    ...(refusal === undefined
      ? []
      : [`  ${refusal.verdict === 'worse' ? 'refused now' : 'refused before'}: ${refusal.reason}`]),
    ...changed('equality', equality),
    ...changed('accuracy', accuracy),
    ...exactQuantities.flatMap((name) => changed(name, exact[name])),
    ...(time === undefined
      ? []
      : [
          `  ms  ${amount(time.before.median)} to ${amount(time.after.median)}  ${percent(time.change)} (${percent(time.low)} to ${percent(time.high)})${judged(time.verdict)}`,
        ]),
  ]
  if (lines.length <= 1) return lines.map((line) => `${model}, ${path}${line}`)
  return [`${model}, ${path}`, ...lines]
}

/** What a comparison says, in lines. */
function comparisonLines({ notes, missing, changes, regressions, threshold }: BenchComparison): string[] {
  const compared = `${changes.length} ${changes.length === 1 ? 'result' : 'results'} compared`
  return [
    ...notes.map((note) => `differs: ${note}`),
    ...missing.map((line) => `in one file: ${line}`),
    ...changes.flatMap(changeLines),
    `${compared}, ${regressions} with regressions (times beyond ${percent(threshold).replace('+', '')} and their intervals)`,
  ]
}

/** Compares two runs; see the command's help. */
export async function compareBenches(before: string, after: string, options: BenchCompareOptions): Promise<void> {
  const { threshold, json } = options
  const comparison = compareResults(readResults(before), readResults(after), threshold)
  console.log(json ? JSON.stringify(comparison) : comparisonLines(comparison).join('\n'))
  if (comparison.regressions > 0) process.exitCode = 1
}
