import type { Clock } from '../blocks/clock.ts'
import { createRandom, type Random } from '../random.ts'
import { cross, mutate, randomGenome } from './breed.ts'
import type { Evaluate } from './evaluate.ts'
import { formatGenome, type Genome, programFamilies } from './genome.ts'

/** A program and how many nanoseconds a gas it took when it was last measured. */
export type Scored = { readonly genome: Genome; readonly nsPerGas: number }

export type SearchOptions = {
  readonly evaluate: Evaluate
  readonly clock: Pick<Clock, 'wallSeconds'>
  /** Budget. At least one program is looked at. */
  readonly seconds: number
  readonly seed?: number
  /** Where an earlier search ended; a new population unless given. */
  readonly population?: readonly Scored[]
  /** Programs that are measured again at the end. */
  readonly finalists?: number
  readonly onProgress?: (evaluated: number, worst: Scored | undefined) => void
}

export type SearchResult = {
  /** Measured again, the least of several times each; the worst program first. */
  readonly finalists: readonly Scored[]
  /** To go on with: worst first. */
  readonly population: readonly Scored[]
  readonly evaluated: number
  /** Those of them that were none: too large, or with too few tensor instructions. */
  readonly rejected: number
}

const POPULATION = 24
const TOURNAMENT = 3
const CROSSED_PART = 0.25
const FRESH_PART = 0.1
/** How often a finalist is measured: what else the machine does can only add. */
const FINAL_TIMES = 5

const byScore = (a: Scored, b: Scored) => b.nsPerGas - a.nsPerGas

/** The worst of a few at random. */
function selected(population: readonly Scored[], random: Random): Genome {
  let worst: Scored | undefined
  for (let i = 0; i < TOURNAMENT; i++) {
    const drawn = population[random.integer(0, population.length - 1)] as Scored
    if (worst === undefined || drawn.nsPerGas > worst.nsPerGas) worst = drawn
  }
  return (worst as Scored).genome
}

/**
 * Breeds programs that take as long as possible for their gas, as Broken Metre does for contracts: a population in which
 * mutants and crossings of bad programs replace better ones. It begins with one program for each family of shapes.
 *
 * The same seed, clock and evaluation give the same programs.
 */
export async function searchPrograms(options: SearchOptions): Promise<SearchResult> {
  const { evaluate, clock, seconds, seed = 1, finalists: finalCount = 4, onProgress } = options
  const random = createRandom(seed)
  const population = [...(options.population ?? [])].sort(byScore)
  const seen = new Set(population.map(({ genome }) => formatGenome(genome)))
  const unseen = options.population === undefined ? [...programFamilies] : []
  const end = clock.wallSeconds() + seconds
  let evaluated = 0
  let rejected = 0

  const next = (): Genome => {
    if (unseen.length > 0) return randomGenome(random, unseen.splice(random.integer(0, unseen.length - 1), 1)[0])
    if (population.length === 0 || random.fraction() < FRESH_PART) return randomGenome(random)
    const parent = selected(population, random)
    const child = random.fraction() < CROSSED_PART ? cross(parent, selected(population, random), random) : parent
    return mutate(child, random)
  }

  do {
    const genome = next()
    const text = formatGenome(genome)
    if (!seen.has(text)) {
      seen.add(text)
      evaluated++
      const nsPerGas = await evaluate(genome, 1)
      if (nsPerGas === undefined) rejected++
      else {
        population.push({ genome, nsPerGas })
        population.sort(byScore)
        population.splice(POPULATION)
      }
      onProgress?.(evaluated, population[0])
    }
  } while (clock.wallSeconds() < end)

  const finalists: Scored[] = []
  for (const { genome } of population.slice(0, finalCount)) {
    const nsPerGas = await evaluate(genome, FINAL_TIMES)
    if (nsPerGas !== undefined) finalists.push({ genome, nsPerGas })
  }
  return { finalists: finalists.sort(byScore), population, evaluated, rejected }
}

/** Part of a program's time for its gas that it may lose by being made simpler. */
const TOLERANCE = 0.1

/** Programs that are a little simpler than this one. */
function simpler({ frame, repeat, steps }: Genome): Genome[] {
  const without = steps.length > 1 ? steps.map((_, at) => ({ frame, repeat, steps: steps.toSpliced(at, 1) })) : []
  const plain = steps.flatMap((step, at) => [
    ...(step.glue === 'none' ? [] : [{ frame, repeat, steps: steps.with(at, { ...step, glue: 'none' as const }) }]),
    ...(step.reload ? [{ frame, repeat, steps: steps.with(at, { ...step, reload: false }) }] : []),
    ...(step.source === 'zeros'
      ? []
      : [{ frame, repeat, steps: steps.with(at, { ...step, source: 'zeros' as const }) }]),
  ])
  const own = frame === 'own' ? [] : [{ frame: 'own' as const, repeat, steps }]
  return [...without, ...own, ...(repeat > 1 ? [{ frame, repeat: 1, steps }] : []), ...plain]
}

/** A simpler program that is nearly as bad: something to look at, or to pin in a test. */
export async function minimiseProgram(worst: Scored, evaluate: Evaluate): Promise<Scored> {
  const wanted = worst.nsPerGas * (1 - TOLERANCE)
  let best = worst
  for (;;) {
    let found: Scored | undefined
    for (const genome of simpler(best.genome)) {
      const nsPerGas = await evaluate(genome, FINAL_TIMES)
      if (nsPerGas === undefined || nsPerGas < wanted) continue
      found = { genome, nsPerGas }
      break
    }
    if (found === undefined) return best
    best = found
  }
}
