import { describe, expect, it } from 'vitest'
import {
  fixedPoint,
  importSpec,
  int8s,
  ints,
  mnemonics,
  multiplyFixed,
  oneOperator,
  roundings,
  runSpec,
  saturate,
  scaled,
} from './reference.ts'

const f32 = Math.fround

describe('reductions', () => {
  const x = { shape: [1, 5, 3, 4], scale: f32(0.041), zeroPoint: -9 }
  const data = int8s(60, 31)
  const sums = [0, 1, 2, 3].map((channel) =>
    data.filter((_, index) => index % 4 === channel).reduce((total, value) => total + value + 9, 0),
  )

  it.each(roundings)('MEAN divides by way of its factor, %s rounding', (rounding) => {
    const y = { shape: [1, 4], scale: f32(0.02), zeroPoint: 3 }
    const { m, s } = fixedPoint(x.scale / y.scale)
    // Three bits of 15 elements go into the multiplier before it is divided.
    const mean = { m: (m << 3n) / 15n, s: s - 3 }
    const expected = sums.map((sum) => saturate(multiplyFixed(sum, mean, rounding) + y.zeroPoint))
    expect(runSpec(oneOperator('MEAN', { x, axes: ints(1, 2) }, { y }), [data], rounding)).toEqual([expected])
  })

  it.each([false, true])('MEAN of more than an element may read sums an axis at a time, keepDims %s', (keepDims) => {
    const wide = { ...x, shape: [1, 14, 14, 300] }
    const pixels = int8s(14 * 14 * 300, 7)
    const y = { shape: keepDims ? [1, 1, 1, 300] : [1, 300], scale: f32(0.02), zeroPoint: 3 }
    const { m, s } = fixedPoint(x.scale / y.scale)
    const mean = { m: (m << 7n) / 196n, s: s - 7 }
    const expected = Array.from({ length: 300 }, (_, channel) => {
      const column = pixels.filter((_, index) => index % 300 === channel)
      const sum = column.reduce((total, value) => total + value + 9, 0)
      return saturate(multiplyFixed(sum, mean, 'double') + y.zeroPoint)
    })
    const spec = oneOperator('MEAN', { x: wide, axes: ints(1, 2) }, { y }, { keepDims })
    expect(mnemonics(importSpec(spec).program)).toEqual(['REDUCE_SUM', 'REDUCE_SUM', 'RESCALE'])
    expect(runSpec(spec, [pixels])).toEqual([expected])
  })

  it('SUM keeps dimensions', () => {
    const y = { shape: [1, 1, 1, 4], scale: f32(0.7), zeroPoint: 3 }
    const expected = sums.map((sum) => saturate(scaled(sum, x.scale / y.scale, 'double') + 3))
    const spec = oneOperator('SUM', { x, axes: ints(-2, 1) }, { y }, { keepDims: true })
    expect(runSpec(spec, [data])).toEqual([expected])
  })

  it.each([
    ['REDUCE_MAX', Math.max],
    ['REDUCE_MIN', Math.min],
  ])('%s', (name, extremum) => {
    const expected = [0, 1, 2, 3].map((channel) => extremum(...data.filter((_, index) => index % 4 === channel)))
    expect(runSpec(oneOperator(name, { x, axes: ints(0, 1, 2) }, { y: { ...x, shape: [4] } }), [data])).toEqual([
      expected,
    ])
  })

  it('ARG_MAX gives int32 for INT64, the first of equal elements', () => {
    const spec = oneOperator(
      'ARG_MAX',
      { x: { shape: [2, 3], scale: 0.5, zeroPoint: -4 }, axis: ints(1) },
      { y: { type: 'INT64', shape: [2] } },
    )
    expect(runSpec(spec, [[1, 5, 5, 9, 0, 9]])).toEqual([[1, 0]])
  })

  it.each([
    ['AVERAGE_POOL_2D', [1, 0, 4, 8, 10, 11, 12, 12]],
    ['MAX_POOL_2D', [4, 5, 8, 8, 10, 11, 12, 12]],
  ])('%s, SAME, with a fused RELU', (name, expected) => {
    const image = { shape: [1, 3, 4, 1], scale: 1, zeroPoint: 0 }
    const values = [1, -3, 5, 7, 2, 4, -6, 8, 9, 10, 11, 12]
    const options = { padding: 0, strideH: 2, strideW: 1, windowH: 2, windowW: 2, activation: 1 }
    const spec = oneOperator(name, { image }, { y: { ...image, shape: [1, 2, 4, 1] } }, options)
    expect(runSpec(spec, [values])).toEqual([expected])
  })

  it('AVERAGE_POOL_2D rounds halves away from zero and divides by the elements that are there', () => {
    const image = { shape: [1, 1, 4, 1], scale: 1, zeroPoint: 0 }
    const options = { padding: 0, strideH: 1, strideW: 2, windowH: 1, windowW: 3 }
    const spec = oneOperator('AVERAGE_POOL_2D', { image }, { y: { ...image, shape: [1, 1, 2, 1] } }, options)
    expect(runSpec(spec, [[-1, -2, -3, 8]])).toEqual([[-2, 3]])
    expect(runSpec(spec, [[1, 1, -5, 8]])).toEqual([[-1, 2]])
  })
})
