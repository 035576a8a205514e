import type { BenchPath, ModelResult, PathResult } from '../results.ts'
import { inOrder } from './looks.ts'

/** What a curve shows of a path's result. */
export type Quantity = 'gas' | 'time' | 'gas per MAC' | 'time per MAC'

/** A model on a path, as a point of a chart. */
export type CurvePoint = {
  readonly path: BenchPath
  readonly model: string
  readonly macs: number
  readonly value: number
  /** Ends of its interval, where it has one. */
  readonly low?: number
  readonly high?: number
}

/** Models whose curves belong together: a family of the sweep, or those that came as files. */
export type CurveGroup = 'MLP' | 'CNN' | 'files'

/** The group that a model is drawn in. */
export function groupOf({ source }: ModelResult): CurveGroup {
  return source.kind === 'sweep' ? (source.family ?? 'files') : 'files'
}

/** Groups that have models, in the order in which they are shown. */
export function groupsOf(models: readonly ModelResult[]): CurveGroup[] {
  const present = new Set(models.map(groupOf))
  return (['files', 'MLP', 'CNN'] as const).filter((group) => present.has(group))
}

/** Models that a summary tells of: those of files, and the largest few of each family. */
export function toldModels(models: readonly ModelResult[], largest: number): ModelResult[] {
  return groupsOf(models).flatMap((group) => {
    const members = models.filter((model) => groupOf(model) === group)
    if (group === 'files') return members
    const bySize = members.sort((a, b) => a.macs - b.macs)
    return bySize.slice(Math.max(0, bySize.length - largest))
  })
}

/** Seconds, so that an axis may say ns, µs, ms. */
function measured({ times, inferenceGas, gasPerMac, nanosecondsPerMac }: PathResult, quantity: Quantity, macs: number) {
  if (quantity === 'gas') return { value: inferenceGas }
  if (quantity === 'gas per MAC') return { value: gasPerMac }
  const scale = quantity === 'time' ? 1e-3 : 1e6 / macs
  const value = quantity === 'time' ? times?.median : nanosecondsPerMac
  return {
    value: quantity === 'time' && value !== undefined ? value * scale : value,
    ...(times !== undefined && { low: times.low * scale, high: times.high * scale }),
  }
}

/**
 * Points of a group of models, ordered by path and size. A logarithmic axis has no place for nothing: points at 0 are left
 * out. Gas of a contract in anvil is left out where this client's is there, which follows the same rules.
 */
export function curvePoints(models: readonly ModelResult[], group: CurveGroup, quantity: Quantity): CurvePoint[] {
  const points = models
    .filter((model) => groupOf(model) === group)
    .flatMap(({ name, macs, paths }) =>
      paths.flatMap((result): CurvePoint[] => {
        const { value, ...ends } = measured(result, quantity, macs)
        if (value === undefined || value <= 0 || macs <= 0) return []
        return [{ path: result.path, model: name, macs, value, ...ends }]
      }),
    )
  const present = new Set(points.map(({ path }) => path))
  const isTwin = (path: BenchPath) =>
    quantity.startsWith('gas') &&
    path.startsWith('anvil-') &&
    present.has(path.replace('anvil', 'solidity') as BenchPath)
  return inOrder(present)
    .filter((path) => !isTwin(path))
    .flatMap((path) => points.filter((point) => point.path === path).sort((a, b) => a.macs - b.macs))
}

/**
 * Where a curve would go on: from its last point to the largest model, by the slope of its last two points on logarithmic
 * axes. Empty for a curve that reaches the largest model, or has one point.
 */
export function continuation(points: readonly CurvePoint[], macs: number): readonly CurvePoint[] {
  const [before, last] = points.slice(-2)
  if (before === undefined || last === undefined || last.macs >= macs || before.macs >= last.macs) return []
  const slope = Math.log(last.value / before.value) / Math.log(last.macs / before.macs)
  const { low, high, ...start } = last
  return [start, { ...start, macs, value: last.value * (macs / last.macs) ** slope }]
}

/** Value of a curve between its points, by interpolation on logarithmic axes; undefined beyond them. */
export function valueAt(points: readonly CurvePoint[], macs: number): number | undefined {
  const next = points.findIndex((point) => point.macs >= macs)
  const [a, b] = [points[next - 1], points[next]]
  if (b === undefined) return undefined
  if (b.macs === macs) return b.value
  if (a === undefined) return undefined
  const part = Math.log(macs / a.macs) / Math.log(b.macs / a.macs)
  return a.value * (b.value / a.value) ** part
}
