import type { Kernel } from '../kernel/index.ts'
import { type Case, caseAt } from './case.ts'
import { drawPoint, type Point, type PriceClass, type ShapeFamily } from './family.ts'
import { createRandom } from './random.ts'
import { summarise, timeInTurn } from './timing.ts'
import { createWorkbench, type Footprint } from './workbench.ts'

/** A case to measure: how it is stored, so that a calibration can go on where it stopped. */
export type Sample = {
  readonly class: string
  readonly family: string
  readonly point: Point
  readonly footprint: Footprint
}

/** What a measurement gave. */
export type Measurement = Sample & {
  /** Least CPU nanoseconds of one run. */
  readonly nanoseconds: number
  /** Median over least of the samples: how noisy they were. */
  readonly noise: number
}

/** Shapes drawn at once for a family before it is given up as too narrow. */
const MAX_DRAWS = 100_000

/**
 * Draws shapes of a class, as many for each of its families.
 *
 * @throws {RangeError} when a family has next to no valid shapes
 */
export function drawCases({ families }: PriceClass, count: number, seed: number): Case[] {
  const random = createRandom(seed)
  const perFamily = Math.ceil(count / families.length)
  return families.flatMap((family) => {
    const cases: Case[] = []
    for (let draws = 0; cases.length < perFamily; draws++) {
      if (draws > MAX_DRAWS) throw new RangeError(`${family.name}: hardly a point of its axes is valid`)
      const drawn = caseAt(family, drawPoint(family, random))
      if (drawn !== undefined) cases.push(drawn)
    }
    return cases
  })
}

/** Measures cases on a kernel. */
export type Meter = {
  /** Nanoseconds of cases, timed in turn in one go. */
  measure(cases: readonly Case[], footprint: Footprint, rounds: number): Omit<Measurement, keyof Sample>[]
}

/** Cases that are timed in turn: as many as have room for their operands at once. */
export const GROUP = 8

/** A meter with room of its own in the kernel's memory. */
export function createMeter(kernel: Kernel): Meter {
  const bench = createWorkbench(kernel)
  return {
    measure(cases, footprint, rounds) {
      const results: Omit<Measurement, keyof Sample>[] = []
      for (let from = 0; from < cases.length; from += GROUP) {
        bench.clear()
        const bound = cases.slice(from, from + GROUP).map((measured) => bench.bind(measured, footprint))
        for (const samples of timeInTurn(bound, rounds)) {
          const { least, median } = summarise(samples)
          results.push({ nanoseconds: least, noise: median / least })
        }
      }
      return results
    },
  }
}

/** The family of a class by name. @throws {RangeError} when there is none */
export function familyOf({ name: className, families }: PriceClass, name: string): ShapeFamily {
  const family = families.find((candidate) => candidate.name === name)
  if (family === undefined) throw new RangeError(`class ${className} has no family ${name}`)
  return family
}
