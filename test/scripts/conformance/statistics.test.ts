import { expect, it } from 'vitest'
import { floors, percentile, slope } from '../../../scripts/conformance/load/statistics.ts'

it('percentiles are of the values in order', () => {
  const values = [5, 1, 4, 2, 3, 10, 9, 8, 7, 6]
  expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([1, 6, 10, 10])
  expect(percentile([], 0.5)).toBeNaN()
  expect(values[0]).toBe(5)
})

it('a slope is that of the line of least squares', () => {
  const line = [
    [0, 1],
    [1, 3],
    [2, 5],
  ] as const
  expect(slope(line)).toBe(2)
  // By hand: means 1 and 2; (-1 * -2 + 0 + 1 * 1) / 2.
  expect(
    slope([
      [0, 0],
      [1, 3],
      [2, 3],
    ]),
  ).toBe(1.5)
  expect(slope([[1, 7]])).toBe(0)
  expect(slope([])).toBe(0)
})

it('floors are the least of equal stretches, and leave out empty ones', () => {
  const sawtooth = [0, 1, 2, 3, 4, 5, 6, 7].map((x) => [x, (x % 4) + x] as const)
  expect(floors(sawtooth, 2)).toEqual([
    [0, 0],
    [4, 4],
  ])
  expect(
    floors(
      [
        [0, 1],
        [9, 2],
      ],
      3,
    ),
  ).toEqual([
    [0, 1],
    [9, 2],
  ])
  expect(floors([], 4)).toEqual([])
})
