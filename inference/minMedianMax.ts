/** Least, median and greatest of a list of numbers. */
export type MinMedianMax = { readonly min: number; readonly median: number; readonly max: number }

/**
 * Least, median and greatest of numbers; the median of an even count is the lower of the two in the middle.
 *
 * @throws {RangeError} when there are none
 */
export function minMedianMax(values: readonly number[]): MinMedianMax {
  if (values.length === 0) throw new RangeError('values: expected at least one number')
  const sorted = [...values].sort((a, b) => a - b)
  const at = (index: number) => sorted[index] as number
  return { min: at(0), median: at((sorted.length - 1) >> 1), max: at(sorted.length - 1) }
}
