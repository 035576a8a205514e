import {
  type BenchPath,
  benchPaths,
  type Crossover,
  type LimitPoint,
  type ModelResult,
  type PathResult,
} from './results.ts'

type Family = Crossover['family']
type Limit = LimitPoint['limit']
/** A curve's points by growing multiply-accumulates. */
type Point = { readonly macs: number; readonly value: number }

/** What Ethereum allows. */
export type GasLimits = { readonly transaction: number; readonly block: number; readonly codeBytes: number }

const families: readonly Family[] = ['MLP', 'CNN']

/** A curve of a path over the models of a family; those that were refused, or have no such value, are no part of it. */
function curve(
  models: readonly ModelResult[],
  family: Family,
  path: BenchPath,
  read: (result: PathResult) => number | undefined,
): Point[] {
  return models
    .filter(({ source }) => source.family === family)
    .flatMap(({ macs, paths }) => {
      const result = paths.find((candidate) => candidate.path === path)
      const value = result === undefined ? undefined : read(result)
      return value === undefined || value <= 0 ? [] : [{ macs, value }]
    })
    .sort((a, b) => a.macs - b.macs)
}

/**
 * Where a line through two points on logarithmic axes is at a height.
 *
 * @param height - between the values of the points, which differ
 */
function atHeight(left: Point, right: Point, height: number): number {
  const part = Math.log(height / left.value) / Math.log(right.value / left.value)
  return left.macs * (right.macs / left.macs) ** part
}

/** Where two paths change places, over the multiply-accumulates at which both were measured. */
function crossings(
  a: readonly Point[],
  b: readonly Point[],
): { readonly macs: number; readonly firstIsCheaperBelow: boolean }[] {
  const valueAt = new Map(b.map(({ macs, value }) => [macs, value]))
  // The ratio is a curve of its own: it crosses one where the two meet. Where it is one, which is cheaper can't be said.
  const ratios = a.flatMap(({ macs, value }) => {
    const other = valueAt.get(macs)
    return other === undefined || other === value ? [] : [{ macs, value: value / other }]
  })
  return ratios.slice(1).flatMap((right, index) => {
    const left = ratios[index] as Point
    if (left.value < 1 === right.value < 1) return []
    return [{ macs: atHeight(left, right, 1), firstIsCheaperBelow: left.value < 1 }]
  })
}

const quantities = {
  gas: (result: PathResult) => result.inferenceGas,
  time: (result: PathResult) => result.times?.median,
}

/** Where a path gets dearer than another, in each family of the sweep and each quantity. */
export function findCrossovers(models: readonly ModelResult[]): Crossover[] {
  return families.flatMap((family) =>
    (['gas', 'time'] as const).flatMap((quantity) => {
      const curves = benchPaths.map((path) => ({ path, points: curve(models, family, path, quantities[quantity]) }))
      return curves.flatMap((a, index) =>
        curves.slice(index + 1).flatMap((b) =>
          crossings(a.points, b.points).map(({ macs, firstIsCheaperBelow }): Crossover => {
            const [below, above] = firstIsCheaperBelow ? [a, b] : [b, a]
            return { family, quantity, cheaperBelow: below.path, cheaperAbove: above.path, macs: Math.round(macs) }
          }),
        ),
      )
    }),
  )
}

/**
 * From where on all points of a curve are above a height: the last place where it comes from below. Where already the first
 * point is above and none comes back below, that point's.
 */
function exceededFrom(points: readonly Point[], height: number): number | undefined {
  const last = points.at(-1)
  if (last === undefined || last.value <= height) return undefined
  const below = points.findLastIndex(({ value }) => value <= height)
  const left = points[below]
  const right = points[below + 1] as Point
  return left === undefined ? right.macs : atHeight(left, right, height)
}

/** From how many multiply-accumulates on a path is beyond a limit, in each family of the sweep. */
export function findLimitPoints(models: readonly ModelResult[], limits: GasLimits): LimitPoint[] {
  const heights: readonly (readonly [Limit, number, (result: PathResult) => number | undefined])[] = [
    ['transaction gas', limits.transaction, (result) => result.inferenceGas],
    ['code size', limits.codeBytes, (result) => result.codeBytes],
    ['block gas', limits.block, (result) => result.inferenceGas],
  ]
  return families.flatMap((family) =>
    benchPaths.flatMap((path) =>
      heights.flatMap(([limit, height, read]) => {
        const macs = exceededFrom(curve(models, family, path, read), height)
        return macs === undefined ? [] : [{ family, path, limit, macs: Math.round(macs) }]
      }),
    ),
  )
}

/** Limits that a result is beyond. */
export function limitsOf(
  { inferenceGas = 0, codeBytes = 0 }: Pick<PathResult, 'inferenceGas' | 'codeBytes'>,
  greatestTransactionGas: number,
  limits: GasLimits,
): Limit[] {
  const gas = Math.max(inferenceGas, greatestTransactionGas)
  return [
    ...(gas > limits.transaction ? (['transaction gas'] as const) : []),
    ...(codeBytes > limits.codeBytes ? (['code size'] as const) : []),
    ...(gas > limits.block ? (['block gas'] as const) : []),
  ]
}
