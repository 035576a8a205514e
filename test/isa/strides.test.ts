import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runLength, stridedIndex } from '../../isa/strides.ts'
import { elementCount, rowMajorStrides } from '../../isa/tensor.ts'

describe('runLength', () => {
  it.each([
    ['a whole tensor', [2, 3, 4], [12, 4, 1], 24],
    ['one axis cut short', [2, 3, 2], [12, 4, 1], 2],
    ['axes in another order', [4, 3, 2], [1, 4, 12], 1],
    ['outer axes in another order', [3, 2, 4], [4, 12, 1], 4],
    ['every other element', [2, 2], [4, 2], 1],
    ['one element everywhere', [2, 3, 4], [0, 0, 0], 24],
    ['a row everywhere', [2, 3, 4], [0, 0, 1], 4],
    ['a column everywhere', [2, 3, 4], [3, 1, 0], 4],
    ['axes of 1, whose strides say nothing', [1, 3, 1, 4], [99, 4, 99, 1], 12],
  ])('of %s', (_, shape, strides, expected) => {
    expect(runLength(shape, strides)).toBe(expected)
  })

  it('is the length of runs in which a walk moves to the neighbour, or stays', () => {
    const axis = fc.integer({ min: 1, max: 4 })
    const shapes = fc.array(axis, { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(shapes, fc.infiniteStream(fc.nat(1000)), (shape, random) => {
        // A permuted, stretched or whole walk over a tensor of the same dimensions.
        const own = rowMajorStrides(shape)
        const strides = own.map((stride) => {
          const choice = random.next().value as number
          return choice % 3 === 0 ? 0 : choice % 3 === 1 ? stride : (own[choice % own.length] as number)
        })
        const at = stridedIndex(shape, strides)
        const run = runLength(shape, strides)
        const count = elementCount(shape)
        expect(count % run).toBe(0)
        for (let start = 0; start < count; start += run) {
          const steps = Array.from({ length: run - 1 }, (_, step) => at(start + step + 1) - at(start + step))
          expect(new Set(steps).size).toBeLessThanOrEqual(1)
          for (const step of steps) expect([0, 1]).toContain(step)
        }
      }),
    )
  })
})
