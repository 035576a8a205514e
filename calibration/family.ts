import type { WorkCounts } from '../isa/index.ts'
import type { Random } from './random.ts'

/** A dimension of a space of shapes: integers in `min..max`. */
export type Axis = {
  readonly name: string
  readonly min: number
  readonly max: number
  /** Whether all values are as likely, as for a choice; sizes are drawn evenly over their logarithms. */
  readonly isChoice?: boolean
}

/** A value for each axis. */
export type Point = Readonly<Record<string, number>>

/** Operands by name, as a type rule takes them: types of tensors, decoded attributes, words. */
export type CaseOperands = Readonly<Record<string, unknown>>

/** The least and the greatest of the elements of an operand. */
export type Range = readonly [low: number, high: number]

/** One instruction on operands of a family of shapes. */
export type ShapeFamily = {
  /** The mnemonic, and what sets the family apart where an instruction has several. */
  readonly name: string
  readonly mnemonic: string
  readonly axes: readonly Axis[]
  /** The operands at a point; undefined where no valid instruction, or a larger one than is wanted, lies there. */
  operands(point: Point): CaseOperands | undefined
  /** Ranges of the elements of tensor operands, by name; else those of the dtype. */
  readonly fill?: Readonly<Record<string, Range | ((point: Point) => Range)>>
}

/** Instructions that are priced by the same work counts. */
export type PriceClass = {
  readonly name: string
  readonly counts: readonly (keyof WorkCounts)[]
  readonly families: readonly ShapeFamily[]
}

/** Neighbours of the tiles of the kernel and of the least sizes, where prices are most easily wrong. */
const EDGES: readonly number[] = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33]
/** Part of the sizes that are drawn from {@link EDGES}. */
const EDGE_PART = 0.3

function drawValue({ min, max, isChoice }: Axis, random: Random): number {
  if (isChoice) return random.integer(min, max)
  if (random.fraction() < EDGE_PART) {
    const edges = EDGES.filter((edge) => edge >= min && edge <= max)
    if (edges.length > 0) return edges[random.integer(0, edges.length - 1)] as number
  }
  return Math.min(max, Math.floor(min * ((max + 1) / min) ** random.fraction()))
}

/** A point of a family, whether or not there is an instruction at it. */
export function drawPoint({ axes }: ShapeFamily, random: Random): Point {
  return Object.fromEntries(axes.map((axis) => [axis.name, drawValue(axis, random)]))
}

/** Range that a family gives the elements of an operand at a point, where it gives one. */
export function fillRange({ fill }: ShapeFamily, point: Point, name: string): Range | undefined {
  const range = fill?.[name]
  return typeof range === 'function' ? range(point) : range
}
