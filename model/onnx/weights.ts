import { elementCount, type Shape } from '../../isa/index.ts'
import type { FloatTensor, GivenWeights } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import { type Known, type QuantizedConstant, sameQuantization, type Translation } from './translation.ts'

/** Positions of a tensor's elements, in the order that a permutation of its axes gives them. */
function permutedPositions(shape: Shape, permutation: readonly number[]): Uint32Array {
  const moved = permutation.map((axis) => shape[axis] as number)
  const strides = permutation.map((axis) => elementCount(shape.slice(axis + 1)))
  return Uint32Array.from({ length: elementCount(shape) }, (_, index) => {
    let [rest, at] = [index, 0]
    for (let axis = moved.length - 1; axis >= 0; axis--) {
      at += (rest % (moved[axis] as number)) * (strides[axis] as number)
      rest = Math.floor(rest / (moved[axis] as number))
    }
    return at
  })
}

/** A known tensor with its axes in another order. */
export function permuteKnown({ constant, quantized }: Known, permutation: readonly number[]): Known {
  const positions = permutedPositions(constant.shape, permutation)
  const move = (values: Float64Array) => Float64Array.from(positions, (at) => values[at] as number)
  const moved = {
    constant: {
      ...constant,
      shape: permutation.map((axis) => constant.shape[axis] as number),
      values: move(constant.values),
    },
  }
  if (!quantized) return moved
  const axis = permutation.indexOf(quantized.axis)
  return { ...moved, quantized: { ...quantized, axis, values: move(quantized.values) } }
}

/** A known tensor in another shape, which may put several axes into one; scales along an axis are lost there. */
export function reshapeKnown({ constant, quantized }: Known, shape: Shape): Known {
  const reshaped = { constant: { ...constant, shape } }
  return quantized?.scales.length === 1 ? { ...reshaped, quantized: { ...quantized, axis: 0 } } : reshaped
}

/** int8 weights less their zero point, undefined where they don't fit int8. */
function centred({ values, zeroPoints }: QuantizedConstant, channelOf: (index: number) => number) {
  const isOne = zeroPoints.length === 1
  const shifted = values.map((value, index) => value - (zeroPoints[isOne ? 0 : channelOf(index)] as number))
  return shifted.every((value) => value >= -128 && value <= 127) ? Int8Array.from(shifted) : undefined
}

/** Weights for a layer, with the file's integers if it has them; `isWide` where those don't fit int8. */
export type LayerWeights = { readonly weights: FloatTensor; readonly given?: GivenWeights; readonly isWide?: boolean }

/**
 * Weights for a layer: axes permuted, then reshaped.
 *
 * @param outputAxis - axis of the file's tensor that output channels lie along
 * @param channelOf - output channel of each weight in its new place
 */
export function layerWeights(
  known: Known,
  permutation: readonly number[],
  shape: Shape,
  outputAxis: number,
  channelOf: (index: number) => number,
): LayerWeights {
  const { constant, quantized } = permuteKnown(known, permutation)
  const weights = { shape, data: Float32Array.from(constant.values) }
  if (!quantized) return { weights }
  const channels = known.constant.shape[outputAxis] as number
  const { scales } = quantized
  ensureSupported(
    scales.length === 1 || quantized.axis === permutation.indexOf(outputAxis),
    'its weights are quantized along an axis other than their output channels',
  )
  ensureSupported(quantized.type === 'int8', 'its weights are int32')
  const integers = centred(quantized, channelOf)
  if (!integers) return { weights, isWide: true }
  const perChannel = scales.length === 1 ? new Array<number>(channels).fill(scales[0] as number) : scales
  return { weights, given: { weights: integers, scales: perChannel } }
}

/** The bias of a layer; the file's integers too, where they count in sums of the given weights. */
export function layerBias(
  translation: Translation,
  input: number,
  bias: Known | undefined,
  channels: number,
  given: GivenWeights | undefined,
): { readonly bias: Float32Array; readonly given?: GivenWeights } {
  const reals = new Float32Array(channels)
  if (bias) {
    const { values } = bias.constant
    ensureSupported(values.length === channels, `its bias has ${values.length} numbers, not ${channels}`)
    reals.set(values)
  }
  if (!given) return { bias: reals }
  const quantized = bias?.quantized
  const scale = translation.quantizationOf(input)?.scale
  if (quantized?.type !== 'int32' || scale === undefined) return { bias: reals, given }
  const isInSums = given.scales.every((weightScale, channel) => {
    const own = quantized.scales[quantized.scales.length === 1 ? 0 : channel] as number
    return sameQuantization({ scale: own, zeroPoint: 0 }, { scale: Math.fround(scale * weightScale), zeroPoint: 0 })
  })
  return { bias: reals, given: isInSums ? { ...given, bias: Int32Array.from(quantized.values) } : given }
}
