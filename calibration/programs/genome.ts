import { instructionByMnemonic } from '../../isa/index.ts'
import { priceClasses } from '../families/index.ts'
import type { Point, ShapeFamily } from '../family.ts'

/** In which call frame the instructions of a program run: the transaction's own, or a new one for each iteration. */
export const frames = ['own', 'staticcall', 'revert'] as const
/**
 * What tensor operands hold and how they got there: zeros from calldata, random elements from rows of a model, or whole
 * constants of a model, whose packed form the kernel keeps.
 */
export const sources = ['zeros', 'random', 'constant'] as const
/** Cheap opcodes of the EVM's own after an instruction, which end a run that the client does by itself. */
export const glues = ['none', 'JUMPDEST', 'PC', 'GAS', 'MSIZE'] as const
/** When the tensors that a step made are freed: right after it, or all at the end of the iteration. */
export const freeings = ['now', 'end'] as const

/** An instruction of a program. */
export type ProgramStep = {
  /** Name of a family of {@link programFamilies}. */
  readonly family: string
  readonly point: Point
  readonly source: (typeof sources)[number]
  /** Whether its tensors are loaded anew each time, or once before the loop. */
  readonly reload: boolean
  readonly free: (typeof freeings)[number]
  readonly glue: (typeof glues)[number]
}

/** A program of tensor instructions in a loop, as a search breeds it. It is plain JSON. */
export type Genome = {
  readonly frame: (typeof frames)[number]
  /** How often the steps follow one another in an iteration. */
  readonly repeat: number
  readonly steps: readonly ProgramStep[]
}

/** Instructions whose price does not depend on shapes, and that no family of a price class has. */
const others: readonly ShapeFamily[] = [
  { name: 'TTYPE', mnemonic: 'TTYPE', axes: [], operands: () => ({ tensor: { dtype: 'int8', shape: [1] } }) },
  { name: 'TSPACE', mnemonic: 'TSPACE', axes: [], operands: () => ({}) },
]

/** What steps are drawn from. TFREE is not among them: it follows from when tensors are freed. */
export const programFamilies: readonly ShapeFamily[] = [
  ...priceClasses.flatMap(({ families }) => families),
  ...others,
].filter(({ mnemonic }) => mnemonic !== 'TFREE' && instructionByMnemonic.has(mnemonic))

const byName = new Map(programFamilies.map((family) => [family.name, family]))

/** The family of a step. @throws {RangeError} when there is none of that name */
export function familyOf({ family }: ProgramStep): ShapeFamily {
  const found = byName.get(family)
  if (found === undefined) throw new RangeError(`family: there is none called ${JSON.stringify(family)}`)
  return found
}

export const MAX_STEPS = 12
export const MAX_REPEAT = 64

function oneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): T {
  if (!(allowed as readonly unknown[]).includes(value))
    throw new TypeError(`${path}: expected ${allowed.join(', ')}, found ${JSON.stringify(value)}`)
  return value as T
}

function record(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${path}: expected an object, found ${JSON.stringify(value)}`)
  return value as Readonly<Record<string, unknown>>
}

function pointOf(value: unknown, { axes }: ShapeFamily, path: string): Point {
  const given = record(value, path)
  return Object.fromEntries(
    axes.map(({ name, min, max }) => {
      const size = given[name]
      if (!Number.isInteger(size) || (size as number) < min || (size as number) > max)
        throw new TypeError(`${path}.${name}: expected an integer in ${min}..${max}, found ${JSON.stringify(size)}`)
      return [name, size as number]
    }),
  )
}

function stepOf(value: unknown, path: string): ProgramStep {
  const { family, point, source, reload, free, glue } = record(value, path)
  const found = byName.get(String(family))
  if (found === undefined) throw new TypeError(`${path}.family: there is none called ${JSON.stringify(family)}`)
  if (typeof reload !== 'boolean')
    throw new TypeError(`${path}.reload: expected a boolean, found ${JSON.stringify(reload)}`)
  return {
    family: found.name,
    point: pointOf(point, found, `${path}.point`),
    source: oneOf(source, sources, `${path}.source`),
    reload,
    free: oneOf(free, freeings, `${path}.free`),
    glue: oneOf(glue, glues, `${path}.glue`),
  }
}

/** A genome from what `JSON.parse` gives of one. @throws {TypeError} naming what is wrong with it */
export function readGenome(value: unknown): Genome {
  const { frame, repeat, steps } = record(value, 'genome')
  if (!Number.isInteger(repeat) || (repeat as number) < 1 || (repeat as number) > MAX_REPEAT)
    throw new TypeError(`genome.repeat: expected an integer in 1..${MAX_REPEAT}, found ${JSON.stringify(repeat)}`)
  if (!Array.isArray(steps) || steps.length < 1 || steps.length > MAX_STEPS)
    throw new TypeError(`genome.steps: expected 1..${MAX_STEPS} steps`)
  return {
    frame: oneOf(frame, frames, 'genome.frame'),
    repeat: repeat as number,
    steps: steps.map((step, index) => stepOf(step, `genome.steps[${index}]`)),
  }
}

/** A genome in one line, for people: `own x4: MATMUL rows=1 columns=54 depth=14 random; ..`. */
export function formatGenome({ frame, repeat, steps }: Genome): string {
  const texts = steps.map(({ family, point, source, reload, free, glue }) => {
    const sizes = Object.entries(point).map(([name, size]) => `${name}=${size}`)
    const marks = [source, ...(reload ? ['reloaded'] : []), ...(free === 'end' ? ['kept'] : [])]
    return [family, ...sizes, ...marks, ...(glue === 'none' ? [] : [glue])].join(' ')
  })
  return `${frame} x${repeat}: ${texts.join('; ')}`
}
