import { type DType, dtypes, MAX_DIMENSION, type ModelTypes, type TensorType } from '../../isa/index.ts'
import { elementBytes } from '../../isa/tensor.ts'
import type { Random } from '../kernel/random.ts'

type RecipeOperands = {
  readonly attributes?: Readonly<Record<string, number>>
  readonly [name: string]: TensorType | bigint | ModelTypes | undefined | Readonly<Record<string, number>>
}

/** Makes operands of one instruction that its type rule takes often enough. */
export type Recipe = (random: Random) => RecipeOperands

/** Sizes about tiles, vectors, leaves, pages and limits. */
const EDGES = [
  1,
  1,
  1,
  1,
  2,
  2,
  3,
  4,
  5,
  7,
  8,
  9,
  15,
  16,
  17,
  31,
  32,
  33,
  63,
  64,
  65,
  127,
  128,
  129,
  255,
  256,
  257,
  784,
  1000,
  4095,
  4096,
  4097,
  12287,
  65535,
  65536,
  65537,
  1048576,
  8388608,
  16777214,
  MAX_DIMENSION,
]

/** A size in 1..most. */
export function size(random: Random, most: number): number {
  const limit = Math.max(1, Math.min(Math.floor(most), MAX_DIMENSION))
  if (random.oneIn(3)) return 1 + random.below(Math.min(limit, random.pick([4, 20, 300, limit])))
  const fitting = EDGES.filter((edge) => edge <= limit)
  return random.pick(fitting)
}

/** Elements of a tensor at most: small most of the time, up to what a tensor can have. */
export function room(random: Random): number {
  return 2 ** random.pick([4, 8, 12, 16, 20, 20, 24, 28, 30, 32])
}

/** Dimensions whose product is at most `most`. */
export function shape(random: Random, rank: number, most = room(random)): number[] {
  let left = most
  const sizes = Array.from({ length: rank }, () => 1)
  const order = sizes.map((_, axis) => axis).sort(() => random.below(3) - 1)
  for (const axis of order) {
    const chosen = size(random, left)
    sizes[axis] = chosen
    left /= chosen
  }
  return sizes
}

/** A tensor's type. */
export function type(random: Random, dtype: DType = random.pick(dtypes), rank = random.between(1, 6)): TensorType {
  return { dtype, shape: shape(random, rank, Math.min(room(random), (2 ** 32 - 1) / elementBytes[dtype])) }
}

/** A type of several axes, none of which is long: what is moved in tiles, shuffles, values and runs. */
export function crowdedType(random: Random): TensorType {
  const most = random.pick([4, 10, 20, 40])
  const dims = Array.from({ length: random.between(2, 6) }, () => random.pick([2, 8, random.between(1, most)]))
  if (random.oneIn(2)) dims[dims.length - 1] = random.pick([1, 2, 4, 5, 6, 7, 8])
  return { dtype: random.pick(dtypes), shape: dims.slice(most > 20 ? -4 : -6) }
}

/** Type of an int8 tensor. */
export const ofInt8 = (...dims: number[]): TensorType => ({ dtype: 'int8', shape: dims })
/** Type of an int32 tensor. */
export const ofInt32 = (...dims: number[]): TensorType => ({ dtype: 'int32', shape: dims })

/** A word of any size. */
export function word(random: Random, bits = random.pick([0, 4, 8, 16, 24, 32, 40, 64, 100, 256])): bigint {
  let value = 0n
  for (let i = 0; i < 8; i++) value = (value << 32n) | BigInt(random.bits() >>> 0)
  return BigInt.asUintN(bits, value)
}

/** Two shapes that broadcast: some dimensions of each are 1 and some leading ones are missing. */
export function broadcastable(random: Random, rank: number, most?: number): [number[], number[]] {
  const whole = shape(random, rank, most)
  const stretch = () => {
    const rate = random.pick([2, 4, 100])
    const dims = whole.map((dim) => (random.oneIn(rate) ? 1 : dim))
    return dims.slice(random.oneIn(2) ? 0 : random.below(rank))
  }
  return random.oneIn(3) ? [whole, whole] : [stretch(), stretch()]
}
