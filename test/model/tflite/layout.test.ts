import { describe, expect, it } from 'vitest'
import {
  everyInt8,
  importSpec,
  ints,
  mnemonics,
  oneOperator,
  roundings,
  runSpec,
  saturate,
  scaled,
} from './reference.ts'
import type { OperatorSpec, TensorSpec } from './writer.ts'

const f32 = Math.fround
const quantized = { scale: 0.5, zeroPoint: -4 }
/** A tensor of the common quantization. */
const q = (...shape: number[]): TensorSpec => ({ shape, ...quantized })
const count = (n: number) => Array.from({ length: n }, (_, index) => index)

/** One operator on x = 0, 1, 2..; expected elements of each output. */
type Case = {
  readonly name: string
  readonly x: readonly number[]
  readonly operands?: Readonly<Record<string, TensorSpec>>
  readonly options?: OperatorSpec['options']
  readonly shapes: readonly (readonly number[])[]
  readonly expected: readonly (readonly number[])[]
  readonly steps?: readonly string[]
}

const cases: Readonly<Record<string, Case>> = {
  'RESHAPE by an operand with an open dimension': {
    name: 'RESHAPE',
    x: [2, 6],
    operands: { to: ints(3, -1, 2) },
    shapes: [[3, 2, 2]],
    expected: [count(12)],
    steps: ['RESHAPE'],
  },
  'RESHAPE by an option': {
    name: 'RESHAPE',
    x: [2, 6],
    options: { newShape: [12] },
    shapes: [[12]],
    expected: [count(12)],
  },
  'SQUEEZE of every axis of one element': { name: 'SQUEEZE', x: [1, 3, 1], shapes: [[3]], expected: [count(3)] },
  'SQUEEZE of named axes': {
    name: 'SQUEEZE',
    x: [1, 3, 1],
    options: { axes: [-1] },
    shapes: [[1, 3]],
    expected: [count(3)],
  },
  EXPAND_DIMS: { name: 'EXPAND_DIMS', x: [3], operands: { axis: ints(-1) }, shapes: [[3, 1]], expected: [count(3)] },
  TRANSPOSE: {
    name: 'TRANSPOSE',
    x: [2, 3],
    operands: { order: ints(1, 0) },
    shapes: [[3, 2]],
    expected: [[0, 3, 1, 4, 2, 5]],
    steps: ['TRANSPOSE'],
  },
  'PAD fills with the zero point': {
    name: 'PAD',
    x: [1, 2],
    operands: { pads: { type: 'INT32', shape: [2, 2], data: [1, 0, 0, 2] } },
    shapes: [[2, 4]],
    expected: [[-4, -4, -4, -4, 0, 1, -4, -4]],
  },
  'MIRROR_PAD, reflected': {
    name: 'MIRROR_PAD',
    x: [2, 3],
    operands: { pads: { type: 'INT32', shape: [2, 2], data: [0, 1, 2, 1] } },
    options: { mode: 0 },
    shapes: [[3, 6]],
    expected: [[2, 1, 0, 1, 2, 1, 5, 4, 3, 4, 5, 4, 2, 1, 0, 1, 2, 1]],
  },
  'MIRROR_PAD, symmetric': {
    name: 'MIRROR_PAD',
    x: [1, 3],
    operands: { pads: { type: 'INT32', shape: [2, 2], data: [0, 0, 2, 1] } },
    options: { mode: 1 },
    shapes: [[1, 6]],
    expected: [[1, 0, 0, 1, 2, 2]],
  },
  UNPACK: {
    name: 'UNPACK',
    x: [2, 2],
    options: { axis: 1 },
    shapes: [[2], [2]],
    expected: [
      [0, 2],
      [1, 3],
    ],
  },
  SPLIT_V: {
    name: 'SPLIT_V',
    x: [2, 4],
    operands: { sizes: ints(1, -1), axis: ints(1) },
    shapes: [
      [2, 1],
      [2, 3],
    ],
    expected: [
      [0, 4],
      [1, 2, 3, 5, 6, 7],
    ],
  },
  SLICE: {
    name: 'SLICE',
    x: [2, 4],
    operands: { begin: ints(0, 1), size: ints(-1, 2) },
    shapes: [[2, 2]],
    expected: [[1, 2, 5, 6]],
    steps: ['SLICE'],
  },
  'STRIDED_SLICE with masks, strides and negative ends': {
    name: 'STRIDED_SLICE',
    x: [3, 5],
    operands: { begin: ints(1, 0), end: ints(0, -1), strides: ints(1, 2) },
    options: { endMask: 1 },
    shapes: [[2, 2]],
    expected: [[5, 7, 10, 12]],
    steps: ['SLICE'],
  },
  'STRIDED_SLICE of a range': {
    name: 'STRIDED_SLICE',
    x: [5],
    operands: { begin: ints(1), end: ints(3), strides: ints(1) },
    shapes: [[2]],
    expected: [[1, 2]],
  },
  'STRIDED_SLICE backwards': {
    name: 'STRIDED_SLICE',
    x: [2, 5],
    operands: { begin: ints(0, -1), end: ints(2, 0), strides: ints(1, -2) },
    options: { endMask: 2 },
    shapes: [[2, 3]],
    expected: [[4, 2, 0, 9, 7, 5]],
  },
  'STRIDED_SLICE with an ellipsis, a new axis and a removed one': {
    name: 'STRIDED_SLICE',
    x: [2, 3, 2],
    operands: { begin: ints(0, 0, 1), end: ints(0, 0, 9), strides: ints(1, 1, 1) },
    options: { ellipsisMask: 1, newAxisMask: 2, shrinkAxisMask: 4 },
    shapes: [[2, 3, 1]],
    expected: [[1, 3, 5, 7, 9, 11]],
  },
  'GATHER of rows': {
    name: 'GATHER',
    x: [3, 2],
    operands: { rows: ints(2, 0) },
    options: { axis: 0 },
    shapes: [[2, 2]],
    expected: [[4, 5, 0, 1]],
  },
  'GATHER along the last axis': {
    name: 'GATHER',
    x: [2, 3],
    operands: { columns: { type: 'INT32', shape: [2, 2], data: [2, 0, 1, 1] } },
    options: { axis: 1 },
    shapes: [[2, 2, 2]],
    expected: [[2, 0, 1, 1, 5, 3, 4, 4]],
  },
  REVERSE_V2: {
    name: 'REVERSE_V2',
    x: [2, 3],
    operands: { axis: ints(1) },
    shapes: [[2, 3]],
    expected: [[2, 1, 0, 5, 4, 3]],
  },
  TILE: {
    name: 'TILE',
    x: [1, 2],
    operands: { times: ints(2, 2) },
    shapes: [[2, 4]],
    expected: [[0, 1, 0, 1, 0, 1, 0, 1]],
  },
  BROADCAST_TO: {
    name: 'BROADCAST_TO',
    x: [2, 1],
    operands: { to: ints(2, 2, 3) },
    shapes: [[2, 2, 3]],
    expected: [[0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1]],
  },
  'RESIZE_NEAREST_NEIGHBOR by whole factors': {
    name: 'RESIZE_NEAREST_NEIGHBOR',
    x: [1, 2, 2, 1],
    operands: { size: ints(4, 2) },
    shapes: [[1, 4, 2, 1]],
    expected: [[0, 1, 0, 1, 2, 3, 2, 3]],
    steps: ['RESHAPE', 'TILE', 'RESHAPE'],
  },
  'RESIZE_NEAREST_NEIGHBOR to odd sizes, half pixel centres': {
    name: 'RESIZE_NEAREST_NEIGHBOR',
    x: [1, 2, 3, 1],
    operands: { size: ints(3, 2) },
    options: { halfPixelCenters: true },
    shapes: [[1, 3, 2, 1]],
    expected: [[0, 2, 3, 5, 3, 5]],
  },
  'RESIZE_NEAREST_NEIGHBOR with aligned corners': {
    name: 'RESIZE_NEAREST_NEIGHBOR',
    x: [1, 1, 3, 1],
    operands: { size: ints(1, 5) },
    options: { alignCorners: true },
    shapes: [[1, 1, 5, 1]],
    expected: [[0, 1, 1, 2, 2]],
  },
  DEPTH_TO_SPACE: {
    name: 'DEPTH_TO_SPACE',
    x: [1, 1, 2, 4],
    options: { blockSize: 2 },
    shapes: [[1, 2, 4, 1]],
    expected: [[0, 1, 4, 5, 2, 3, 6, 7]],
  },
  SPACE_TO_DEPTH: {
    name: 'SPACE_TO_DEPTH',
    x: [1, 2, 4, 1],
    options: { blockSize: 2 },
    shapes: [[1, 1, 2, 4]],
    expected: [[0, 1, 4, 5, 2, 3, 6, 7]],
  },
  SPACE_TO_BATCH_ND: {
    name: 'SPACE_TO_BATCH_ND',
    x: [1, 1, 4, 1],
    operands: { block: ints(1, 2), pads: { type: 'INT32', shape: [2, 2], data: [0, 0, 1, 1] } },
    shapes: [[2, 1, 3, 1]],
    expected: [[-4, 1, 3, 0, 2, -4]],
  },
  BATCH_TO_SPACE_ND: {
    name: 'BATCH_TO_SPACE_ND',
    x: [2, 1, 3, 1],
    operands: { block: ints(1, 2), crops: { type: 'INT32', shape: [2, 2], data: [0, 0, 1, 1] } },
    shapes: [[1, 1, 4, 1]],
    expected: [[3, 1, 4, 2]],
  },
}

describe('operators that move elements', () => {
  it.each(Object.entries(cases))('%s', (_, { name, x, operands = {}, options, shapes, expected, steps }) => {
    const outputs = Object.fromEntries(shapes.map((shape, index) => [`y${index}`, q(...shape)]))
    const spec = oneOperator(name, { x: q(...x), ...operands }, outputs, options)
    const size = x.reduce((product, dimension) => product * dimension, 1)
    expect(runSpec(spec, [count(size)])).toEqual(expected)
    if (steps) expect(mnemonics(importSpec(spec).program)).toEqual(steps)
  })

  it('SPLIT takes its axis first', () => {
    const spec = oneOperator('SPLIT', { axis: ints(0), x: q(4, 1) }, { y: q(2, 1), z: q(2, 1) })
    expect(runSpec(spec, [count(4)])).toEqual([
      [0, 1],
      [2, 3],
    ])
  })

  it('PACK joins along a new axis', () => {
    const spec = oneOperator('PACK', { a: q(2), b: q(2), c: q(2) }, { y: q(2, 3) }, { axis: 1 })
    expect(
      runSpec(spec, [
        [0, 1],
        [2, 3],
        [4, 5],
      ]),
    ).toEqual([[0, 2, 4, 1, 3, 5]])
  })

  it('GATHER takes rows by indices that only a run knows', () => {
    const spec = oneOperator('GATHER', { x: q(3, 2), rows: { type: 'INT32', shape: [2] } }, { y: q(2, 2) }, { axis: 0 })
    expect(mnemonics(importSpec(spec).program)).toEqual(['GATHER'])
    expect(runSpec(spec, [count(6), [1, 1]])).toEqual([[2, 3, 2, 3]])
  })

  it.each(roundings)('CONCATENATION rescales operands of another scale, %s rounding', (rounding) => {
    const a = { shape: [1, 256], scale: f32(0.03), zeroPoint: 7 }
    const y = { shape: [1, 257], scale: f32(0.05), zeroPoint: -3 }
    const spec = oneOperator('CONCATENATION', { a, b: { ...y, shape: [1, 1] } }, { y }, { axis: -1 })
    const expected = everyInt8.map((value) => saturate(scaled(value - 7, a.scale / y.scale, rounding) - 3))
    expect(runSpec(spec, [everyInt8, [42]], rounding)).toEqual([[...expected, 42]])
    expect(importSpec(spec).notes).toEqual(['"a" is rescaled to join "y"; TFLite would refuse it.'])
  })
})
