import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dtypeRange, type Tensor, tensorOf } from '../../isa/index.ts'
import { apply } from './apply.ts'
import { anyTensors, shapes, tensors } from './arbitraries.ts'

const allAxes = (x: Tensor) => 2 ** x.shape.length - 1

const withZeroPoint = anyTensors().chain((x) => {
  const [min, max] = x.dtype === 'int32' ? [0, 0] : dtypeRange[x.dtype]
  return fc.record({
    x: fc.constant(x),
    zeroPoint: fc.integer({ min, max }),
    axes: fc.integer({ min: 1, max: allAxes(x) }),
  })
})

describe('REDUCE_SUM', () => {
  it('over all axes is the sum of x - zeroPoint modulo 2^32', () => {
    fc.assert(
      fc.property(withZeroPoint, ({ x, zeroPoint }) => {
        const sum = [...x.data].reduce((total, value) => total + BigInt(value - zeroPoint), 0n)
        const y = apply('REDUCE_SUM', { attributes: { axes: allAxes(x), zeroPoint }, x })
        expect([...y.data]).toEqual([Number(BigInt.asIntN(32, sum))])
        expect(y.shape).toEqual([1])
      }),
    )
  })

  it('over some axes and then the others is the sum over all', () => {
    fc.assert(
      fc.property(withZeroPoint, ({ x, zeroPoint, axes }) => {
        const rest = allAxes(x) - axes
        const some = apply('REDUCE_SUM', { attributes: { axes, keepDims: 1, zeroPoint }, x })
        const both = rest === 0 ? some : apply('REDUCE_SUM', { attributes: { axes: rest, keepDims: 1 }, x: some })
        expect(both).toEqual(apply('REDUCE_SUM', { attributes: { axes: allAxes(x), keepDims: 1, zeroPoint }, x }))
      }),
    )
  })
})

describe('keepDims', () => {
  it.each(['REDUCE_SUM', 'REDUCE_MAX', 'REDUCE_MIN'])('changes the shape of %s, never its elements', (mnemonic) => {
    fc.assert(
      fc.property(withZeroPoint, ({ x, axes }) => {
        const dropped = apply(mnemonic, { attributes: { axes }, x })
        const kept = apply(mnemonic, { attributes: { axes, keepDims: 1 }, x })
        expect(kept.data).toEqual(dropped.data)
        expect(kept.shape).toEqual(x.shape.map((size, axis) => ((axes >> axis) & 1 ? 1 : size)))
        const rest = x.shape.filter((_, axis) => !((axes >> axis) & 1))
        expect(dropped.shape).toEqual(rest.length > 0 ? rest : [1])
      }),
    )
  })
})

describe('REDUCE_MAX and REDUCE_MIN', () => {
  it('over all axes are the extremes', () => {
    fc.assert(
      fc.property(anyTensors(), (x) => {
        const attributes = { axes: allAxes(x) }
        expect([...apply('REDUCE_MAX', { attributes, x }).data]).toEqual([Math.max(...x.data)])
        expect([...apply('REDUCE_MIN', { attributes, x }).data]).toEqual([Math.min(...x.data)])
      }),
    )
  })
})

describe('ARGMAX', () => {
  it('finds the lowest position of the largest element', () => {
    const rows = fc
      .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 5 }))
      .chain((shape) => tensors('int8', shape))
    fc.assert(
      fc.property(rows, (x) => {
        const [outer, size, inner] = x.shape as [number, number, number]
        const y = apply('ARGMAX', { attributes: { axis: 1 }, x })
        for (let o = 0; o < outer; o++)
          for (let i = 0; i < inner; i++) {
            const row = Array.from({ length: size }, (_, k) => x.data[(o * size + k) * inner + i] as number)
            expect(y.data[o * inner + i]).toBe(row.indexOf(Math.max(...row)))
          }
      }),
    )
  })
})

describe('pools', () => {
  const images = (dtypes: 'any' | 'int8') =>
    shapes(4, 4, 5).chain((shape) => (dtypes === 'int8' ? tensors('int8', shape) : anyTensors(fc.constant(shape))))
  const whole = (x: Tensor) => ({ windowH: x.shape[1] as number, windowW: x.shape[2] as number })

  it('the largest of the whole image is REDUCE_MAX over the spatial axes', () => {
    fc.assert(
      fc.property(images('any'), (x) => {
        const y = apply('MAX_POOL2D', { attributes: whole(x), x })
        expect(y).toEqual(apply('REDUCE_MAX', { attributes: { axes: 6, keepDims: 1 }, x }))
      }),
    )
  })

  it('the average of the whole image is the sum over the spatial axes, divided and rounded', () => {
    fc.assert(
      fc.property(images('int8'), (x) => {
        const { windowH, windowW } = whole(x)
        const sums = apply('REDUCE_SUM', { attributes: { axes: 6, keepDims: 1 }, x })
        const y = apply('AVG_POOL2D', { attributes: whole(x), x })
        y.data.forEach((value, index) => {
          const sum = sums.data[index] as number
          // Halves away from zero, by Math.round of the magnitude: exact, as n is at most 25.
          expect(value).toBe(Math.sign(sum) * Math.round(Math.abs(sum) / (windowH * windowW)) + 0)
        })
      }),
    )
  })

  it('leave a constant image as it is, whatever the pads', () => {
    const cases = fc.record({
      value: fc.integer({ min: -128, max: 127 }),
      window: fc.integer({ min: 1, max: 4 }),
      stride: fc.integer({ min: 1, max: 3 }),
      pads: fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)),
    })
    fc.assert(
      fc.property(cases, ({ value, window, stride, pads }) => {
        const [padTop, padLeft, padBottom, padRight] = pads.map((pad) => Math.min(pad, window - 1)) as typeof pads
        const x = tensorOf('int8', [1, 4, 5, 2], new Array<number>(40).fill(value))
        const places = { padTop, padLeft, padBottom, padRight }
        const attributes = { ...places, windowH: window, windowW: window, strideH: stride, strideW: stride }
        for (const mnemonic of ['AVG_POOL2D', 'MAX_POOL2D'])
          expect(apply(mnemonic, { attributes, x }).data.every((element) => element === value)).toBe(true)
      }),
    )
  })
})
