import { elementCount, type Shape } from '../../isa/index.ts'
import { broadcastShape, type Layer, type LayerOf, sameShape, type WeightedLayer } from './layers.ts'
import { type SlidingLayer, slideAxes, tapsOf } from './window.ts'

function check(condition: boolean, message: string): void {
  if (!condition) throw new RangeError(message)
}

function checkWeights({ weights, bias }: WeightedLayer, shape: Shape, outputs: number): void {
  check(sameShape(weights.shape, shape), `weights are [${weights.shape}], expected [${shape}]`)
  check(
    weights.data.length === elementCount(shape),
    `weights have ${weights.data.length} numbers, not ${elementCount(shape)}`,
  )
  check(bias.length === outputs, `bias has ${bias.length} numbers, not ${outputs}`)
}

function checkImage(image: Shape): void {
  check(image.length === 4 && image[0] === 1, `input is [${image}], not an image [1, H, W, C]`)
}

function slideShape(layer: SlidingLayer, image: Shape): Shape {
  checkImage(image)
  const channels = image[3] as number
  if (layer.op === 'conv2d') {
    const [outputs = 0, tapsH = 0, tapsW = 0] = layer.weights.shape
    const { groups = 1 } = layer
    check(
      channels % groups === 0 && outputs % groups === 0,
      `${channels} and ${outputs} channels are no multiples of ${groups} groups`,
    )
    checkWeights(layer, [outputs, tapsH, tapsW, channels / groups], outputs)
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

function reducedShape({ axes, keepDims }: LayerOf<'mean' | 'max'>, input: Shape): Shape {
  check(axes.length > 0 && axes.every((axis) => axis >= 0 && axis < input.length), `axes ${axes} of [${input}]`)
  if (keepDims) return input.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const kept = input.filter((_, axis) => !axes.includes(axis))
  return kept.length > 0 ? kept : [1]
}

function matmulShape(a: Shape, b: Shape): Shape {
  check(a.length >= 2 && b.length >= 2 && a.at(-1) === b.at(-1), `[${a}] and [${b}] do not multiply`)
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2))
  if (!batch) throw new RangeError(`[${a}] and [${b}] do not broadcast`)
  return [...batch, a.at(-2) as number, b.at(-2) as number]
}

function concatShape(axis: number, shapes: readonly Shape[]): Shape {
  const [first = []] = shapes
  check(axis >= 0 && axis < first.length, `axis ${axis} of [${first}]`)
  for (const shape of shapes)
    check(
      sameShape(shape.with(axis, 0), first.with(axis, 0)),
      `[${first}] and [${shape}] do not join along axis ${axis}`,
    )
  return first.with(
    axis,
    shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0),
  )
}

/**
 * Shape of a layer's result.
 *
 * @param shapes - of all that the layer reads, its input first
 * @throws {RangeError} when the input, weights or bias do not fit
 */
export function layerShape(layer: Layer, shapes: readonly Shape[]): Shape {
  const [input = [], other = []] = shapes
  switch (layer.op) {
    case 'conv2d':
    case 'depthwiseConv2d':
    case 'maxPool':
    case 'avgPool':
      return slideShape(layer, input)
    case 'dense': {
      const inputs = input.at(-1) ?? 0
      check(input.length >= 2, `input is [${input}], not [.., I]`)
      checkWeights(layer, [layer.bias.length, inputs], layer.bias.length)
      return input.with(-1, layer.bias.length)
    }
    case 'matmul':
      return matmulShape(input, other)
    case 'globalAveragePool':
      checkImage(input)
      return [1, input[3] as number]
    case 'mean':
    case 'max':
      return reducedShape(layer, input)
    case 'argMax': {
      check(layer.axis >= 0 && layer.axis < input.length, `axis ${layer.axis} of [${input}]`)
      return input.length === 1 ? [1] : input.toSpliced(layer.axis, 1)
    }
    case 'flatten':
      return [1, elementCount(input)]
    case 'reshape':
      check(elementCount(layer.shape) === elementCount(input), `[${input}] does not reshape to [${layer.shape}]`)
      return layer.shape
    case 'transpose':
      check(
        [...layer.permutation].sort((a, b) => a - b).every((axis, index) => axis === index) &&
          layer.permutation.length === input.length,
        `[${layer.permutation}] is not a permutation of the axes of [${input}]`,
      )
      return layer.permutation.map((axis) => input[axis] as number)
    case 'pad':
      check(
        layer.before.length === input.length && layer.after.length === input.length,
        `pads [${layer.before}] and [${layer.after}] are not for [${input}]`,
      )
      return input.map((size, axis) => size + (layer.before[axis] as number) + (layer.after[axis] as number))
    case 'slice': {
      const isInside = layer.size.every((count, axis) => {
        const begin = layer.begin[axis] as number
        return begin >= 0 && count >= 1 && begin + (count - 1) * (layer.stride[axis] as number) < (input[axis] ?? 0)
      })
      check(
        isInside && layer.size.length === input.length,
        `[${layer.begin}] and [${layer.size}] are no range of [${input}]`,
      )
      return layer.size
    }
    case 'concat':
      return concatShape(layer.axis, shapes)
    case 'add':
    case 'sub':
    case 'mul':
    case 'maximum':
    case 'minimum': {
      const shape = broadcastShape(input, other)
      if (!shape) throw new RangeError(`[${input}] and [${other}] differ in shape`)
      return shape
    }
    case 'affine':
      check(
        layer.factor.length === input.at(-1) && layer.offset.length === input.at(-1),
        `${layer.factor.length} factors for [${input}]`,
      )
      return input
    case 'clip':
    case 'map':
    case 'softmax':
      return input
    case 'constant':
      return layer.tensor.shape
  }
}
