import { describe, expect, it } from 'vitest'
import { readTfliteGraph } from '../../../model/quantizer/tfliteGraph.ts'
import { ImportError } from '../../../model/tflite/error.ts'
import { type ModelSpec, type OperatorSpec, type TensorSpec, writeTflite } from '../tflite/writer.ts'
import { lastOf, numbers, randomTensor } from './networks.ts'

const next = numbers(41)
const float = (shape: readonly number[], data?: readonly number[]): TensorSpec =>
  data ? { type: 'FLOAT32', shape, data } : { type: 'FLOAT32', shape }
const int32s = (...data: number[]): TensorSpec => ({ type: 'INT32', shape: [data.length], data })

const size = 4
const pixels = randomTensor([1, size, size, 2], next).data
const at = (y: number, x: number, c: number) =>
  y < 0 || x < 0 || y >= size || x >= size ? 0 : (pixels[(y * size + x) * 2 + c] as number)

/** A model of one operator from "x" to "y". */
function one(
  name: string,
  shape: readonly number[],
  options: OperatorSpec['options'] = {},
  others: Readonly<Record<string, TensorSpec>> = {},
): ModelSpec {
  return {
    tensors: { x: float([1, size, size, 2]), ...others, y: float(shape) },
    operators: [{ name, inputs: ['x', ...Object.keys(others)], outputs: ['y'], options }],
    inputs: ['x'],
    outputs: ['y'],
  }
}

const weights = Array.from(randomTensor([3, 3, 3, 2], next).data)
const depthwise = Array.from(randomTensor([1, 2, 2, 4], next).data)
const dense = Array.from(randomTensor([3, 32], next).data)
const pairs = { strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 }
const grid = (rows: number, columns: number, channels: number, of: (y: number, x: number, c: number) => number) =>
  Array.from({ length: rows * columns * channels }, (_, i) =>
    of(Math.floor(i / (columns * channels)), Math.floor(i / channels) % columns, i % channels),
  )
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)
const window = (rows: number, columns: number) => grid(rows, columns, 1, (y, x) => y * columns + x)

const cases: readonly (readonly [string, ModelSpec, readonly number[]])[] = [
  [
    'CONV_2D with SAME and RELU6',
    one(
      'CONV_2D',
      [1, 4, 4, 3],
      { ...pairs, padding: 0, activation: 3 },
      { w: float([3, 3, 3, 2], weights), b: float([3], [0.1, -0.2, 3]) },
    ),
    grid(4, 4, 3, (y, x, o) => {
      const products = window(3, 3).flatMap((tap) =>
        [0, 1].map(
          (c) => at(y - 1 + Math.floor(tap / 3), x - 1 + (tap % 3), c) * (weights[(o * 9 + tap) * 2 + c] as number),
        ),
      )
      return Math.min(Math.max(sum(products) + ([0.1, -0.2, 3][o] as number), 0), 6)
    }),
  ],
  [
    'DEPTHWISE_CONV_2D with VALID',
    one('DEPTHWISE_CONV_2D', [1, 3, 3, 4], { ...pairs, padding: 1 }, { w: float([1, 2, 2, 4], depthwise) }),
    grid(3, 3, 4, (y, x, o) =>
      sum(
        window(2, 2).map(
          (tap) => at(y + Math.floor(tap / 2), x + (tap % 2), Math.floor(o / 2)) * (depthwise[tap * 4 + o] as number),
        ),
      ),
    ),
  ],
  [
    'FULLY_CONNECTED on an image',
    one('FULLY_CONNECTED', [1, 3], { activation: 1 }, { w: float([3, 32], dense) }),
    [0, 1, 2].map((o) => Math.max(0, sum(Array.from(pixels, (value, i) => value * (dense[o * 32 + i] as number))))),
  ],
  [
    'weights of int8',
    one('FULLY_CONNECTED', [1, 1], {}, { w: { type: 'INT8', shape: [1, 32], data: Array(32).fill(-4), scale: 0.5 } }),
    [-2 * sum([...pixels])],
  ],
  [
    'AVERAGE_POOL_2D',
    one('AVERAGE_POOL_2D', [1, 2, 2, 2], { padding: 1, strideH: 2, strideW: 2, windowH: 2, windowW: 2 }),
    grid(
      2,
      2,
      2,
      (y, x, c) => sum(window(2, 2).map((tap) => at(2 * y + Math.floor(tap / 2), 2 * x + (tap % 2), c))) / 4,
    ),
  ],
  [
    'MEAN over rows and columns',
    one('MEAN', [1, 2], { keepDims: false }, { axes: int32s(1, 2) }),
    [0, 1].map((c) => sum(window(4, 4).map((i) => at(Math.floor(i / 4), i % 4, c))) / 16),
  ],
  [
    'ADD of a number a channel',
    one('ADD', [1, 4, 4, 2], {}, { c: float([2], [1, -1]) }),
    grid(4, 4, 2, (y, x, c) => at(y, x, c) + 1 - 2 * c),
  ],
  [
    'PAD',
    one('PAD', [1, 5, 6, 2], {}, { p: { type: 'INT32', shape: [4, 2], data: [0, 0, 1, 0, 0, 2, 0, 0] } }),
    grid(5, 6, 2, (y, x, c) => at(y - 1, x, c)),
  ],
  ['RESHAPE', one('RESHAPE', [1, 32], {}, { shape: int32s(1, 32) }), [...pixels]],
  ['LOGISTIC', one('LOGISTIC', [1, 4, 4, 2]), Array.from(pixels, (x) => 1 / (1 + Math.exp(-x)))],
  ['TRANSPOSE', one('TRANSPOSE', [1, 2, 4, 4], {}, { p: int32s(0, 3, 1, 2) }), grid(2, 4, 4, (c, y, x) => at(y, x, c))],
]

describe('float TFLite models', () => {
  it.each(cases)('%s', (_, spec, expected) => {
    const { graph } = readTfliteGraph(writeTflite(spec))
    const result = lastOf(graph, pixels)
    expect(result).toHaveLength(expected.length)
    result.forEach((value, index) => {
      expect(value).toBeCloseTo(expected[index] as number, 4)
    })
  })

  it('refuses what it does not have, and models that are quantized already', () => {
    const read = (spec: ModelSpec) => () => readTfliteGraph(writeTflite(spec), { name: 'm.tflite' })
    expect(read(one('TILE', [1, 4, 4, 2]))).toThrow('m.tflite: operator 0 TILE -> "y": the operator is not supported')
    expect(read(one('TILE', [1, 4, 4, 2]))).toThrow(ImportError)
    expect(read(one('RELU', [1, 4, 4, 3]))).toThrow('it computes [1,4,4,2], the file declares [1,4,4,3]')
    const int8 = one('RELU', [1, 2])
    expect(read({ ...int8, tensors: { ...int8.tensors, x: { shape: [1, 2], scale: 1 } } })).toThrow(
      'input "x" is INT8, not FLOAT32; int8 models need no quantization',
    )
    expect(() => readTfliteGraph(new Uint8Array(3))).toThrow('not a TFLite model')
  })
})
