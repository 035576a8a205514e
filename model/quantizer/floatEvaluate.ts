import { elementCount, type Shape } from '../../isa/index.ts'
import {
  type Activation,
  type Axis,
  type FloatGraph,
  type FloatTensor,
  inputOf,
  type Layer,
  type LayerOf,
  slideAxes,
  tapsOf,
  valueShapes,
} from './floatGraph.ts'

/** `data` with its activation applied, as single-precision numbers. */
function finish(data: ArrayLike<number>, activation: Activation = 'none'): Float32Array {
  const low = activation === 'none' ? -Infinity : 0
  const high = activation === 'relu6' ? 6 : Infinity
  return Float32Array.from(data, (value) => Math.min(Math.max(value, low), high))
}

/** Visits each tap of each position of a window that lies inside the image, by their row-major numbers. */
function forEachTap(
  [rows, columns]: readonly [Axis, Axis],
  visit: (position: number, pixel: number, tap: number) => void,
): void {
  for (let oy = 0; oy < rows.output; oy++)
    for (let ox = 0; ox < columns.output; ox++)
      for (let ky = 0; ky < rows.taps; ky++) {
        const y = oy * rows.stride - rows.padBefore + ky
        if (y < 0 || y >= rows.input) continue
        for (let kx = 0; kx < columns.taps; kx++) {
          const x = ox * columns.stride - columns.padBefore + kx
          if (x < 0 || x >= columns.input) continue
          visit(oy * columns.output + ox, y * columns.input + x, ky * columns.taps + kx)
        }
      }
}

function conv2d(layer: LayerOf<'conv2d'>, { shape, data }: FloatTensor): Float64Array {
  const { weights, bias } = layer
  const axes = slideAxes(layer, shape, tapsOf(layer))
  const [rows, columns] = axes
  const [outputs, inputs, taps] = [bias.length, shape[3] as number, rows.taps * columns.taps]
  const sums = Float64Array.from(
    { length: rows.output * columns.output * outputs },
    (_, i) => bias[i % outputs] as number,
  )
  forEachTap(axes, (position, pixel, tap) => {
    for (let o = 0; o < outputs; o++) {
      let sum = 0
      for (let i = 0; i < inputs; i++)
        sum += (data[pixel * inputs + i] as number) * (weights.data[(o * taps + tap) * inputs + i] as number)
      sums[position * outputs + o] = (sums[position * outputs + o] as number) + sum
    }
  })
  return sums
}

function depthwiseConv2d(layer: LayerOf<'depthwiseConv2d'>, { shape, data }: FloatTensor): Float64Array {
  const { weights, bias } = layer
  const axes = slideAxes(layer, shape, tapsOf(layer))
  const [rows, columns] = axes
  const [outputs, inputs] = [bias.length, shape[3] as number]
  const multiplier = outputs / inputs
  const sums = Float64Array.from(
    { length: rows.output * columns.output * outputs },
    (_, i) => bias[i % outputs] as number,
  )
  forEachTap(axes, (position, pixel, tap) => {
    for (let o = 0; o < outputs; o++) {
      const product =
        (data[pixel * inputs + Math.floor(o / multiplier)] as number) * (weights.data[tap * outputs + o] as number)
      sums[position * outputs + o] = (sums[position * outputs + o] as number) + product
    }
  })
  return sums
}

function dense({ weights, bias }: LayerOf<'dense'>, { data }: FloatTensor): Float64Array {
  return Float64Array.from(bias, (start, o) =>
    data.reduce((sum, value, i) => sum + value * (weights.data[o * data.length + i] as number), start),
  )
}

function pool(layer: LayerOf<'maxPool'> | LayerOf<'avgPool'>, { shape, data }: FloatTensor): Float64Array {
  const axes = slideAxes(layer, shape, layer.window)
  const channels = shape[3] as number
  const positions = axes[0].output * axes[1].output
  const isMax = layer.op === 'maxPool'
  const result = new Float64Array(positions * channels).fill(isMax ? -Infinity : 0)
  const counts = new Float64Array(positions)
  forEachTap(axes, (position, pixel) => {
    counts[position] = (counts[position] as number) + 1
    for (let c = 0; c < channels; c++) {
      const value = data[pixel * channels + c] as number
      const before = result[position * channels + c] as number
      result[position * channels + c] = isMax ? Math.max(before, value) : before + value
    }
  })
  return isMax ? result : result.map((sum, i) => sum / (counts[Math.floor(i / channels)] as number))
}

function globalAveragePool({ shape, data }: FloatTensor): Float64Array {
  const channels = shape[3] as number
  const means = new Float64Array(channels)
  for (let i = 0; i < data.length; i++)
    means[i % channels] = (means[i % channels] as number) + ((data[i] as number) * channels) / data.length
  return means
}

function softmax({ shape, data }: FloatTensor): Float64Array {
  const size = shape.at(-1) as number
  const result = new Float64Array(data.length)
  for (let start = 0; start < data.length; start += size) {
    const row = data.subarray(start, start + size)
    const largest = Math.max(...row)
    const exponentials = Float64Array.from(row, (value) => Math.exp(value - largest))
    const sum = exponentials.reduce((a, b) => a + b)
    result.set(
      exponentials.map((value) => value / sum),
      start,
    )
  }
  return result
}

function run(layer: Layer, input: FloatTensor, valueAt: (value: number) => FloatTensor): Float32Array {
  switch (layer.op) {
    case 'conv2d':
      return finish(conv2d(layer, input), layer.activation)
    case 'depthwiseConv2d':
      return finish(depthwiseConv2d(layer, input), layer.activation)
    case 'dense':
      return finish(dense(layer, input), layer.activation)
    case 'maxPool':
    case 'avgPool':
      return finish(pool(layer, input))
    case 'globalAveragePool':
      return finish(globalAveragePool(input))
    case 'flatten':
    case 'reshape':
      return input.data
    case 'add': {
      const other = valueAt(layer.other).data
      return finish(
        input.data.map((value, i) => value + (other[i] as number)),
        layer.activation,
      )
    }
    case 'softmax':
      return finish(softmax(input))
  }
}

/**
 * Runs a network in floating point: sums in double precision, results rounded to single.
 *
 * @param input - one sample, row-major
 * @returns every value of the graph: the input, then the result of each layer
 * @throws {RangeError} when a layer does not fit its input, or `input` has another size than the graph's input
 */
export function evaluateFloat(graph: FloatGraph, input: Float32Array): readonly FloatTensor[] {
  const shapes = valueShapes(graph)
  if (input.length !== elementCount(graph.inputShape))
    throw new RangeError(`input: ${input.length} numbers, [${graph.inputShape}] has ${elementCount(graph.inputShape)}`)
  const values: FloatTensor[] = [{ shape: graph.inputShape, data: input }]
  graph.layers.forEach((layer, index) => {
    const data = run(layer, values[inputOf(graph, index)] as FloatTensor, (value) => values[value] as FloatTensor)
    values.push({ shape: shapes[index + 1] as Shape, data })
  })
  return values
}
