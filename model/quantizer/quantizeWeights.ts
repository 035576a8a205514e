import { clamp, INT32_MAX, INT32_MIN, type Tensor, tensorOf } from '../../isa/index.ts'
import { roundHalfAway } from '../quantization.ts'
import { channelOfWeight, type WeightedLayer, weightsPerChannel } from './layers.ts'

const INT8_STEPS = 255
/** Weights are symmetric around 0 and leave out -128. */
const WEIGHT_MAX = 127
/** Largest bias. Products fill the other half of int32: see {@link MAX_PRODUCTS}. */
const BIAS_MAX = 2 ** 30
/** Products of a weight and an activation, each below 127 * 255, whose sum stays below 2^30. */
const MAX_PRODUCTS = Math.floor(BIAS_MAX / (WEIGHT_MAX * INT8_STEPS))

/** Weights and bias of a layer as integers, with a scale for each output channel. */
export type QuantizedWeights = {
  readonly scales: readonly number[]
  readonly weights: Tensor
  /** In steps of input scale times weight scale. */
  readonly bias: Tensor
}

/** Weights in [-127, 127] with a scale for each output channel that spreads its largest over them. */
function chooseWeights(layer: WeightedLayer, inputScale: number): QuantizedWeights {
  const { weights, bias } = layer
  const perChannel = weightsPerChannel(layer)
  if (perChannel > MAX_PRODUCTS)
    throw new RangeError(
      `layer ${layer.name}: ${perChannel} weights a channel, at most ${MAX_PRODUCTS} fit an int32 sum`,
    )
  const channelOf = channelOfWeight(layer)
  const largest = new Float64Array(bias.length)
  weights.data.forEach((weight, index) => {
    const channel = channelOf(index)
    largest[channel] = Math.max(largest[channel] as number, Math.abs(weight))
  })
  // Where weights are tiny beside the bias their scale follows the bias, which must fit; all zeros: any scale will do.
  const scales = Array.from(bias, (value, channel) => {
    const forWeights = (largest[channel] as number) / WEIGHT_MAX
    return Math.fround(Math.max(forWeights, Math.abs(value) / (inputScale * BIAS_MAX))) || 1
  })
  const quantized = Array.from(weights.data, (weight, index) =>
    clamp(roundHalfAway(weight / (scales[channelOf(index)] as number)), -WEIGHT_MAX, WEIGHT_MAX),
  )
  return {
    scales,
    weights: tensorOf('int8', weights.shape, quantized),
    bias: quantizeBias(bias, inputScale, scales),
  }
}

function quantizeBias(bias: Float32Array, inputScale: number, scales: readonly number[]): Tensor {
  const steps = Array.from(bias, (value, channel) => {
    const step = roundHalfAway(value / (inputScale * (scales[channel] as number)))
    return clamp(step, INT32_MIN, INT32_MAX)
  })
  return tensorOf('int32', [bias.length], steps)
}

/**
 * Weights and bias of a layer as integers: those that its file gives, or chosen.
 *
 * @throws {RangeError} naming the layer, when sums of chosen weights could overflow int32
 */
export function quantizeWeights(layer: WeightedLayer, inputScale: number): QuantizedWeights {
  const { given, bias, weights } = layer
  if (!given) return chooseWeights(layer, inputScale)
  return {
    scales: given.scales,
    weights: tensorOf('int8', weights.shape, given.weights),
    bias: given.bias ? tensorOf('int32', [bias.length], given.bias) : quantizeBias(bias, inputScale, given.scales),
  }
}
