import { type Case, caseAt } from './case.ts'
import type { Axis, Point, PriceClass } from './family.ts'
import type { Random } from './random.ts'

/** A case and what it scored. */
export type Scored = { readonly measured: Case; readonly score: number }

/** Moves one or two coordinates of a point: by one, by a factor, or anywhere. */
function mutate(axes: readonly Axis[], point: Point, random: Random): Point {
  const next: Record<string, number> = { ...point }
  for (let moves = random.integer(1, 2); moves > 0; moves--) {
    const { name, min, max, isChoice } = axes[random.integer(0, axes.length - 1)] as Axis
    const value = point[name] as number
    const moved = isChoice
      ? random.integer(min, max)
      : ([
          value - 1,
          value + 1,
          Math.round(value * 0.5),
          value * 2,
          Math.round(value * (0.6 + 0.8 * random.fraction())),
        ][random.integer(0, 4)] as number)
    next[name] = Math.max(min, Math.min(max, moved))
  }
  return next
}

/**
 * Climbs from the best of given cases to ones with higher scores, one family at a time.
 *
 * @param score - of a case; undefined where it does not count
 * @param steps - scores to ask for
 * @param starts - the best of which are climbed from in turn
 * @returns the highest that were found, highest first
 */
export function climb(
  { families }: PriceClass,
  starts: readonly Scored[],
  score: (measured: Case) => number | undefined,
  steps: number,
  random: Random,
): Scored[] {
  const known = new Set<string>()
  const best = [...starts].sort((a, b) => b.score - a.score).slice(0, BEAM)
  for (let step = 0; step < steps && best.length > 0; step++) {
    const from = best[step % best.length] as Scored
    const family = families.find((candidate) => candidate === from.measured.family)
    if (family === undefined) break
    const point = mutate(family.axes, from.measured.point, random)
    const key = `${family.name} ${JSON.stringify(point)}`
    if (known.has(key)) continue
    known.add(key)
    const next = caseAt(family, point)
    const scored = next && score(next)
    if (next === undefined || scored === undefined) continue
    best.push({ measured: next, score: scored })
    best.sort((a, b) => b.score - a.score).splice(BEAM)
  }
  return best
}

/** Cases that are climbed from at a time. */
const BEAM = 6
