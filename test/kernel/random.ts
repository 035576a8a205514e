import { createTensor, type DType, dtypeRange, type Shape, type Tensor } from '../../isa/index.ts'

/** Random integers that follow from a seed alone, the same in every engine: only 32-bit integer arithmetic. */
export type Random = {
  /** 32 random bits, as int32. */
  bits(): number
  /** An integer in `0..limit-1`, limit at most 2^32. */
  below(limit: number): number
  /** An integer in `low..high`. */
  between(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  /** True once in `n`. */
  oneIn(n: number): boolean
}

/** The generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const bits = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return mixed ^ (mixed >>> 14)
  }
  const below = (limit: number) => (bits() >>> 0) % limit
  return {
    bits,
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    oneIn: (n) => below(n) === 0,
  }
}

/** Sizes about the widths of vectors, tiles and blocks. */
const STRADDLING = [
  1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 23, 24, 25, 31, 32, 33, 47, 48, 49, 63, 64, 65, 95, 96, 97,
  127, 128, 129, 191, 192, 193, 255, 256, 257, 383, 384, 511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096,
  4097, 8191, 8192, 8193, 16383, 16384, 16385, 32767, 32768, 32769, 65535, 65536, 65537, 131071, 131072, 131073,
]

/** A size in `1..most`, 1 where that is none; most often one that straddles the width of something. */
export function randomSize(random: Random, most: number): number {
  const limit = Math.max(1, Math.floor(most))
  if (random.oneIn(4)) return 1 + random.below(Math.min(limit, random.pick([8, 40, 200, limit])))
  let count = STRADDLING.length
  while ((STRADDLING[count - 1] as number) > limit) count--
  return STRADDLING[random.below(count)] as number
}

/** As many sizes as `limits`, each at most its limit, whose product is at most `product`. */
export function randomSizes(random: Random, product: number, limits: readonly number[]): number[] {
  const sizes = limits.map(() => 1)
  const order = randomOrder(random, limits.length)
  let room = product
  for (const index of order) {
    const size = randomSize(random, Math.min(room, limits[index] as number))
    sizes[index] = size
    room /= size
  }
  return sizes
}

/** The integers `0..count-1` in random order. */
export function randomOrder(random: Random, count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = random.below(last + 1)
    const moved = order[last] as number
    order[last] = order[other] as number
    order[other] = moved
  }
  return order
}

/** A shape of rank `minRank..maxRank` with at most `elements` elements. */
export function randomShape(random: Random, elements: number, minRank = 1, maxRank = 6): number[] {
  const rank = random.between(minRank, maxRank)
  return randomSizes(random, elements, new Array<number>(rank).fill(elements))
}

export function randomDType(random: Random): DType {
  return random.pick(['int8', 'int8', 'int16', 'int32'] as const)
}

/** Fills with values that find mistakes: extremes, runs of one value, ties, and every bit pattern. */
function fill(random: Random, { dtype, data }: Tensor): void {
  const [low, high] = dtypeRange[dtype]
  const special = [low, low + 1, -1, 0, 1, high - 1, high]
  const style = random.below(8)
  if (style === 0) data.fill(random.pick([...special, random.bits()]))
  else if (style === 1) for (let i = 0; i < data.length; i++) data[i] = i & 1 ? high : low
  else if (style === 2) for (let i = 0; i < data.length; i++) data[i] = random.pick(special)
  else if (style === 3) for (let i = 0; i < data.length; i++) data[i] = random.below(7) - 3
  else if (style === 4) {
    const shift = random.below(32)
    for (let i = 0; i < data.length; i++) data[i] = random.bits() >> shift
  } else {
    const words = new Int32Array(data.buffer, 0, data.byteLength >> 2)
    for (let i = 0; i < words.length; i++) words[i] = random.bits()
    for (let i = (data.byteLength & ~3) / data.BYTES_PER_ELEMENT; i < data.length; i++) data[i] = random.bits()
    if (style === 5)
      for (let i = random.below(9); i < data.length; i += 1 + random.below(9)) data[i] = random.pick(special)
  }
}

/** A tensor of random data in memory of its own. */
export function randomTensor(random: Random, dtype: DType, shape: Shape): Tensor {
  const tensor = createTensor({ dtype, shape })
  fill(random, tensor)
  return tensor
}

/** An integer in `low..high`, often an end of the range or 0. */
export function randomInteger(random: Random, low: number, high: number): number {
  const value = random.pick([low, high, 0, random.between(low, high), random.between(low, high)])
  return value < low || value > high ? low : value
}
