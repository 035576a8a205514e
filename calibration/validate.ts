import { allocationGas, type TensorParameters, workGas } from '../gas-model/index.ts'
import { MAX_COUNT } from '../isa/index.ts'
import { createKernel } from '../kernel/index.ts'
import { outputBytes } from './calibrate.ts'
import type { Case } from './case.ts'
import { priceClasses } from './families/index.ts'
import type { Point, PriceClass } from './family.ts'
import { explainedVariance } from './fit.ts'
import { LONG_GAS, NANOSECONDS_PER_GAS } from './gasClock.ts'
import { type Clock, describeMachine, type Machine, startClock } from './machine.ts'
import { createMeter, drawCases, type Meter } from './measure.ts'
import { createRandom } from './random.ts'
import { climb, type Scored } from './search.ts'

/** A shape and how its time and price compare. */
export type Finding = {
  readonly family: string
  readonly point: Point
  readonly gas: number
  /** Reference nanoseconds, from memory. */
  readonly nanoseconds: number
  readonly nanosecondsPerGas: number
}

/** How even the prices of a class are. */
export type ClassReport = {
  readonly class: string
  readonly shapes: number
  /** Of log time by log price, over held-out shapes of {@link LONG_GAS} and more. */
  readonly explainedVariance: number
  /** Slowest and fastest for its price among held-out and adversarial shapes. */
  readonly worst: Finding
  readonly best: Finding
  /** Nanoseconds a gas of `worst` over those of `best`. */
  readonly spread: number
  /** Nanoseconds a gas of the fastest held-out shape with its operands in the cache. */
  readonly cachedBest: number
  /** All held-out shapes. */
  readonly heldOut: readonly Finding[]
}

export type Validation = {
  readonly machine: Machine
  readonly yardstick: { readonly before: number; readonly after: number }
  readonly classes: readonly ClassReport[]
  /** The worst class over the best. */
  readonly spreadAcross: number
  /** Nanoseconds a gas of the worst shape of all. */
  readonly worst: number
}

export type ValidateOptions = {
  readonly parameters: TensorParameters
  /** Held-out shapes of each class. */
  readonly shapes: number
  readonly rounds: number
  /** Shapes that the search tries in each direction. */
  readonly steps: number
  readonly seed: number
  /** Called after each shape, `total` times at most. */
  onStep?(): void
  readonly signal?: AbortSignal
}

/** Price of a case whose result takes arena pages that were reached before. */
export function gasOf(measured: Case, parameters: TensorParameters): number {
  const { output, work } = measured
  const allocation = output === undefined ? 0 : allocationGas(outputBytes(measured), 0, MAX_COUNT, parameters)
  return workGas(work, parameters) + allocation
}

/** Rounds of shapes that decide a result, a multiple of the others'. */
const FINAL_ROUNDS = 4

function findingOf(measured: Case, nanoseconds: number, parameters: TensorParameters): Finding {
  const gas = gasOf(measured, parameters)
  const { family, point } = measured
  return { family: family.name, point, gas, nanoseconds, nanosecondsPerGas: nanoseconds / gas }
}

async function validateClass(
  priceClass: PriceClass,
  meter: Meter,
  clock: Clock,
  { parameters, shapes, rounds, steps, seed, onStep, signal }: ValidateOptions,
): Promise<ClassReport> {
  const time = (cases: readonly Case[], footprint: 'cached' | 'streamed', times: number) =>
    meter.measure(cases, footprint, times).map(({ nanoseconds }) => nanoseconds * clock.factor)
  const find = (measured: Case, times: number) =>
    findingOf(measured, time([measured], 'streamed', times)[0] as number, parameters)
  const cases = drawCases(priceClass, shapes, seed)
  const streamed = time(cases, 'streamed', rounds)
  const heldOut = cases.map((measured, index) => findingOf(measured, streamed[index] as number, parameters))
  const long = heldOut.filter(({ gas }) => gas >= LONG_GAS)
  const longCases = cases.filter((_, index) => (heldOut[index] as Finding).gas >= LONG_GAS)
  const cachedTimes = time(longCases, 'cached', rounds)
  const cached = longCases.map((measured, index) => (cachedTimes[index] as number) / gasOf(measured, parameters))
  for (let drawn = 0; drawn < cases.length; drawn++) onStep?.()

  const random = createRandom(seed)
  const extreme = async (sign: 1 | -1): Promise<Finding> => {
    const starts: Scored[] = longCases.map((measured, index) => ({
      measured,
      score: sign * (long[index] as Finding).nanosecondsPerGas,
    }))
    const score = (measured: Case) => {
      signal?.throwIfAborted()
      onStep?.()
      return gasOf(measured, parameters) < LONG_GAS ? undefined : sign * find(measured, rounds).nanosecondsPerGas
    }
    const finalists = climb(priceClass, starts, score, steps, random).map(({ measured }) =>
      find(measured, FINAL_ROUNDS * rounds),
    )
    await new Promise((resolve) => setImmediate(resolve))
    return finalists.reduce((most, next) =>
      sign * next.nanosecondsPerGas > sign * most.nanosecondsPerGas ? next : most,
    )
  }
  const worst = await extreme(1)
  const best = await extreme(-1)
  return {
    class: priceClass.name,
    shapes: heldOut.length,
    explainedVariance: explainedVariance(long.map(({ gas, nanoseconds }) => [gas, nanoseconds])),
    worst,
    best,
    spread: worst.nanosecondsPerGas / best.nanosecondsPerGas,
    cachedBest: Math.min(...cached),
    heldOut,
  }
}

/**
 * Holds prices against time on shapes that the calibration did not see, and on the worst that a search finds.
 *
 * @throws {NoisyMachineError} when the yardstick moved meanwhile
 * @throws the reason of the signal, when that stops it
 */
export async function validate(options: ValidateOptions): Promise<Validation> {
  const clock = startClock()
  const meter = createMeter(createKernel('wasm'))
  const classes: ClassReport[] = []
  for (const priceClass of priceClasses) classes.push(await validateClass(priceClass, meter, clock, options))
  const after = clock.check()
  const worst = Math.max(...classes.map((report) => report.worst.nanosecondsPerGas))
  return {
    machine: describeMachine(),
    yardstick: { before: clock.before, after },
    classes,
    spreadAcross: worst / Math.min(...classes.map((report) => report.best.nanosecondsPerGas)),
    worst,
  }
}

/** Whether no shape takes longer than its price allows. */
export function isWithinClock({ worst }: Validation): boolean {
  return worst <= NANOSECONDS_PER_GAS
}
