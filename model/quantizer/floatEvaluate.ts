import { elementCount, type Shape } from '../../isa/index.ts'
import { elementFunction } from './elementFunctions.ts'
import { broadcastTo, joined, padded, reducedLast, sliced, transposed } from './evaluateShape.ts'
import { conv2d, dense, depthwiseConv2d, pool } from './evaluateWindow.ts'
import {
  type Activation,
  activationBounds,
  type FloatGraph,
  type FloatTensor,
  type Layer,
  type LayerOf,
  usesOf,
  valueShapes,
} from './floatGraph.ts'

/** `data` with its activation applied, as single-precision numbers. */
function finish(data: ArrayLike<number>, activation: Activation = 'none'): Float32Array {
  const [low, high] = activationBounds(activation)
  return Float32Array.from(data, (value) => Math.min(Math.max(value, low), high))
}

function globalAveragePool({ shape, data }: FloatTensor): Float64Array {
  const channels = shape[3] as number
  const means = new Float64Array(channels)
  for (let i = 0; i < data.length; i++)
    means[i % channels] = (means[i % channels] as number) + ((data[i] as number) * channels) / data.length
  return means
}

/** Applies a function to each run of elements that axes have together. */
function reduce(tensor: FloatTensor, axes: readonly number[], combine: (run: Float32Array) => number): Float64Array {
  const { data, count } = reducedLast(tensor, axes)
  return Float64Array.from({ length: data.length / count }, (_, index) =>
    combine(data.subarray(index * count, (index + 1) * count)),
  )
}

const mean = (run: Float32Array) => run.reduce((sum, value) => sum + value, 0) / run.length
const largest = (run: Float32Array) => run.reduce((a, b) => Math.max(a, b), -Infinity)

function softmax({ shape, data }: FloatTensor): Float64Array {
  const size = shape.at(-1) as number
  const result = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += size) {
    const row = data.subarray(start, start + size)
    const highest = largest(row)
    const exponentials = Float64Array.from(row, (value) => Math.exp(value - highest))
    const sum = exponentials.reduce((a, b) => a + b)
    result.set(
      exponentials.map((value) => value / sum),
      start,
    )
  }
  return result
}

type BinaryLayer = LayerOf<'add' | 'sub' | 'mul' | 'maximum' | 'minimum'>

const binaryFunctions: Readonly<Record<BinaryLayer['op'], (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  maximum: Math.max,
  minimum: Math.min,
}

function binary({ op }: BinaryLayer, left: FloatTensor, right: FloatTensor, shape: Shape): Float64Array {
  const [a, b] = [broadcastTo(left, shape), broadcastTo(right, shape)]
  const apply = binaryFunctions[op]
  return Float64Array.from(a, (value, index) => apply(value, b[index] as number))
}

function matmul(left: FloatTensor, right: FloatTensor, shape: Shape): Float64Array {
  const [rows, columns] = shape.slice(-2) as [number, number]
  const depth = left.shape.at(-1) as number
  const batch = shape.slice(0, -2)
  const a = broadcastTo(left, [...batch, rows, depth])
  const b = broadcastTo(right, [...batch, columns, depth])
  return Float64Array.from({ length: elementCount(shape) }, (_, index) => {
    const rowA = Math.floor(index / columns) * depth
    const rowB = (Math.floor(index / (rows * columns)) * columns + (index % columns)) * depth
    let sum = 0
    for (let k = 0; k < depth; k++) sum += (a[rowA + k] as number) * (b[rowB + k] as number)
    return sum
  })
}

function run(layer: Layer, operands: readonly FloatTensor[], shape: Shape): Float32Array {
  const [input, other] = operands as readonly [FloatTensor, FloatTensor]
  switch (layer.op) {
    case 'conv2d':
      return finish(conv2d(layer, input), layer.activation)
    case 'depthwiseConv2d':
      return finish(depthwiseConv2d(layer, input), layer.activation)
    case 'dense':
      return finish(dense(layer, input), layer.activation)
    case 'matmul':
      return finish(matmul(input, other, shape), layer.activation)
    case 'maxPool':
    case 'avgPool':
      return finish(pool(layer, input))
    case 'globalAveragePool':
      return finish(globalAveragePool(input))
    case 'mean':
      return finish(reduce(input, layer.axes, mean))
    case 'max':
      return finish(reduce(input, layer.axes, largest))
    case 'argMax':
      return finish(reduce(input, [layer.axis], (row) => row.indexOf(largest(row))))
    case 'flatten':
    case 'reshape':
      return input.data
    case 'transpose':
      return transposed(input, layer.permutation).data
    case 'pad':
      return padded(input, layer.before, shape)
    case 'slice':
      return sliced(input, layer.begin, layer.size, layer.stride)
    case 'concat':
      return joined(operands, layer.axis)
    case 'add':
    case 'sub':
    case 'mul':
    case 'maximum':
    case 'minimum':
      return finish(binary(layer, input, other, shape), layer.activation)
    case 'affine': {
      const { factor, offset, activation } = layer
      const scaled = Float64Array.from(
        input.data,
        (value, i) => value * (factor[i % factor.length] as number) + (offset[i % factor.length] as number),
      )
      return finish(scaled, activation)
    }
    case 'clip':
      return finish(input.data, layer.activation)
    case 'map':
      return finish(Float64Array.from(input.data, elementFunction(layer)))
    case 'softmax':
      return finish(softmax(input))
    case 'constant':
      return layer.tensor.data
  }
}

/**
 * Prepares a network to run in floating point: sums in double precision, results rounded to single.
 *
 * @returns what gives every value of the graph for one sample, row-major: the input, then the result of each layer. It
 * throws a {@link RangeError} when the sample has another size than the graph's input
 * @throws {RangeError} when a layer does not fit its input
 */
export function createFloatEvaluator(graph: FloatGraph): (input: Float32Array) => readonly FloatTensor[] {
  const shapes = valueShapes(graph)
  const uses = graph.layers.map((_, index) => usesOf(graph, index))
  return (input) => {
    if (input.length !== elementCount(graph.inputShape))
      throw new RangeError(
        `input: ${input.length} numbers, [${graph.inputShape}] has ${elementCount(graph.inputShape)}`,
      )
    const values: FloatTensor[] = [{ shape: graph.inputShape, data: input }]
    graph.layers.forEach((layer, index) => {
      const operands = (uses[index] as readonly number[]).map((value) => values[value] as FloatTensor)
      const shape = shapes[index + 1] as Shape
      values.push({ shape, data: run(layer, operands, shape) })
    })
    return values
  }
}

/** Every value of a graph for one sample: see {@link createFloatEvaluator}. */
export function evaluateFloat(graph: FloatGraph, input: Float32Array): readonly FloatTensor[] {
  return createFloatEvaluator(graph)(input)
}
