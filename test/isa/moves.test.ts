import { describe, expect, it } from 'vitest'
import { type AnyTypedOperands, encodeAxisWord, instructionByMnemonic, type TensorType } from '../../isa/index.ts'

const int8 = (...shape: number[]): TensorType => ({ dtype: 'int8', shape })
const int16 = (...shape: number[]): TensorType => ({ dtype: 'int16', shape })
const int32 = (...shape: number[]): TensorType => ({ dtype: 'int32', shape })

function workOf(mnemonic: string, operands: object) {
  const instruction = instructionByMnemonic.get(mnemonic)
  if (instruction === undefined) throw new RangeError(`${mnemonic}: no such instruction`)
  const typed = operands as AnyTypedOperands
  const output = instruction.infer(typed)
  const work = instruction.work(typed, output as TensorType)
  return Object.fromEntries(Object.entries(work).filter(([, count]) => count !== 0))
}

const permuted = (x: TensorType, ...axes: number[]) => ({
  attributes: Object.fromEntries([0, 1, 2, 3, 4, 5].map((axis) => [`axis${axis}`, axes[axis] ?? 0])),
  x,
})
const sliced = (x: TensorType, size: number[], stride: number[]) => ({
  begin: 0n,
  size: encodeAxisWord(size),
  stride: encodeAxisWord(stride, 1),
  x,
})
const tiled = (x: TensorType, ...multiples: number[]) => ({ multiples: encodeAxisWord(multiples), x })
const padded = (x: TensorType, before: number[], after: number[]) => ({
  attributes: {
    value: 0,
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((axis) => [`before${axis}`, before[axis] ?? 0])),
    ...Object.fromEntries([0, 1, 2, 3, 4, 5].map((axis) => [`after${axis}`, after[axis] ?? 0])),
  },
  x,
})

// Counts follow by hand from the rules of SPEC.md.
describe('work of moves', () => {
  it.each([
    ['a transpose that moves nothing', 'TRANSPOSE', permuted(int8(1, 5, 7), 1, 0, 2), { copiedBytes: 48 }],
    // 3 x 2 tiles of 8 lines.
    ['tiles', 'TRANSPOSE', permuted(int8(17, 9), 1, 0), { movedBytes: 160, movedVectors: 48 }],
    // Tiles of 4 x 4, once for each of 3 outer positions.
    ['tiles of int32', 'TRANSPOSE', permuted(int32(3, 4, 5), 0, 2, 1), { movedBytes: 240, movedVectors: 24 }],
    // 3 channels in reverse order lie within 9 bytes; two values a vector are too few to shuffle.
    ['values', 'TRANSPOSE', permuted(int32(3, 100), 1, 0), { movedBytes: 1200, movedValues: 300, movedRows: 3 }],
    // Runs of 20 bytes, two vectors each.
    ['runs', 'TRANSPOSE', permuted(int32(3, 9, 5), 1, 0, 2), { movedBytes: 544, movedVectors: 54, movedRows: 3 }],
    // 12 bytes lie within a vector of x: a group of 3 pairs, swapped.
    ['a shuffle', 'TRANSPOSE', permuted(int8(4, 2, 3), 0, 2, 1), { movedBytes: 32, movedVectors: 2, movedRows: 1 }],
    ['every other byte', 'SLICE', sliced(int8(99), [50], [2]), { movedBytes: 112, movedVectors: 7, movedRows: 1 }],
    // A line and its neighbours apart: ten segments at an even distance, of which eight lines are waited for.
    [
      'a column',
      'SLICE',
      sliced(int8(10, 100), [10, 1], [1, 1]),
      { movedBytes: 640, gatheredLines: 8, movedValues: 10, movedRows: 1 },
    ],
    // More than 1024 bytes apart: each is waited for.
    [
      'a far column',
      'SLICE',
      sliced(int8(10, 2000), [10, 1], [1, 1]),
      { movedBytes: 640, gatheredLines: 10, movedValues: 10, movedRows: 1 },
    ],
    ['a fill', 'TILE', tiled(int8(2, 1), 1, 64), { movedBytes: 16, movedParts: 8 }],
    ['rows again', 'TILE', tiled(int8(1, 300), 9, 1), { movedBytes: 304, movedVectors: 144, movedRows: 1 }],
    // 2 rows of 3 x 4 bytes with a gap each, and 6 * 8 = 48 bytes of output.
    ['padding', 'PAD', padded(int8(2, 3, 4), [0, 1, 0], [0, 2, 0]), { movedBytes: 32, movedParts: 2 * 2 + 3 }],
    [
      'short and long runs',
      'CONCAT',
      { attributes: { axis: 1 }, a: int8(5, 17), b: int8(5, 1000) },
      { movedBytes: 96 + 5008, movedParts: 5 * (2 + 16) },
    ],
    ['values by index', 'GATHER', { table: int16(1000, 2), indices: int8(9) }, { movedBytes: 512 + 16, movedParts: 9 }],
    // Rows of 100 bytes are two lines, nearly three; 9 * 128 bytes, less than the table.
    [
      'rows by index',
      'GATHER',
      { table: int8(1000, 100), indices: int32(9) },
      { movedBytes: 1152 + 48, movedParts: 63, gatheredLines: 27 },
    ],
    // Of 2000 rows an int8 names 128.
    [
      'rows that indices reach',
      'GATHER',
      { table: int8(2000, 20), indices: int8(100_000) },
      { movedBytes: 2560 + 100_000, movedParts: 200_000, gatheredLines: 40 },
    ],
  ])('%s', (_, mnemonic, operands, expected) => {
    expect(workOf(mnemonic, operands)).toEqual(expected)
  })
})

describe('work of elementwise instructions', () => {
  it.each([
    // 7 runs of 5 elements, two vectors each.
    ['a row for each row', 'TADD', { a: int32(7, 5), b: int32(5) }, [144 + 32, 7, 14]],
    ['equal shapes', 'MAXIMUM', { a: int8(7, 5), b: int8(7, 5) }, [96, 1, 3]],
    ['one operand', 'CLAMP', { attributes: { low: 0, high: 1 }, x: int16(9) }, [32, 1, 2]],
    ['one amount', 'ARITHMETIC_RIGHT_SHIFT', { a: int32(7, 5), b: int32(1) }, [160, 1, 9]],
    ['an amount for each row', 'ARITHMETIC_RIGHT_SHIFT', { a: int32(7, 5), b: int32(7, 1) }, [176, 7, 14]],
    ['an amount for each element', 'ARITHMETIC_RIGHT_SHIFT', { a: int32(7, 1), b: int32(5) }, [64, 7, 35]],
  ])('%s', (_, mnemonic, operands, [bytes, runs, vectors]) => {
    const { elementwiseBytes, elementwiseRuns, elementwiseVectors } = workOf(mnemonic, operands)
    expect([elementwiseBytes, elementwiseRuns, elementwiseVectors]).toEqual([bytes, runs, vectors])
  })

  it('products that are shifted', () => {
    const operands = { a: int32(7, 5), b: int32(5) }
    expect(workOf('TMUL', { attributes: { shift: 1 }, ...operands }).shiftedVectors).toBe(14)
    expect(workOf('TMUL', { attributes: { shift: 0 }, ...operands }).shiftedVectors).toBeUndefined()
  })
})
