import { inOrder } from './report/looks.ts'
import type { BenchPath, BenchResults, ModelResult, PathResult, Times } from './results.ts'

export type Verdict = 'better' | 'same' | 'worse'

/** A quantity before and after. */
export type Change = {
  readonly before: number
  readonly after: number
  /** Of the whole: 0.05 is five in a hundred more. Infinite where something was made of nothing. */
  readonly change: number
  readonly verdict: Verdict
}

/** A median time before and after. */
type TimeChange = {
  readonly before: Times
  readonly after: Times
  readonly change: number
  /** Ends of the change that the intervals of both medians allow. */
  readonly low: number
  readonly high: number
  /** `same` where the intervals overlap, or the change is within the threshold. */
  readonly verdict: Verdict
}

/** Quantities that are exact: any rise is worse. Those of an inference are medians over the samples that ran. */
export const exactQuantities = ['inferenceGas', 'executionGas', 'deploymentGas', 'storageGas', 'codeBytes'] as const
type ExactQuantity = (typeof exactQuantities)[number]

/** A model on a path, in both files. */
export type PathChange = {
  readonly model: string
  readonly path: BenchPath
  /** Of the quantities that both files have. */
  readonly exact: Readonly<Partial<Record<ExactQuantity, Change>>>
  readonly time?: TimeChange
  /** Part of the samples that are equal to the reference. */
  readonly equality?: Change
  readonly accuracy?: Change
  /** It ran before and is refused now, or the other way round; with the reason. */
  readonly refusal?: { readonly verdict: Verdict; readonly reason: string }
  /** What got worse: empty for no regression. */
  readonly regressions: readonly string[]
}

/** Two runs, held against each other. */
export type BenchComparison = {
  /** Part by which a time has to change to count. */
  readonly threshold: number
  /** What makes the runs differ beside what is compared, a line each. */
  readonly notes: readonly string[]
  readonly changes: readonly PathChange[]
  /** Models and paths that one file alone has, a line each. */
  readonly missing: readonly string[]
  readonly regressions: number
}

function relative(before: number, after: number): number {
  return before === after ? 0 : after / before - 1
}

/**
 * @param sign - 1 where less is better, -1 where more is
 * @param slack - part by which it may change and be the same
 */
function exactChange(
  before: number | undefined,
  after: number | undefined,
  sign: 1 | -1,
  slack = 0,
): Change | undefined {
  if (before === undefined || after === undefined) return undefined
  const change = relative(before, after)
  const verdict = Math.abs(change) <= slack ? 'same' : sign * change > 0 ? 'worse' : 'better'
  return { before, after, change, verdict }
}

/** Quantities that depend on which samples ran: a slow path runs as many as it has time for. */
const ofSamples: readonly ExactQuantity[] = ['inferenceGas', 'executionGas']

function timeChange(before: Times | undefined, after: Times | undefined, threshold: number): TimeChange | undefined {
  if (before === undefined || after === undefined) return undefined
  const change = relative(before.median, after.median)
  const isSlower = after.low > before.high && change > threshold
  const isFaster = after.high < before.low && change < -threshold
  return {
    ...{ before, after, change },
    ...{ low: relative(before.high, after.low), high: relative(before.low, after.high) },
    verdict: isSlower ? 'worse' : isFaster ? 'better' : 'same',
  }
}

function refusalOf(before: PathResult, after: PathResult): PathChange['refusal'] {
  if ((before.refused === undefined) === (after.refused === undefined)) return undefined
  if (after.refused !== undefined) return { verdict: 'worse', reason: after.refused }
  return { verdict: 'better', reason: before.refused ?? '' }
}

function pathChange(model: string, before: PathResult, after: PathResult, threshold: number): PathChange {
  const part = ({ equal }: PathResult) => equal && (equal.samples === 0 ? 1 : equal.same / equal.samples)
  const sameSamples = before.equal?.samples === after.equal?.samples
  const exact = Object.fromEntries(
    exactQuantities.flatMap((quantity) => {
      const slack = sameSamples || !ofSamples.includes(quantity) ? 0 : threshold
      const change = exactChange(before[quantity], after[quantity], 1, slack)
      return change === undefined ? [] : [[quantity, change]]
    }),
  ) as PathChange['exact']
  const time = timeChange(before.times, after.times, threshold)
  const equality = exactChange(part(before), part(after), -1)
  const accuracy = sameSamples ? exactChange(before.accuracy, after.accuracy, -1) : undefined
  const refusal = refusalOf(before, after)
  const judged = { ...exact, time, equality, accuracy, refusal }
  return {
    ...{ model, path: after.path, exact },
    ...(time && { time }),
    ...(equality && { equality }),
    ...(accuracy && { accuracy }),
    ...(refusal && { refusal }),
    regressions: Object.entries(judged).flatMap(([name, change]) => (change?.verdict === 'worse' ? [name] : [])),
  }
}

/** Facts of a run that change times, or results, by themselves. */
function factsOf({ machine, versions, gasLimits, stopped }: BenchResults): Map<string, string | undefined> {
  const { processor, cores, memoryBytes, node, platform, commit } = machine
  return new Map<string, string | undefined>([
    ['processor', processor],
    ['cores', String(cores)],
    ['memory', `${memoryBytes} bytes`],
    ['Node', node],
    ['platform', platform],
    ['commit', commit],
    ...Object.entries(versions).map(([name, version]): [string, string] => [`version of ${name}`, version]),
    ...Object.entries(gasLimits).map(([name, limit]): [string, string] => [`limit ${name}`, String(limit)]),
    ['stopped early', stopped === true ? 'yes' : 'no'],
  ])
}

function notesOf(before: BenchResults, after: BenchResults): string[] {
  const [was, is] = [factsOf(before), factsOf(after)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((name) => was.get(name) !== is.get(name))
    .map((name) => `${name}: ${was.get(name) ?? 'unknown'} before, ${is.get(name) ?? 'unknown'} after`)
}

/** What makes two models of a name different models: undefined where they are the same. */
function difference(before: ModelResult, after: ModelResult): string | undefined {
  const facts = ['macs', 'weightBytes', 'inputBytes', 'outputBytes'] as const
  const fact = facts.find((name) => before[name] !== after[name])
  return fact && `${after.name}: another model, ${fact} ${before[fact]} before and ${after[fact]} after; not compared`
}

/**
 * Compares two runs, model by model and path by path. Gas, code, equality and accuracy are exact: any change for the worse is
 * a regression. Where not the same number of samples ran, accuracy is not compared, and gas of an inference has to change by more
 * than the threshold. A time is one when the bootstrap intervals of the medians do not overlap and the median rises by more than
 * the threshold.
 *
 * @param threshold - part of the time before: 0.05 is five in a hundred
 */
export function compareResults(before: BenchResults, after: BenchResults, threshold: number): BenchComparison {
  const was = new Map(before.models.map((model) => [model.name, model]))
  const notes = notesOf(before, after)
  const missing: string[] = []
  const changes: PathChange[] = []
  for (const model of after.models) {
    const earlier = was.get(model.name)
    was.delete(model.name)
    if (earlier === undefined) {
      missing.push(`${model.name}: only after`)
      continue
    }
    const other = difference(earlier, model)
    if (other !== undefined) {
      missing.push(other)
      continue
    }
    if (earlier.samples !== model.samples)
      notes.push(`${model.name}: ${earlier.samples} samples before, ${model.samples} after`)
    const paths = inOrder([...earlier.paths, ...model.paths].map(({ path }) => path))
    for (const path of paths) {
      const [a, b] = [earlier, model].map(({ paths: results }) => results.find((result) => result.path === path))
      if (a !== undefined && b !== undefined) changes.push(pathChange(model.name, a, b, threshold))
      else missing.push(`${model.name}, ${path}: only ${a === undefined ? 'after' : 'before'}`)
    }
  }
  for (const name of was.keys()) missing.push(`${name}: only before`)
  const regressions = changes.filter((change) => change.regressions.length > 0).length
  return { threshold, notes, changes, missing, regressions }
}
