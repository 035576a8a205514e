import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { int8, int16, int32, type Library, openLibrary, tensor } from './librarySetup.ts'

let library: Library
beforeAll(async () => {
  library = await openLibrary('Layout.sol', 'Layout')
}, 120_000)

const count = (n: number) => Array.from({ length: n }, (_, i) => i + 1)
const matrix = int8([2, 3], 1, 2, 3, 4, 5, 6)

describe('functions that move elements', () => {
  it('keep their order under another shape', async () => {
    expect(await library.tensor('reshape', matrix, [3, 1, 2])).toEqual({
      dtype: 'int8',
      dims: [3, 1, 2],
      values: [1, 2, 3, 4, 5, 6],
    })
    expect((await library.tensor('flatten', int32([2, 1, 2], 7, 8, 9, -10))).dims).toEqual([4])
  })

  it('exchange axes', async () => {
    expect(await library.tensor('transpose', matrix)).toEqual({
      dtype: 'int8',
      dims: [3, 2],
      values: [1, 4, 2, 5, 3, 6],
    })
    const permutation = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    await fc.assert(
      fc.asyncProperty(permutation, async (order) => {
        const dims = [2, 3, 1, 4]
        const values = count(24)
        const to = order.map((axis) => dims[axis] as number)
        const strideOf = (axis: number) => dims.slice(axis + 1).reduce((a, b) => a * b, 1)
        const expected = values.map((_, index) => {
          let [rest, from] = [index, 0]
          for (let k = 3; k >= 0; k--) {
            from += (rest % (to[k] as number)) * strideOf(order[k] as number)
            rest = Math.floor(rest / (to[k] as number))
          }
          return values[from]
        })
        const y = await library.tensor('permute', tensor('int16', dims, values), order)
        expect(y).toEqual({ dtype: 'int16', dims: to, values: expected })
      }),
      { numRuns: 12 },
    )
  })

  it('take blocks', async () => {
    const x = tensor('int8', [3, 4], count(12))
    expect((await library.tensor('slice', x, [1, 1], [2, 2])).values).toEqual([6, 7, 10, 11])
    expect((await library.tensor('sliceApart', x, [0, 1], [2, 2], [2, 2])).values).toEqual([2, 4, 10, 12])
    expect(await library.tensor('rows', x, 1, 2)).toEqual({ dtype: 'int8', dims: [2, 4], values: count(12).slice(4) })
    expect((await library.tensor('rows', int16([3], 5, 6, 7), 2, 1)).values).toEqual([7])
  })

  it('surround, join, look up and repeat', async () => {
    expect(await library.tensor('pad', int8([1, 2], 5, 6), -1, [1, 0], [0, 2])).toEqual({
      dtype: 'int8',
      dims: [2, 4],
      values: [-1, -1, -1, -1, 5, 6, -1, -1],
    })
    const joined = await library.tensor('concat', matrix, int8([2, 1], 9, 8), 1)
    expect(joined).toEqual({ dtype: 'int8', dims: [2, 4], values: [1, 2, 3, 9, 4, 5, 6, 8] })
    expect((await library.tensor('concat', int8([1], 1), int8([2], 2, 3), 0)).values).toEqual([1, 2, 3])
    const found = await library.tensor('gather', int16([3, 2], 1, 2, 3, 4, 5, 6), int8([2, 2], 2, 0, -5, 9))
    expect(found).toEqual({ dtype: 'int16', dims: [2, 2, 2], values: [5, 6, 1, 2, 1, 2, 5, 6] })
    expect(await library.tensor('tile', int8([1, 2], 1, 2), [2, 2])).toEqual({
      dtype: 'int8',
      dims: [2, 4],
      values: [1, 2, 1, 2, 1, 2, 1, 2],
    })
  })
})

describe('what does not fit reverts and says why', () => {
  const cube = int8([1, 2, 1], 1, 2)
  it.each([
    ['reshape', [matrix, [7]], ['ElementCountMismatch', 6, [7]]],
    ['reshape', [matrix, [2, 4]], ['ElementCountMismatch', 6, [2, 4]]],
    ['transpose', [cube], ['RankMismatch', 'x', [1, 2, 1], 2]],
    ['permute', [matrix, [0, 0]], ['NotAPermutation', [0, 0], 2]],
    ['permute', [matrix, [0]], ['NotAPermutation', [0], 2]],
    ['permute', [matrix, [1, 16]], ['NotAPermutation', [1, 16], 2]],
    ['permute', [matrix, [0, 1, 2]], ['NotAPermutation', [0, 1, 2], 2]],
    ['slice', [matrix, [0], [1, 1]], ['RankMismatch', 'begin', [0], 2]],
    ['slice', [matrix, [0, 0], [1]], ['RankMismatch', 'size', [1], 2]],
    ['slice', [matrix, [0, 1], [1, 3]], ['IndexOutOfRange', 3, 3]],
    ['slice', [matrix, [2, 0], [1, 1]], ['IndexOutOfRange', 2, 2]],
    ['sliceApart', [matrix, [0, 0], [1, 2], [1, 3]], ['IndexOutOfRange', 3, 3]],
    ['sliceApart', [matrix, [0, 0], [1, 1], [1, 0]], ['ValueOutOfRange', 'stride', 0, 1, 2 ** 32 - 1]],
    ['sliceApart', [matrix, [0, 0], [1, 1], [1]], ['RankMismatch', 'stride', [1], 2]],
    ['rows', [matrix, 0, 0], ['DimensionOutOfRange', 0, 0, 2]],
    ['rows', [matrix, 0, 3], ['DimensionOutOfRange', 0, 3, 2]],
    ['rows', [matrix, 1, 2], ['IndexOutOfRange', 2, 2]],
    ['pad', [matrix, 128, [0, 0], [0, 0]], ['ValueOutOfRange', 'value', 128, -128, 127]],
    ['pad', [matrix, 0, [0], [0, 0]], ['RankMismatch', 'before', [0], 2]],
    ['pad', [matrix, 0, [0, 0], [0, 0, 0]], ['RankMismatch', 'behind', [0, 0, 0], 2]],
    ['pad', [matrix, 0, [0, 65536], [0, 0]], ['ValueOutOfRange', 'before', 65536, 0, 65535]],
    ['concat', [matrix, matrix, 2], ['AxisOutOfRange', 2, 2]],
    ['concat', [matrix, int16([2, 3], 1, 2, 3, 4, 5, 6), 0], ['DTypeMismatch', 'b', 'int16', 'int8']],
    ['concat', [matrix, int8([2, 1], 1, 2), 0], ['ShapeMismatch', 'b', [2, 1], [2, 3]]],
    ['concat', [matrix, cube, 1], ['ShapeMismatch', 'b', [1, 2, 1], [2, 2]]],
    ['gather', [int8([1, 1, 1, 1], 1), int8([1, 1, 1, 1], 1)], ['RankMismatch', 'indices', [1, 1, 1, 1], 3]],
    ['tile', [matrix, [1]], ['RankMismatch', 'multiples', [1], 2]],
    ['tile', [matrix, [1, 0]], ['DimensionOutOfRange', 1, 0, 5_592_405]],
    ['tile', [matrix, [2 ** 23, 1]], ['DimensionOutOfRange', 0, 2 ** 23, 8_388_607]],
  ] as const)('%s %#', async (name, args, expected) => {
    expect(await library.failure(name, ...args)).toEqual(expected)
  })
})
