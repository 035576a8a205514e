/** How far a peer may be from our result. */
export type Tolerance = {
  /** Largest difference of an element. */
  readonly difference: number
  /** Largest part of the elements that may differ at all. */
  readonly part: number
}

const EXACT: Tolerance = { difference: 0, part: 0 }
/** A peer that scales in single-precision numbers and rounds half to even: 1 ppm of elements was seen to differ, by one. */
export const FLOAT_SCALED: Tolerance = { difference: 1, part: 0.001 }

/** Says how `found` is too far from `expected`, if it is. */
export function disagreement(
  found: ArrayLike<number>,
  expected: ArrayLike<number>,
  { difference, part }: Tolerance = EXACT,
): string | undefined {
  if (found.length !== expected.length) return `gives ${found.length} elements, not ${expected.length}`
  let differing = 0
  for (let index = 0; index < expected.length; index++) {
    const distance = Math.abs((found[index] as number) - (expected[index] as number))
    if (distance === 0) continue
    if (!(distance <= difference)) return `gives ${found[index]} at ${index}, not ${expected[index]}`
    differing++
  }
  const allowed = part * expected.length
  return differing > allowed ? `${differing} of ${expected.length} elements differ` : undefined
}
