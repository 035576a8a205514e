/** The value below which a share of the values is; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

/** By how much a unit of x raises y: the slope of the line of least squares; 0 for fewer than two points. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const count = points.length
  const mean = (index: 0 | 1) => points.reduce((sum, point) => sum + point[index], 0) / count
  const [meanX, meanY] = [mean(0), mean(1)]
  let [above, below] = [0, 0]
  for (const [x, y] of points) {
    above += (x - meanX) * (y - meanY)
    below += (x - meanX) ** 2
  }
  return below === 0 ? 0 : above / below
}

/**
 * The least value of each of several stretches of equal length: what a sawtooth comes down to. Empty stretches have none.
 *
 * @param points - in the order of their x
 */
export function floors(
  points: readonly (readonly [x: number, y: number])[],
  stretches: number,
): (readonly [x: number, y: number])[] {
  const [first, last] = [points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0]
  const length = (last - first) / stretches
  const least: (readonly [number, number])[] = []
  for (let index = 0; index < stretches; index++) {
    const [start, end] = [first + index * length, first + (index + 1) * length]
    const inside = points.filter(([x]) => x >= start && (x < end || index === stretches - 1))
    if (inside.length > 0) least.push(inside.reduce((a, b) => (b[1] < a[1] ? b : a)))
  }
  return least
}
