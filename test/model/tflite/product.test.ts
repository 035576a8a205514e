import { describe, expect, it } from 'vitest'
import { fixedPoint, importSpec, int8s, oneOperator, roundings, runSpec, saturate, scaled } from './reference.ts'

const f32 = Math.fround
const input = { scale: f32(0.031), zeroPoint: -7 }
const output = { scale: f32(0.3), zeroPoint: 4 }

describe('products', () => {
  const x = { shape: [2, 3, 5], scale: input.scale, zeroPoint: -7 }
  const values = int8s(30, 18)
  const real = f32(input.scale * f32(0.021))

  it('FULLY_CONNECTED keeps leading dimensions and takes weights with a zero point', () => {
    const weights = int8s(20, 19)
    const sums = Array.from({ length: 24 }, (_, index) => {
      const [row, column] = [Math.floor(index / 4), index % 4]
      let sum = 0
      for (let k = 0; k < 5; k++)
        sum += ((values[row * 5 + k] as number) + 7) * ((weights[column * 5 + k] as number) - 9)
      return sum
    })
    const w = { shape: [4, 5], data: weights, scale: f32(0.021), zeroPoint: 9 }
    for (const rounding of roundings) {
      const expected = sums.map((sum) => saturate(scaled(sum, real / output.scale, rounding) + 4))
      const kept = oneOperator('FULLY_CONNECTED', { x, w }, { y: { shape: [2, 3, 4], ...output } }, { keepDims: true })
      expect(runSpec(kept, [values], rounding)).toEqual([expected])
      const flat = oneOperator('FULLY_CONNECTED', { x, w }, { y: { shape: [6, 4], ...output } })
      expect(runSpec(flat, [values], rounding)).toEqual([expected])
      const declared = oneOperator('FULLY_CONNECTED', { x, w }, { y: { shape: [1, 6, 1, 4], ...output } })
      expect(runSpec(declared, [values], rounding)).toEqual([expected])
    }
  })

  it('FULLY_CONNECTED multiplies its two scales in float32, as TFLite does', () => {
    const scales = { input: f32(0.0123), weights: f32(0.0457), output: f32(0.31) }
    const product = scales.input * scales.weights
    const { m, s } = fixedPoint(f32(product) / scales.output)
    expect(m).not.toBe(fixedPoint(product / scales.output).m)
    const spec = oneOperator(
      'FULLY_CONNECTED',
      { x: { shape: [1, 2], scale: scales.input }, w: { shape: [1, 2], data: [1, 2], scale: scales.weights } },
      { y: { shape: [1, 1], scale: scales.output } },
    )
    expect(importSpec(spec).program.steps[1]?.operands.slice(2)).toEqual([m, BigInt.asUintN(256, BigInt(s))])
  })

  it.each([
    [false, false],
    [true, true],
  ])('BATCH_MATMUL of activations, transposed: %s, %s', (adjointX, adjointY) => {
    const right = int8s(40, 20)
    const other = { shape: adjointY ? [2, 4, 5] : [2, 5, 4], scale: f32(0.021), zeroPoint: 9 }
    const left = { ...x, shape: adjointX ? [2, 5, 3] : [2, 3, 5] }
    const expected = Array.from({ length: 24 }, (_, index) => {
      const [batch, row, column] = [Math.floor(index / 12), Math.floor(index / 4) % 3, index % 4]
      let sum = 0
      for (let k = 0; k < 5; k++) {
        const p = values[batch * 15 + (adjointX ? k * 3 + row : row * 5 + k)] as number
        const q = right[batch * 20 + (adjointY ? column * 5 + k : k * 4 + column)] as number
        sum += (p + 7) * (q - 9)
      }
      return saturate(scaled(sum, real / output.scale, 'double') + 4)
    })
    const spec = oneOperator(
      'BATCH_MATMUL',
      { left, other },
      { y: { shape: [2, 3, 4], ...output } },
      { adjointX, adjointY },
    )
    expect(runSpec(spec, [values, right])).toEqual([expected])
  })
})
