import { caseAt } from '../case.ts'
import { type Axis, drawPoint, type ShapeFamily } from '../family.ts'
import type { Random } from '../random.ts'
import {
  familyOf,
  frames,
  freeings,
  type Genome,
  glues,
  MAX_REPEAT,
  MAX_STEPS,
  type ProgramStep,
  programFamilies,
  sources,
} from './genome.ts'

/** Repeats that programs are drawn with, and that a mutation moves between. */
const REPEATS = [1, 2, 4, 8, 16] as const
const RELOADED_PART = 0.25
/** Draws of a point after which another family is taken: a family may have no instruction small enough nearby. */
const TRIES = 20

function pick<T>(random: Random, items: readonly T[]): T {
  return items[random.integer(0, items.length - 1)] as T
}

/** A step of a family at a random point. */
function randomStep(random: Random, family: ShapeFamily = pick(random, programFamilies)): ProgramStep {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const point = drawPoint(family, random)
    if (caseAt(family, point) === undefined) continue
    return {
      ...{ family: family.name, point, source: pick(random, sources) },
      reload: random.fraction() < RELOADED_PART,
      ...{ free: pick(random, freeings), glue: pick(random, glues) },
    }
  }
  return randomStep(random)
}

/** A program of one to three steps, the first of `family`. */
export function randomGenome(random: Random, family?: ShapeFamily): Genome {
  const more = Array.from({ length: random.integer(0, 2) }, () => randomStep(random))
  return { frame: pick(random, frames), repeat: pick(random, REPEATS), steps: [randomStep(random, family), ...more] }
}

/** Another value of an axis: often a near one, for tiles are near. */
function movedValue({ min, max, isChoice }: Axis, value: number, random: Random): number {
  if (isChoice) return random.integer(min, max)
  const moved = pick(random, [value - 1, value + 1, value * 2, Math.ceil(value / 2), value + 16, value - 16, min])
  return Math.max(min, Math.min(max, moved))
}

function mutateStep(step: ProgramStep, random: Random): ProgramStep {
  const family = familyOf(step)
  const change = random.integer(0, 7)
  if (change === 0) return { ...step, source: pick(random, sources) }
  if (change === 1) return { ...step, reload: !step.reload }
  if (change === 2) return { ...step, free: step.free === 'now' ? 'end' : 'now' }
  if (change === 3) return { ...step, glue: pick(random, glues) }
  if (change === 4 || family.axes.length === 0) return randomStep(random)
  if (change === 5) return { ...step, point: drawPoint(family, random) }
  const axis = pick(random, family.axes)
  return { ...step, point: { ...step.point, [axis.name]: movedValue(axis, step.point[axis.name] as number, random) } }
}

/** A genome that differs from this one in a thing or two. */
export function mutate(genome: Genome, random: Random): Genome {
  const { frame, repeat, steps } = genome
  const at = random.integer(0, steps.length - 1)
  const change = random.integer(0, 9)
  if (change === 0) return { ...genome, frame: pick(random, frames) }
  if (change === 1)
    return { ...genome, repeat: Math.min(MAX_REPEAT, pick(random, [repeat * 2, Math.ceil(repeat / 2)])) }
  if (change === 2 && steps.length < MAX_STEPS)
    return { frame, repeat, steps: steps.toSpliced(at, 0, randomStep(random)) }
  if (change === 3 && steps.length > 1) return { frame, repeat, steps: steps.toSpliced(at, 1) }
  if (change === 4 && steps.length > 1) {
    const moved = steps.toSpliced(at, 1)
    return { frame, repeat, steps: moved.toSpliced(random.integer(0, moved.length), 0, steps[at] as ProgramStep) }
  }
  return { frame, repeat, steps: steps.with(at, mutateStep(steps[at] as ProgramStep, random)) }
}

/** A genome with the first steps of one and the last of another. */
export function cross(a: Genome, b: Genome, random: Random): Genome {
  const head = a.steps.slice(0, random.integer(1, a.steps.length))
  const tail = b.steps.slice(random.integer(0, b.steps.length))
  return { frame: a.frame, repeat: pick(random, [a.repeat, b.repeat]), steps: [...head, ...tail].slice(0, MAX_STEPS) }
}
