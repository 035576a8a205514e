/** Random choices that follow from a seed. */
export type Random = {
  /** An integer in `0..limit-1`. */
  below(limit: number): number
  /** An integer in `low..high`. */
  between(low: number, high: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
  /** Hex with 0x. */
  bytes(length: number): `0x${string}`
}

/** A small generator (mulberry32): what it gives follows from one number, so that a failure names it. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const below = (limit: number) => next() % limit
  return {
    below,
    between: (low, high) => low + below(high - low + 1),
    pick: (items) => items[below(items.length)] as (typeof items)[number],
    chance: (probability) => next() < probability * 2 ** 32,
    bytes: (length) => `0x${Array.from({ length }, () => below(256).toString(16).padStart(2, '0')).join('')}`,
  }
}
