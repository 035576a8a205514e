import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { elementCount, encodeAxisWord, rowMajorStrides, type Tensor, tensorBytes, tensorOf } from '../../isa/index.ts'
import { apply } from './apply.ts'
import { anyTensors, shapes, tensors } from './arbitraries.ts'

const fieldsOf = (name: string, values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.map((value, axis) => [`${name}${axis}`, value]))

const transpose = (x: Tensor, axes: readonly number[]) => apply('TRANSPOSE', { attributes: fieldsOf('axis', axes), x })

const slice = (x: Tensor, begin: readonly number[], size: readonly number[], stride = size.map(() => 1)) =>
  apply('SLICE', {
    begin: encodeAxisWord(begin),
    size: encodeAxisWord(size),
    stride: encodeAxisWord(stride, 1),
    x,
  })

/** Element at a position with one index an axis. */
function at(tensor: Tensor, position: readonly number[]): number | undefined {
  const strides = rowMajorStrides(tensor.shape)
  return tensor.data[position.reduce((sum, index, axis) => sum + index * (strides[axis] as number), 0)]
}

/** Every position of a shape, in row-major order. */
function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (heads, size) => heads.flatMap((head) => Array.from({ length: size }, (_, index) => [...head, index])),
    [[]],
  )
}

/** A tensor with something drawn for each of its axes. */
function withAxes<T>(each: (size: number) => fc.Arbitrary<T>, tensor = anyTensors()): fc.Arbitrary<[Tensor, T[]]> {
  return tensor.chain((x) => fc.tuple(fc.constant(x), fc.tuple(...x.shape.map(each))))
}

const permuted = anyTensors().chain((x) => {
  const axes = x.shape.map((_, axis) => axis)
  return fc.tuple(fc.constant(x), fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length }))
})

describe('TRANSPOSE', () => {
  it('is undone by the inverse permutation', () => {
    fc.assert(
      fc.property(permuted, ([x, axes]) => {
        const inverse = axes.map((_, axis) => axes.indexOf(axis))
        expect(transpose(transpose(x, axes), inverse)).toEqual(x)
      }),
    )
  })

  it('puts axis axis_k of x at axis k', () => {
    fc.assert(
      fc.property(permuted, ([x, axes]) => {
        const y = transpose(x, axes)
        for (const position of positions(y.shape)) {
          const source = axes.map((_, axis) => position[axes.indexOf(axis)] as number)
          expect(at(y, position)).toBe(at(x, source))
        }
      }),
    )
  })
})

describe('SLICE', () => {
  const block = (size: number) =>
    fc.integer({ min: 0, max: size - 1 }).chain((begin) =>
      fc.integer({ min: 1, max: size - begin }).chain((count) =>
        fc.record({
          begin: fc.constant(begin),
          count: fc.constant(count),
          stride: fc.integer({ min: 1, max: count === 1 ? 2 ** 32 : Math.floor((size - 1 - begin) / (count - 1)) }),
        }),
      ),
    )

  it('reads begin + index * stride', () => {
    fc.assert(
      fc.property(withAxes(block, anyTensors(shapes(1, 6, 5))), ([x, blocks]) => {
        const y = slice(
          x,
          blocks.map(({ begin }) => begin),
          blocks.map(({ count }) => count),
          blocks.map(({ stride }) => stride),
        )
        for (const position of positions(y.shape))
          expect(at(y, position)).toBe(
            at(
              x,
              blocks.map(({ begin, stride }, axis) => begin + (position[axis] as number) * stride),
            ),
          )
      }),
    )
  })
})

describe('CONCAT', () => {
  const pairs = anyTensors().chain((a) =>
    fc.record({ axis: fc.nat(a.shape.length - 1), size: fc.integer({ min: 1, max: 4 }) }).chain(({ axis, size }) =>
      fc.record({
        a: fc.constant(a),
        axis: fc.constant(axis),
        b: tensors(a.dtype, a.shape.with(axis, size)),
      }),
    ),
  )

  it('holds both parts, each given back by SLICE', () => {
    fc.assert(
      fc.property(pairs, ({ a, b, axis }) => {
        const joined = apply('CONCAT', { attributes: { axis }, a, b })
        const zeros = a.shape.map(() => 0)
        expect(slice(joined, zeros, a.shape)).toEqual(a)
        expect(slice(joined, zeros.with(axis, a.shape[axis] as number), b.shape)).toEqual(b)
      }),
    )
  })
})

describe('PAD', () => {
  it('keeps x, given back by SLICE, and fills all else with the value', () => {
    const padding = () => fc.tuple(fc.nat(3), fc.nat(3))
    fc.assert(
      fc.property(
        withAxes(padding, anyTensors(shapes(1, 6, 3))),
        fc.integer({ min: -128, max: 127 }),
        ([x, pads], value) => {
          const before = pads.map(([count]) => count)
          const after = pads.map(([, count]) => count)
          const y = apply('PAD', {
            attributes: { value, ...fieldsOf('before', before), ...fieldsOf('after', after) },
            x,
          })
          expect(slice(y, before, x.shape)).toEqual(x)
          const count = (data: Tensor['data']) => data.filter((element) => element === value).length
          expect(count(y.data)).toBe(count(x.data) + y.data.length - x.data.length)
        },
      ),
    )
  })
})

describe('TILE', () => {
  it('is made of copies of x, each given back by SLICE', () => {
    const copy = () => fc.integer({ min: 1, max: 3 }).chain((count) => fc.tuple(fc.constant(count), fc.nat(count - 1)))
    fc.assert(
      fc.property(withAxes(copy, anyTensors(shapes(1, 6, 2))), ([x, copies]) => {
        const y = apply('TILE', { multiples: encodeAxisWord(copies.map(([count]) => count)), x })
        expect(y.shape).toEqual(x.shape.map((size, axis) => size * (copies[axis]?.[0] as number)))
        const begin = x.shape.map((size, axis) => size * (copies[axis]?.[1] as number))
        expect(slice(y, begin, x.shape)).toEqual(x)
      }),
    )
  })
})

describe('RESHAPE', () => {
  it('keeps the canonical bytes', () => {
    fc.assert(
      fc.property(anyTensors(), fc.nat(), (x, choice) => {
        const count = elementCount(x.shape)
        const divisors = Array.from({ length: count }, (_, index) => index + 1).filter((size) => count % size === 0)
        const rows = divisors[choice % divisors.length] as number
        const y = apply('RESHAPE', { type: { dtype: x.dtype, shape: [rows, count / rows] }, x })
        expect(y.shape).toEqual([rows, count / rows])
        expect(tensorBytes(y)).toEqual(tensorBytes(x))
      }),
    )
  })
})

describe('GATHER', () => {
  it('reads the row of each index, clamped', () => {
    const lookups = fc.tuple(anyTensors(shapes(1, 4)), anyTensors(shapes(1, 3)))
    fc.assert(
      fc.property(lookups, ([table, indices]) => {
        const rows = table.shape[0] as number
        const rest = table.shape.slice(1)
        const y = apply('GATHER', { table, indices })
        expect(y.shape).toEqual([...indices.shape, ...rest])
        for (const position of positions(y.shape)) {
          const index = at(indices, position.slice(0, indices.shape.length)) as number
          const row = Math.max(0, Math.min(rows - 1, index))
          expect(at(y, position)).toBe(at(table, [row, ...position.slice(indices.shape.length)]))
        }
      }),
    )
  })

  it('with the indices of every row is the identity', () => {
    fc.assert(
      fc.property(anyTensors(), (table) => {
        const rows = table.shape[0] as number
        const indices = tensorOf(
          'int16',
          [rows],
          Array.from({ length: rows }, (_, row) => row),
        )
        expect(apply('GATHER', { table, indices })).toEqual(table)
      }),
    )
  })
})
