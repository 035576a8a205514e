import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Tensor, tensorOf } from '../../isa/index.ts'
import { apply } from './apply.ts'
import { tensors } from './arbitraries.ts'
import { dimension } from './integers.ts'

const runs = { numRuns: 200 }

const zeroPoint = fc.integer({ min: -128, max: 127 })

function values({ data }: Tensor): number[] {
  return [...data]
}

/** The same elements in another order of the last axis. */
function permuteLast(x: Tensor, order: readonly number[]): Tensor {
  const size = order.length
  const moved = Array.from(x.data, (_, index) => {
    const column = index % size
    return x.data[index - column + (order[column] as number)] as number
  })
  return tensorOf(x.dtype, x.shape, moved)
}

function identity(size: number): Tensor {
  const entries = Array.from({ length: size * size }, (_, index) => (index % (size + 1) === 0 ? 1 : 0))
  return tensorOf('int8', [size, size], entries)
}

describe('MATMUL', () => {
  const operands = fc
    .record({ rows: dimension, columns: dimension, depth: dimension })
    .chain(({ rows, columns, depth }) =>
      fc.record({
        a: fc.constantFrom<'int8' | 'int16'>('int8', 'int16').chain((dtype) => tensors(dtype, [rows, depth])),
        b: tensors('int8', [columns, depth]),
        bias: tensors('int32', [columns]),
        order: fc.shuffledSubarray([...Array(depth).keys()], { minLength: depth }),
        zeroPointB: zeroPoint,
      }),
    )

  it('leaves a matrix as it is when multiplied by the identity', () => {
    fc.assert(
      fc.property(
        fc.tuple(dimension, dimension).chain((shape) => tensors('int8', shape)),
        (a) => {
          const b = identity(a.shape[1] as number)
          const product = apply('MATMUL', { attributes: {}, a, b, bias: undefined })
          expect(values(product)).toEqual(values(a))
        },
      ),
      runs,
    )
  })

  it('does not depend on the order of summation, even where the sum wraps', () => {
    fc.assert(
      fc.property(operands, ({ a, b, bias, order, zeroPointB }) => {
        const attributes = { zeroPointB }
        const product = apply('MATMUL', { attributes, a, b, bias })
        const shuffled = { a: permuteLast(a, order), b: permuteLast(b, order) }
        expect(values(apply('MATMUL', { attributes, ...shuffled, bias }))).toEqual(values(product))
      }),
      runs,
    )
  })

  it('is the sum over unbounded integers, modulo 2^32', () => {
    fc.assert(
      fc.property(operands, ({ a, b, bias, zeroPointB }) => {
        const depth = a.shape[1] as number
        const columns = b.shape[0] as number
        const product = apply('MATMUL', { attributes: { zeroPointB }, a, b, bias })
        const expected = Array.from(product.data, (_, index) => {
          const [m, n] = [Math.floor(index / columns), index % columns]
          let sum = BigInt(bias.data[n] as number)
          for (let k = 0; k < depth; k++)
            sum += BigInt(a.data[m * depth + k] as number) * BigInt((b.data[n * depth + k] as number) - zeroPointB)
          return Number(BigInt.asIntN(32, sum))
        })
        expect(values(product)).toEqual(expected)
      }),
      runs,
    )
  })
})

/** Geometry of a convolution whose window fits the padded input. */
const geometry = fc
  .record({
    height: fc.integer({ min: 1, max: 5 }),
    width: fc.integer({ min: 1, max: 5 }),
    tapsH: fc.integer({ min: 1, max: 3 }),
    tapsW: fc.integer({ min: 1, max: 3 }),
    padTop: fc.nat(2),
    padLeft: fc.nat(2),
    padBottom: fc.nat(2),
    padRight: fc.nat(2),
    strideH: fc.integer({ min: 1, max: 3 }),
    strideW: fc.integer({ min: 1, max: 3 }),
    dilationH: fc.integer({ min: 1, max: 2 }),
    dilationW: fc.integer({ min: 1, max: 2 }),
    zeroPoint,
  })
  .filter(
    (g) =>
      (g.tapsH - 1) * g.dilationH < g.height + g.padTop + g.padBottom &&
      (g.tapsW - 1) * g.dilationW < g.width + g.padLeft + g.padRight,
  )

describe('convolutions', () => {
  it('CONV2D of one tap is MATMUL', () => {
    const operands = fc
      .tuple(dimension, dimension)
      .chain(([channels, filters]) =>
        fc.tuple(tensors('int8', [2, 2, 3, channels]), tensors('int8', [filters, 1, 1, channels]), zeroPoint),
      )
    fc.assert(
      fc.property(operands, ([x, weights, point]) => {
        const channels = x.shape[3] as number
        const convolved = apply('CONV2D', { attributes: { zeroPoint: point }, x, weights, bias: undefined })
        const a = { ...x, shape: [12, channels] }
        const b = { ...weights, shape: [weights.shape[0] as number, channels] }
        const product = apply('MATMUL', { attributes: { zeroPointA: point }, a, b, bias: undefined })
        expect(values(convolved)).toEqual(values(product))
      }),
      runs,
    )
  })

  it('DEPTHWISE_CONV2D is CONV2D with a group a channel', () => {
    const operands = fc
      .tuple(geometry, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
      .chain(([g, channels, each]) =>
        fc.record({
          g: fc.constant(g),
          channels: fc.constant(channels),
          x: tensors('int8', [2, g.height, g.width, channels]),
          weights: tensors('int8', [g.tapsH, g.tapsW, channels * each]),
          bias: tensors('int32', [channels * each]),
        }),
      )
    fc.assert(
      fc.property(operands, ({ g, channels, x, weights, bias }) => {
        const { height: _h, width: _w, tapsH, tapsW, ...attributes } = g
        const filters = weights.shape[2] as number
        const separate = apply('DEPTHWISE_CONV2D', { attributes, x, weights, bias })
        const moved = apply('TRANSPOSE', { attributes: { axis0: 2, axis1: 0, axis2: 1 }, x: weights })
        const grouped = { ...moved, shape: [filters, tapsH, tapsW, 1] }
        const together = apply('CONV2D', { attributes: { ...attributes, groups: channels }, x, weights: grouped, bias })
        expect(separate.shape).toEqual(together.shape)
        expect(values(separate)).toEqual(values(together))
      }),
      runs,
    )
  })

  it('CONV2D does not depend on what is padded explicitly', () => {
    const operands = geometry.chain((g) =>
      fc.tuple(
        fc.constant(g),
        tensors('int8', [1, g.height, g.width, 2]),
        tensors('int8', [3, g.tapsH, g.tapsW, 2]),
        tensors('int32', [3]),
      ),
    )
    fc.assert(
      fc.property(operands, ([g, x, weights, bias]) => {
        const { height: _h, width: _w, tapsH: _th, tapsW: _tw, ...attributes } = g
        const { padTop, padLeft, padBottom, padRight, ...unpadded } = attributes
        const pads = { before1: padTop, after1: padBottom, before2: padLeft, after2: padRight }
        const padded = apply('PAD', { attributes: { value: g.zeroPoint, ...pads }, x })
        const implicit = apply('CONV2D', { attributes, x, weights, bias })
        const explicit = apply('CONV2D', { attributes: unpadded, x: padded, weights, bias })
        expect(values(implicit)).toEqual(values(explicit))
      }),
      runs,
    )
  })

  it('TRANSPOSE_CONV2D is the adjoint of CONV2D', () => {
    const operands = geometry.chain((g) => {
      const { padTop, padLeft, padBottom, padRight, strideH, strideW } = g
      const size = (input: number, taps: number, pads: number, stride: number) =>
        Math.floor((input + pads - taps) / stride) + 1
      const outputH = size(g.height, g.tapsH, padTop + padBottom, strideH)
      const outputW = size(g.width, g.tapsW, padLeft + padRight, strideW)
      return fc.record({
        g: fc.constant({ padTop, padLeft, padBottom, padRight, strideH, strideW }),
        x: tensors('int8', [1, g.height, g.width, 2]),
        y: tensors('int8', [1, outputH, outputW, 3]),
        weights: tensors('int8', [3, g.tapsH, g.tapsW, 2]),
      })
    })
    const inner = (a: Tensor, b: Tensor) => {
      let sum = 0n
      for (let i = 0; i < a.data.length; i++) sum += BigInt(a.data[i] as number) * BigInt(b.data[i] as number)
      return sum
    }
    fc.assert(
      fc.property(operands, ({ g, x, y, weights }) => {
        const { padTop, padLeft, strideH, strideW } = g
        const [, outputH, outputW] = x.shape as readonly [number, number, number]
        const swapped = apply('TRANSPOSE', {
          attributes: { axis0: 3, axis1: 1, axis2: 2, axis3: 0 },
          x: weights,
        })
        const forward = apply('CONV2D', { attributes: g, x, weights, bias: undefined })
        const attributes = { padTop, padLeft, strideH, strideW, outputH, outputW }
        const backward = apply('TRANSPOSE_CONV2D', { attributes, x: y, weights: swapped, bias: undefined })
        // Every sum stays below 2^31 at these sizes, so that nothing wraps.
        expect(inner(forward, y)).toBe(inner(x, backward))
      }),
      runs,
    )
  })
})
