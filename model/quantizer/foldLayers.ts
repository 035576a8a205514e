import { channelOfWeight, isWeighted, type Layer, type LayerOf, type WeightedLayer } from './layers.ts'

/** `layer` with its weights and bias times a factor of each output channel, and an offset added. */
function scaleWeights<L extends WeightedLayer>(layer: L, { factor, offset, activation }: LayerOf<'affine'>): L {
  const channelOf = channelOfWeight(layer)
  const { weights, bias } = layer
  return {
    ...layer,
    weights: { ...weights, data: weights.data.map((weight, index) => weight * (factor[channelOf(index)] as number)) },
    bias: bias.map((value, channel) => value * (factor[channel] as number) + (offset[channel] as number)),
    activation,
  }
}

/** A factor and an offset taken into the layer that makes their input; undefined where they can't be. */
export function foldAffine(producer: Layer, affine: LayerOf<'affine'>): Layer | undefined {
  if (isWeighted(producer))
    return producer.activation === 'none' && !producer.given ? scaleWeights(producer, affine) : undefined
  if (producer.op !== 'affine' || producer.activation !== 'none') return undefined
  const { factor, offset, activation } = affine
  return {
    ...producer,
    factor: producer.factor.map((value, channel) => value * (factor[channel] as number)),
    offset: producer.offset.map((value, channel) => value * (factor[channel] as number) + (offset[channel] as number)),
    activation,
  }
}

/** An activation taken into the layer that makes its input; undefined where it can't be. */
export function foldActivation(producer: Layer, { activation }: LayerOf<'clip'>): Layer | undefined {
  return 'activation' in producer && producer.activation === 'none' ? { ...producer, activation } : undefined
}

/** Zeros around an image taken into the convolution that reads it; undefined where they can't be. */
export function foldPad({ before, after }: LayerOf<'pad'>, layer: Layer): Layer | undefined {
  if (layer.op !== 'conv2d' && layer.op !== 'depthwiseConv2d') return undefined
  const { padding } = layer
  if (padding === 'same') return undefined
  const isSpatial = [0, 3].every((axis) => before[axis] === 0 && after[axis] === 0)
  if (!isSpatial) return undefined
  const own = padding === 'valid' ? { top: 0, left: 0, bottom: 0, right: 0 } : padding
  return {
    ...layer,
    padding: {
      top: own.top + (before[1] as number),
      left: own.left + (before[2] as number),
      bottom: own.bottom + (after[1] as number),
      right: own.right + (after[2] as number),
    },
  }
}

/** A dense layer whose input is read in another order: input `order[i]` takes the place of input i. */
export function reorderInputs(layer: LayerOf<'dense'>, order: ArrayLike<number>): LayerOf<'dense'> {
  const depth = order.length
  const moved = <T extends Float32Array | Int8Array>(data: T): T => {
    const result = data.slice() as T
    for (let index = 0; index < data.length; index++) {
      const row = Math.floor(index / depth) * depth
      result[row + (order[index - row] as number)] = data[index] as number
    }
    return result
  }
  const { weights, given } = layer
  const reordered = { ...layer, weights: { ...weights, data: moved(weights.data) } }
  return given ? { ...reordered, given: { ...given, weights: moved(given.weights) } } : reordered
}
