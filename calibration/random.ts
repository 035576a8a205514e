/** Numbers of a sequence that a seed fixes. */
export type Random = {
  /** An integer in `0..2^32-1`. */
  word(): number
  /** An integer in `min..max`, both included, each as likely. */
  integer(min: number, max: number): number
  /** A number in `[0, 1)`. */
  fraction(): number
}

/** A generator that gives the same sequence for the same seed on every machine (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed | 0
  const word = () => {
    state = (state + 0x6d2b79f5) | 0
    let x = Math.imul(state ^ (state >>> 15), state | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return (x ^ (x >>> 14)) >>> 0
  }
  const fraction = () => word() / 2 ** 32
  return { word, fraction, integer: (min, max) => min + Math.floor(fraction() * (max - min + 1)) }
}
