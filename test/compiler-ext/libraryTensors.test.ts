import { concat, keccak256, toBeHex } from 'ethers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createMemoryStore } from '../../model/store.ts'
import { classifierModel } from '../evm-ext/models.ts'
import { putCode, register } from '../evm-ext/setup.ts'
import { bytesOf, int8, int16, int32, type Library, numbers, openLibrary, tensor } from './librarySetup.ts'

const DATA_ACCOUNT = 0xda7a
let library: Library
let model: `0x${string}`

beforeAll(async () => {
  const store = createMemoryStore()
  model = await store.put(classifierModel())
  library = await openLibrary('InOut.sol', 'InOut', { store })
  await register(library.common, library.state, model, 60)
  await putCode(library.state, DATA_ACCOUNT, Uint8Array.of(0, 1, 2, 3, 0xff, 0xfe, 6))
}, 120_000)

const address = (number: number) => toBeHex(number, 20)

describe('tensors are made', () => {
  it.each(['calldataIn', 'bytesIn'])('of bytes: %s', async (name) => {
    expect(await library.tensor(name, '0x0100feff', 2, [1, 2])).toEqual({
      dtype: 'int16',
      dims: [1, 2],
      values: [1, -2],
    })
    expect(await library.failure(name, '0x0100fe', 2, [1, 2])).toEqual(['LengthMismatch', 3, 4])
    expect(await library.failure(name, '0x0100feff00', 2, [1, 2])).toEqual(['LengthMismatch', 5, 4])
    expect(await library.failure(name, '0x', 3, [7, 64])).toEqual(['LengthMismatch', 0, 1792])
  })

  it('of the code of an account, as far as it goes', async () => {
    const account = address(DATA_ACCOUNT)
    expect((await library.tensor('codeIn', account, 1, 1, [2, 3])).values).toEqual([1, 2, 3, -1, -2, 6])
    expect((await library.tensor('codeIn', account, 3, 2, [2])).values).toEqual([-253, 1790])
    expect(await library.failure('codeIn', account, 2, 1, [2, 3])).toEqual(['CodeTooShort', account_(account), 7, 8])
    expect(await library.failure('codeIn', address(0xe0), 0, 1, [1])).toEqual([
      'CodeTooShort',
      account_(address(0xe0)),
      0,
      1,
    ])
    const far = 2n ** 256n - 1n
    expect(await library.failure('codeIn', account, far, 1, [1])).toEqual(['CodeTooShort', account_(account), 7, far])
  })

  it('of a model, whose types are checked', async () => {
    const weights = Array.from({ length: 48 }, (_, index) => ((index * 37) % 200) - 100)
    expect(await library.tensor('modelIn', model, 0, 1, [3, 16])).toEqual({
      dtype: 'int8',
      dims: [3, 16],
      values: weights,
    })
    expect((await library.tensor('modelIn', model, 1, 3, [3])).values).toEqual([500, -700, 90])
    expect((await library.tensor('modelRows', model, 0, 1, 1)).values).toEqual(weights.slice(16, 32))
    expect(await library.failure('modelIn', model, 0, 2, [3, 16])).toEqual(['DTypeMismatch', 'model', 'int8', 'int16'])
    expect(await library.failure('modelIn', model, 0, 1, [3, 15])).toEqual(['ShapeMismatch', 'model', [3, 16], [3, 15]])
    expect(await library.failure('modelIn', model, 1, 3, [3, 1])).toEqual(['ShapeMismatch', 'model', [3], [3, 1]])
    // What no instruction can tell before halts.
    expect((await library.call('modelIn', model, 1, 3, [4])).error).not.toBe('revert')
    expect((await library.call('modelRows', model, 0, 3, 1)).error).not.toBe('revert')
  })

  it('of numbers', async () => {
    expect(await library.tensor('arrayIn', [-128, 127, 0], 1, [3, 1])).toEqual({
      dtype: 'int8',
      dims: [3, 1],
      values: [-128, 127, 0],
    })
    expect((await library.tensor('arrayIn', [-32768, 32767], 2, [2])).values).toEqual([-32768, 32767])
    expect((await library.tensor('arrayIn', [-(2 ** 31), 2 ** 31 - 1, -1], 3, [3])).values).toEqual([
      -(2 ** 31),
      2 ** 31 - 1,
      -1,
    ])
    expect(await library.failure('arrayIn', [1, 2], 1, [3, 1])).toEqual(['ElementCountMismatch', 2, [3, 1]])
    expect(await library.failure('arrayIn', [0, -129], 1, [2])).toEqual(['ValueOutOfRange', 'values', -129, -128, 127])
    expect(await library.failure('arrayIn', [32768], 2, [1])).toEqual([
      'ValueOutOfRange',
      'values',
      32768,
      -32768,
      32767,
    ])
  })

  it('of one number', async () => {
    expect(await library.tensor('scalar', -(2 ** 31))).toEqual({ dtype: 'int32', dims: [1], values: [-(2 ** 31)] })
    expect((await library.tensor('scalar', 0x01020304)).values).toEqual([0x01020304])
    expect(await library.failure('scalar', 2 ** 31)).toEqual([
      'ValueOutOfRange',
      'value',
      2 ** 31,
      -(2 ** 31),
      2 ** 31 - 1,
    ])
    expect(await library.tensor('zeros', 2, [2, 1, 2])).toEqual({
      dtype: 'int16',
      dims: [2, 1, 2],
      values: [0, 0, 0, 0],
    })
    const [full, alive] = (await library.value('full', -7, 2, [3])) as [unknown, bigint]
    expect(numbers(full)).toEqual({ dtype: 'int16', dims: [3], values: [-7, -7, -7] })
    expect(alive).toBe(64n)
    expect(await library.failure('full', 128, 1, [3])).toEqual(['ValueOutOfRange', 'value', 128, -128, 127])
  })
})

/** Errors give addresses with a checksum in capitals. */
function account_(value: string) {
  return expect.stringMatching(new RegExp(`^${value}$`, 'i'))
}

describe('tensors say', () => {
  it('what they are', async () => {
    const words = (await library.value('describe', int16([2, 3], 1, 2, 3, 4, 5, 6))) as readonly unknown[]
    const typeWord = (3n << 48n) | (2n << 16n) | 0x202n
    const leaf = keccak256(concat(['0x010002000300040005000600', `0x${'00'.repeat(244)}`]))
    expect(words).toEqual([typeWord & ~0xffn, 2n, 6n, keccak256(concat([toBeHex(typeWord, 32), leaf]))])
  })

  it('their bytes, which leave memory around them as it is', async () => {
    const lengths = [1, 31, 32, 33, 64, 100]
    for (const length of lengths) {
      const values = Array.from({ length }, (_, i) => (i % 256) - 128)
      const [out, before, behind] = (await library.value('bytesOut', tensor('int8', [length], values))) as string[]
      expect(out).toBe(bytesOf('int8', values))
      expect([before, behind]).toEqual([`0x${'ff'.repeat(40)}`, `0x${'00'.repeat(40)}`])
    }
  })

  it.each([
    ['int8', 1],
    ['int16', 2],
    ['int32', 4],
  ] as const)('their elements as numbers: %s', async (dtype, size) => {
    const element = fc.integer({ min: -(2 ** (8 * size - 1)), max: 2 ** (8 * size - 1) - 1 })
    await fc.assert(
      fc.asyncProperty(fc.array(element, { minLength: 1, maxLength: 70 }), fc.nat(), async (values, pick) => {
        const t = tensor(dtype, [values.length], values)
        const [array, behind] = (await library.value('arrayOut', t)) as [readonly bigint[], string]
        expect(array.map(Number)).toEqual(values)
        expect(behind).toBe(`0x${'00'.repeat(64)}`)
        const index = pick % values.length
        expect(await library.value('get', t, index)).toEqual([BigInt(values[index] as number), 0n])
      }),
      { numRuns: 25 },
    )
  })

  it('one element, of a small and of a large tensor of several axes', async () => {
    const values = Array.from({ length: 120 }, (_, i) => 1000 * i - 60_000)
    const t = tensor('int32', [2, 3, 4, 5], values)
    for (const index of [0, 1, 59, 60, 77, 119])
      expect(await library.value('get', t, index)).toEqual([BigInt(values[index] as number), 0n])
    expect(await library.failure('get', t, 120)).toEqual(['IndexOutOfRange', 120, 120])
    expect(await library.failure('get', int8([2, 2], 1, 2, 3, 4), 4)).toEqual(['IndexOutOfRange', 4, 4])
    expect(await library.value('get', int8([2, 2], 1, 2, 3, -4), 3)).toEqual([-4n, 0n])
  })
})

describe('tensors are freed', () => {
  it('one by one', async () => {
    expect(await library.value('freed', int8([3], 1, 2, 3))).toBe(0n)
  })

  it('since a mark, in a loop that would need more handles than there are', async () => {
    // 400 turns of 7 tensors each, where no more than 1,024 may be alive.
    const [sum, alive, after] = (await library.value('scopes', int32([2], 3, -5), 400)) as [unknown, bigint, bigint]
    expect(numbers(sum).values).toEqual([400 * (9 - 3), 400 * (25 + 5)])
    // x and the sum
    expect([alive, after]).toEqual([128n, 128n])
  })

  it('but for one, which must be as young as the mark', async () => {
    // Handles: a scalar, the mark, a scalar, and the one that release makes.
    expect((await library.call('keep', 3)).error).toBeUndefined()
    expect(await library.failure('keep', 1)).toEqual(['ValueOutOfRange', 'kept', 1, 2, 4])
    expect(await library.failure('keep', 5)).toEqual(['ValueOutOfRange', 'kept', 5, 2, 4])
  })
})

const packed = (list: readonly number[]) =>
  list.reduce((word, value, i) => word | (BigInt(value) << BigInt(16 + 32 * i)), BigInt(list.length) << 8n)

describe('shapes, axes and dtypes', () => {
  it('are made of their numbers', async () => {
    const list = [3, 224, 16_777_215, 1, 7, 2]
    const prefixes = list.map((_, i) => packed(list.slice(0, i + 1)))
    expect(await library.value('shapes', list)).toEqual(prefixes)
    const any = [0, 4_294_967_295, 5, 0, 16_777_216, 9]
    expect(await library.value('axisLists', any)).toEqual(any.map((_, i) => packed(any.slice(0, i + 1))))
  })

  it('refuse numbers out of range, of each axis', async () => {
    for (const axis of [0, 1, 2, 3, 4, 5])
      for (const value of [0n, 2n ** 24n, 2n ** 256n - 1n]) {
        const shown = value < 2n ** 53n ? Number(value) : value
        const expected = ['DimensionOutOfRange', axis, shown, 16_777_215]
        expect(await library.failure('oneShape', axis, value)).toEqual(expected)
      }
    for (const axis of [0, 1, 2, 3, 4, 5])
      expect(await library.failure('oneAxisList', axis, 2n ** 32n)).toEqual([
        'ValueOutOfRange',
        'axis value',
        2 ** 32,
        0,
        2 ** 32 - 1,
      ])
    const huge = await library.failure('oneAxisList', 0, 2n ** 256n - 1n)
    expect(huge).toEqual(['ValueOutOfRange', 'axis value', 2n ** 255n - 1n, 0, 2 ** 32 - 1])
  })

  it('say what they hold', async () => {
    expect(await library.value('shapeSays', [3, 4, 5], 2)).toEqual([3n, 5n, 60n, [3n, 4n, 5n]])
    expect(await library.value('axesSay', [0, 7], 1)).toEqual([2n, 7n, [0n, 7n]])
    expect(await library.failure('shapeSays', [3, 4, 5], 3)).toEqual(['AxisOutOfRange', 3, 3])
    expect(await library.failure('axesSay', [3], 1)).toEqual(['AxisOutOfRange', 1, 1])
    expect(await library.value('dtypeSays', 1)).toEqual([1n, -128n, 127n])
    expect(await library.value('dtypeSays', 2)).toEqual([2n, -32768n, 32767n])
    expect(await library.value('dtypeSays', 3)).toEqual([4n, -2147483648n, 2147483647n])
  })

  it('compare', async () => {
    const expected = [true, false, true, false, true, false, true, false]
    expect(await library.value('comparisons')).toEqual(expected)
  })
})
