import { coefficientName, PAGE_BYTES, schedule, type TensorParameters } from '../gas-model/index.ts'
import { byteLength } from '../isa/index.ts'
import { createKernel, WASM_PAGE_BYTES } from '../kernel/index.ts'
import { type Case, caseAt } from './case.ts'
import { allocation } from './families/allocation.ts'
import { priceClasses } from './families/index.ts'
import type { PriceClass } from './family.ts'
import { type Estimate, estimate, type FitRow, fitEnvelope } from './fit.ts'
import { NANOSECONDS_PER_GAS, SAFETY } from './gasClock.ts'
import { describeMachine, type Machine, NoisyMachineError, startClock } from './machine.ts'
import { createMeter, drawCases, familyOf, GROUP, type Measurement, type Meter, type Sample } from './measure.ts'
import { pursue } from './pursue.ts'
import { settle } from './settle.ts'
import { cpuNanoseconds } from './timing.ts'
import { YARDSTICK_NANOSECONDS } from './yardstick.ts'

const Q16 = 65536

/** A price and where it comes from. */
export type FittedCoefficient = {
  readonly parameter: string
  readonly value: number
  /** Reference nanoseconds of a unit, in the envelope. */
  readonly nanoseconds: number
  /** The same on average, with a 95 % interval, by least squares. */
  readonly average: Estimate
}

/** What the calibration of a class gave. */
export type ClassFit = {
  readonly class: string
  readonly rows: number
  /** Rows that were too noisy in every pass. */
  readonly dropped: readonly Sample[]
  /** Greatest over least price per time among long rows. */
  readonly spread: number
  readonly coefficients: readonly FittedCoefficient[]
}

/** A schedule with its evidence. */
export type ScheduleFile = {
  readonly format: 1
  readonly nanosecondsPerGas: number
  readonly safety: number
  readonly yardstick: { readonly reference: number; readonly before: number; readonly after: number }
  readonly machine: Machine
  readonly seed: number
  readonly classes: readonly ClassFit[]
  readonly parameters: TensorParameters
}

export type CalibrateOptions = {
  /** Shapes of each class. */
  readonly shapes: number
  /** Samples of each shape: the least counts. */
  readonly rounds: number
  readonly seed: number
  /** What was measured before, by an earlier run with the same options. */
  readonly known?: readonly Measurement[]
  /** Called after every measurement. */
  onMeasurement?(measurement: Measurement, done: number, total: number): void
  /** Stops it between measurements. */
  readonly signal?: AbortSignal
}

/** Reference nanoseconds that the base price stands for, less what the interpreter takes of it. */
export function baseNanoseconds({ tensorBaseGas }: TensorParameters): number {
  return (tensorBaseGas * NANOSECONDS_PER_GAS) / SAFETY / 2
}

/** Rows noisier than this are measured again, and left out when they stay so. */
const MAX_NOISE = 1.25
const PASSES = 3

type Timed = Pick<Measurement, 'nanoseconds' | 'noise'>
type Measured = { readonly kept: readonly Measurement[]; readonly dropped: readonly Sample[] }

const keyOf = ({ family, point, footprint }: Sample) => `${family} ${footprint} ${JSON.stringify(point)}`

const sampleOf = ({ name }: PriceClass, { family, point }: Case): Sample => {
  return { class: name, family: family.name, point, footprint: 'streamed' }
}

/** A coefficient as a parameter: gas times 2^16, rounded up. */
function parameterOf(nanoseconds: number): number {
  return Math.ceil((nanoseconds * SAFETY * Q16) / NANOSECONDS_PER_GAS)
}

/** Bytes of the arena that a case's result takes. */
export function outputBytes({ output }: Case): number {
  return output === undefined ? 0 : byteLength(output)
}

/** What the rows of a class say about its coefficients. */
export function rowsOf(
  priceClass: PriceClass,
  measurements: readonly Measurement[],
  parameters: TensorParameters,
  factor: number,
): FitRow[] {
  const allocated = (parameters.tensorZeroedBytesQ16 / Q16 / SAFETY) * NANOSECONDS_PER_GAS
  return measurements.map(({ family, point, nanoseconds }) => {
    const measured = caseAt(familyOf(priceClass, family), point) as Case
    return {
      counts: priceClass.counts.map((count) => measured.work[count] ?? 0),
      nanoseconds: nanoseconds * factor,
      paid: baseNanoseconds(parameters) + allocated * outputBytes(measured),
    }
  })
}

/** Price of a byte of a new tensor: the slowest that a large one was written. */
function allocationFit(measurements: readonly Measurement[], factor: number): ClassFit {
  const perByte = measurements.map(({ point, nanoseconds }) => (nanoseconds * factor) / (point.bytes as number))
  const sorted = [...perByte].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))] as number
  const nanoseconds = at(1)
  return {
    class: allocation.name,
    rows: measurements.length,
    dropped: [],
    spread: nanoseconds / at(0),
    coefficients: [
      {
        parameter: 'tensorZeroedBytesQ16',
        value: parameterOf(nanoseconds),
        nanoseconds,
        average: { value: at(0.5), low: at(0.025), high: at(0.975) },
      },
    ],
  }
}

/**
 * Measures instructions over a grid of shapes on the production kernel and fits prices that cover the worst of them.
 *
 * @throws {NoisyMachineError} when the yardstick moved meanwhile, or too many shapes stayed noisy
 * @throws the reason of the signal, when that stops it
 */
export async function calibrate(options: CalibrateOptions): Promise<ScheduleFile> {
  const { shapes, rounds, seed, known = [], onMeasurement, signal } = options
  const clock = startClock()
  const meter = createMeter(createKernel('wasm'))
  const found = new Map(known.map((measurement) => [keyOf(measurement), measurement]))
  const all = [allocation, ...priceClasses]
  const plan = all.map((priceClass) => ({ priceClass, cases: drawCases(priceClass, shapes, seed) }))
  const total = plan.reduce((sum, { cases }) => sum + cases.length, 0)
  let done = 0

  const measureClass = async (priceClass: PriceClass, cases: readonly Case[]): Promise<Measured> => {
    const { name } = priceClass
    const kept: Measurement[] = []
    const dropped: Sample[] = []
    const take = (measurement: Measurement) => {
      if (measurement.noise > MAX_NOISE) dropped.push(measurement)
      else kept.push(measurement)
      onMeasurement?.(measurement, ++done, total)
    }
    const open: Case[] = []
    for (const measured of cases) {
      const before = found.get(keyOf(sampleOf(priceClass, measured)))
      if (before === undefined) open.push(measured)
      else take(before)
    }
    for (let from = 0; from < open.length; from += GROUP) {
      signal?.throwIfAborted()
      const group = open.slice(from, from + GROUP)
      meter.measure(group, 'streamed', rounds).forEach((first, index) => {
        const measured = group[index] as Case
        take({ ...sampleOf(priceClass, measured), ...quieter(meter, measured, rounds, first) })
      })
      // Lets a signal in.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (dropped.length > cases.length / 5)
      throw new NoisyMachineError(
        `${dropped.length} of ${cases.length} shapes of class ${name} stayed noisy: run it again with nothing else running`,
      )
    return { kept, dropped }
  }

  /** What the prices of a class must cover: its shapes, and those that turn out to be slower for their prices. */
  const covered = async (priceClass: PriceClass, kept: readonly Measurement[]) => {
    const caseOf = ({ family, point }: Measurement) => caseAt(familyOf(priceClass, family), point) as Case
    const timed = (measured: Case) => (meter.measure([measured], 'streamed', rounds) as [Timed])[0]
    const pause = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
    }
    const toRows = (measurements: readonly Measurement[]) => rowsOf(priceClass, measurements, parameters, clock.factor)
    const settled = (measurements: readonly Measurement[]) =>
      settle(measurements, {
        seed,
        rowsOf: toRows,
        async measure(measurement) {
          await pause()
          return timed(caseOf(measurement)).nanoseconds
        },
      })
    const pursued = await pursue(priceClass, await settled(kept), {
      ...{ seed, caseOf, pause, rowsOf: toRows },
      measure: (measured) => ({ ...sampleOf(priceClass, measured), ...timed(measured) }),
    })
    return toRows(await settled(pursued))
  }

  const pageFit = fitPages(clock.factor)
  const classes: ClassFit[] = [pageFit]
  let parameters: TensorParameters = { ...schedule, ...valuesOf(pageFit) }
  let fitted: Partial<TensorParameters> = {}
  for (const { priceClass, cases } of plan) {
    const { kept, dropped } = await measureClass(priceClass, cases)
    const fit =
      priceClass === allocation
        ? allocationFit(kept, clock.factor)
        : await classFit(priceClass, await covered(priceClass, kept), dropped, seed)
    classes.push(fit)
    parameters = { ...parameters, ...greater(valuesOf(fit), fitted) }
    fitted = { ...fitted, ...greater(valuesOf(fit), fitted) }
  }
  const after = clock.check()
  return {
    format: 1,
    nanosecondsPerGas: NANOSECONDS_PER_GAS,
    safety: SAFETY,
    yardstick: { reference: YARDSTICK_NANOSECONDS, before: clock.before, after },
    machine: describeMachine(),
    seed,
    classes,
    parameters,
  }
}

/** Measures a case again while it is noisy; the least time of all counts. */
function quieter(meter: Meter, measured: Case, rounds: number, first: Timed): Timed {
  let { nanoseconds, noise } = first
  for (let pass = 1; pass < PASSES && noise > MAX_NOISE; pass++) {
    const [again] = meter.measure([measured], 'streamed', rounds) as [Timed]
    nanoseconds = Math.min(nanoseconds, again.nanoseconds)
    noise = Math.min(noise, again.noise)
  }
  return { nanoseconds, noise }
}

/** Values, or those of another class where it needs more of the same parameter. */
function greater(values: Partial<TensorParameters>, others: Partial<TensorParameters>): Partial<TensorParameters> {
  const entries = Object.entries(values) as [keyof TensorParameters, number][]
  return Object.fromEntries(entries.map(([name, value]) => [name, Math.max(value, others[name] ?? 0)]))
}

function valuesOf({ coefficients }: ClassFit): Partial<TensorParameters> {
  return Object.fromEntries(coefficients.map(({ parameter, value }) => [parameter, value]))
}

async function classFit(
  { name, counts }: PriceClass,
  rows: readonly FitRow[],
  dropped: readonly Sample[],
  seed: number,
): Promise<ClassFit> {
  const averages = estimate(rows, seed)
  // What a unit takes on average at least, it costs: else larger shapes than were measured could be nearly free.
  const { coefficients, spread } = await fitEnvelope(rows, averages)
  return {
    class: name,
    rows: rows.length,
    dropped,
    spread,
    coefficients: counts.map((count, index) => ({
      parameter: coefficientName(count),
      value: parameterOf(coefficients[index] as number),
      nanoseconds: coefficients[index] as number,
      average: averages[index] as Estimate,
    })),
  }
}

const PAGES = 4096
const PAGE_SAMPLES = 9

/** Price of a page that the operating system provides at its first touch. */
function fitPages(factor: number): ClassFit {
  const samples = Array.from({ length: PAGE_SAMPLES }, () => {
    const wasmPages = (PAGES * PAGE_BYTES) / WASM_PAGE_BYTES
    const bytes = new Uint8Array(new WebAssembly.Memory({ initial: wasmPages, maximum: wasmPages }).buffer)
    const before = cpuNanoseconds()
    for (let page = 0; page < PAGES; page++) bytes[page * PAGE_BYTES] = 1
    return ((cpuNanoseconds() - before) * factor) / PAGES
  }).sort((a, b) => a - b)
  const [least, median, most] = [samples[0], samples[PAGE_SAMPLES >> 1], samples.at(-1)] as [number, number, number]
  const value = Math.ceil((median * SAFETY) / NANOSECONDS_PER_GAS)
  return {
    class: 'pages',
    rows: PAGE_SAMPLES,
    dropped: [],
    spread: most / least,
    coefficients: [
      { parameter: 'tensorPageGas', value, nanoseconds: median, average: { value: median, low: least, high: most } },
    ],
  }
}
