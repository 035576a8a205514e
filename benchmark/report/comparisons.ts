import type { BenchPath, BenchResults, ModelResult, PathResult } from '../results.ts'

/** What two paths take for a model. */
export type PathRatio = {
  readonly model: ModelResult
  readonly ours: number
  readonly theirs: number
  /** How many times more they take. */
  readonly ratio: number
}

/** A million multiply-accumulates, less what a model of the sweep may miss it by. */
const LARGE_MACS = 900_000

/** A path of a model that ran. */
function pathOf({ paths }: ModelResult, path: BenchPath): PathResult | undefined {
  return paths.find((result) => result.path === path && result.refused === undefined)
}

/** What two paths take for the models that both ran, by size. */
export function pathRatios(
  { models }: BenchResults,
  ours: BenchPath,
  theirs: BenchPath,
  quantity: 'gasPerMac' | 'nanosecondsPerMac',
): PathRatio[] {
  return models
    .flatMap((model) => {
      const [our, their] = [pathOf(model, ours)?.[quantity], pathOf(model, theirs)?.[quantity]]
      if (our === undefined || their === undefined || our <= 0) return []
      return { model, ours: our, theirs: their, ratio: their / our }
    })
    .sort((a, b) => a.model.macs - b.model.macs)
}

/** Those that a summary tells of: those of about a million multiply-accumulates and more, or where there are none the largest one. */
export function telling(ratios: readonly PathRatio[]): readonly PathRatio[] {
  const large = ratios.filter(({ model }) => model.macs >= LARGE_MACS)
  return large.length > 0 ? large : ratios.slice(-1)
}

/** Runners of others, whose arithmetic may differ in the last bit. */
const offChain: readonly BenchPath[] = ['tflite', 'onnxruntime']

/** Results of models on the paths that have to be exact, and how many of these gave the reference's bytes on all samples. */
export function equalResults({ models }: BenchResults): { readonly checked: number; readonly equal: number } {
  const exact = models.flatMap(({ paths }) => paths.filter(({ path }) => !offChain.includes(path)))
  const checked = exact.flatMap(({ equal }) => equal ?? [])
  return { checked: checked.length, equal: checked.filter(({ samples, same }) => samples === same).length }
}
