import { elementCount, type Shape } from '../../isa/index.ts'

/** Real numbers in row-major order. */
export type FloatTensor = { readonly shape: Shape; readonly data: Float32Array }

/** Function applied to a layer's result: `max(x, 0)` for relu, `min(max(x, 0), 6)` for relu6. */
export type Activation = 'none' | 'relu' | 'relu6'

/**
 * How windows treat the borders of an image: `valid` keeps them inside; `same` adds zeros, the odd row or column at the
 * end, such that the output size is `ceil(input / stride)`.
 */
export type Padding = 'valid' | 'same'

type Sliding = { readonly stride: readonly [number, number]; readonly padding: Padding }

type Weighted = { readonly weights: FloatTensor; readonly bias: Float32Array; readonly activation: Activation }

type Pooling = Sliding & { readonly window: readonly [number, number] }

/** What a layer computes. Images are NHWC with N = 1. */
export type LayerOperation =
  /** Weights [O, KH, KW, I]. */
  | ({ readonly op: 'conv2d' } & Sliding & Weighted)
  /** Weights [KH, KW, O]; output channel o reads input channel `floor(o / (O / I))`. */
  | ({ readonly op: 'depthwiseConv2d' } & Sliding & Weighted)
  /** Weights [O, I], input [1, I]. */
  | ({ readonly op: 'dense' } & Weighted)
  | ({ readonly op: 'maxPool' } & Pooling)
  /** Mean of the positions inside the image. */
  | ({ readonly op: 'avgPool' } & Pooling)
  /** [1, H, W, C] to [1, C]. */
  | { readonly op: 'globalAveragePool' }
  /** To [1, n]. */
  | { readonly op: 'flatten' }
  | { readonly op: 'reshape'; readonly shape: Shape }
  /** Sum with value `other`, of the same shape. */
  | { readonly op: 'add'; readonly other: number; readonly activation: Activation }
  /** Over the last axis. */
  | { readonly op: 'softmax' }

/**
 * A layer. Value 0 is the graph's input and value i + 1 the result of layer i; `input` is a value number, by default the
 * result of the layer before.
 */
export type Layer = { readonly name: string; readonly input?: number } & LayerOperation

/** Layers of one operation. */
export type LayerOf<Op extends Layer['op']> = Extract<Layer, { readonly op: Op }>

/** A trained network of one input; the last layer's result is its output. */
export type FloatGraph = { readonly inputShape: Shape; readonly layers: readonly Layer[] }

/** Where a window of `taps` lies along one axis of size `input`. */
export type Axis = {
  readonly input: number
  readonly taps: number
  readonly stride: number
  readonly padBefore: number
  readonly padAfter: number
  readonly output: number
}

function slideAxis(input: number, taps: number, stride: number, padding: Padding): Axis {
  const output = padding === 'same' ? Math.ceil(input / stride) : Math.floor((input - taps) / stride) + 1
  const padded = padding === 'same' ? Math.max(0, (output - 1) * stride + taps - input) : 0
  const padBefore = Math.floor(padded / 2)
  return { input, taps, stride, padBefore, padAfter: padded - padBefore, output }
}

/** Rows and columns of a window over an image [1, H, W, C]. */
export function slideAxes(
  { stride, padding }: Sliding,
  image: Shape,
  [tapsH, tapsW]: readonly [number, number],
): readonly [rows: Axis, columns: Axis] {
  return [
    slideAxis(image[1] as number, tapsH, stride[0], padding),
    slideAxis(image[2] as number, tapsW, stride[1], padding),
  ]
}

/** Rows and columns of taps of a layer that slides a window. */
export function tapsOf(
  layer: LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'> | LayerOf<'maxPool'> | LayerOf<'avgPool'>,
): readonly [number, number] {
  if (layer.op === 'maxPool' || layer.op === 'avgPool') return layer.window
  const first = layer.op === 'conv2d' ? 1 : 0
  return layer.weights.shape.slice(first, first + 2) as [number, number]
}

/** Number of the value that layer `index` reads. */
export function inputOf(graph: FloatGraph, index: number): number {
  return graph.layers[index]?.input ?? index
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new RangeError(message)
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

function checkWeights({ weights, bias }: Weighted, shape: Shape, outputs: number): void {
  check(sameShape(weights.shape, shape), `weights are [${weights.shape}], expected [${shape}]`)
  check(
    weights.data.length === elementCount(shape),
    `weights have ${weights.data.length} numbers, not ${elementCount(shape)}`,
  )
  check(bias.length === outputs, `bias has ${bias.length} numbers, not ${outputs}`)
}

function slideShape(layer: Parameters<typeof tapsOf>[0], image: Shape): Shape {
  check(image.length === 4, `input is [${image}], not an image [1, H, W, C]`)
  const channels = image[3] as number
  if (layer.op === 'conv2d') {
    const [outputs = 0, tapsH = 0, tapsW = 0] = layer.weights.shape
    checkWeights(layer, [outputs, tapsH, tapsW, channels], outputs)
  } else if (layer.op === 'depthwiseConv2d') {
    const [tapsH = 0, tapsW = 0, outputs = 0] = layer.weights.shape
    checkWeights(layer, [tapsH, tapsW, outputs], outputs)
    check(outputs % channels === 0, `${outputs} output channels are no multiple of ${channels} input channels`)
  }
  const [rows, columns] = slideAxes(layer, image, tapsOf(layer))
  check(rows.output >= 1 && columns.output >= 1, `window [${rows.taps}, ${columns.taps}] is larger than [${image}]`)
  const outputs = layer.op === 'conv2d' || layer.op === 'depthwiseConv2d' ? layer.bias.length : channels
  return [1, rows.output, columns.output, outputs]
}

function layerShape(layer: Layer, input: Shape, other: Shape | undefined): Shape {
  switch (layer.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'maxPool':
    case 'avgPool':
      return slideShape(layer, input)
    case 'dense': {
      const [rows, inputs = 0] = input
      check(input.length === 2 && rows === 1, `input is [${input}], not [1, I]`)
      checkWeights(layer, [layer.bias.length, inputs], layer.bias.length)
      return [1, layer.bias.length]
    }
    case 'globalAveragePool':
      check(input.length === 4, `input is [${input}], not an image [1, H, W, C]`)
      return [1, input[3] as number]
    case 'flatten':
      return [1, elementCount(input)]
    case 'reshape':
      check(elementCount(layer.shape) === elementCount(input), `[${input}] does not reshape to [${layer.shape}]`)
      return layer.shape
    case 'add':
      check(other !== undefined && sameShape(input, other), `[${input}] and [${other ?? ''}] differ in shape`)
      return input
    case 'softmax':
      return input
  }
}

/**
 * Shapes of all values of a graph, after checking every layer.
 *
 * @throws {RangeError} naming the layer whose input, weights or bias do not fit
 */
export function valueShapes(graph: FloatGraph): readonly Shape[] {
  check(graph.layers.length > 0, 'layers: a graph needs at least one')
  check(
    graph.inputShape.length >= 2 && graph.inputShape[0] === 1,
    `inputShape: [${graph.inputShape}] is not of one sample, [1, ..]`,
  )
  const shapes: Shape[] = [graph.inputShape]
  graph.layers.forEach((layer, index) => {
    const shapeAt = (value: number) => {
      const shape = shapes[value]
      if (!shape) throw new RangeError(`value ${value} is not known before layer ${index}`)
      return shape
    }
    try {
      const other = layer.op === 'add' ? shapeAt(layer.other) : undefined
      shapes.push(layerShape(layer, shapeAt(inputOf(graph, index)), other))
    } catch (error) {
      throw new RangeError(`layer ${layer.name} (${layer.op}): ${(error as Error).message}`, { cause: error })
    }
  })
  return shapes
}

/** Multiply-accumulates of one run: a product for each output element and weight that it reads, padding included. */
export function countMacs(graph: FloatGraph): number {
  const shapes = valueShapes(graph)
  return graph.layers.reduce((sum, layer, index) => {
    if (layer.op !== 'conv2d' && layer.op !== 'depthwiseConv2d' && layer.op !== 'dense') return sum
    const outputs = elementCount(shapes[index + 1] as Shape)
    return sum + (outputs * layer.weights.data.length) / layer.bias.length
  }, 0)
}
