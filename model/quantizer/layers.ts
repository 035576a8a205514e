import { elementCount, type Shape } from '../../isa/index.ts'
import type { Quantization } from '../quantization.ts'

/** Real numbers in row-major order. */
export type FloatTensor = { readonly shape: Shape; readonly data: Float32Array }

/**
 * Function applied to a layer's result: `max(x, 0)` for relu, `min(max(x, 0), 6)` for relu6, a clamp between two bounds
 * (which may be infinite) for a pair.
 */
export type Activation = 'none' | 'relu' | 'relu6' | readonly [low: number, high: number]

/** Rows and columns of zeros around an image. */
export type Pads = { readonly top: number; readonly left: number; readonly bottom: number; readonly right: number }

/**
 * How windows treat the borders of an image: `valid` keeps them inside; `same` adds zeros, the odd row or column at the
 * end, such that the output size is `ceil(input / stride)`; or as many rows and columns as are given.
 */
export type Padding = 'valid' | 'same' | Pads

type Sliding = {
  readonly stride: readonly [number, number]
  readonly padding: Padding
  /** Distance of taps; 1 where it is not given. */
  readonly dilation?: readonly [number, number]
}

/** Weights as integers that a file gives: `weight = quantized * scale of its output channel`, and the bias in sums. */
export type GivenWeights = {
  /** In the order of the real weights. */
  readonly weights: Int8Array
  /** One for each output channel. */
  readonly scales: readonly number[]
  /** In steps of input scale times weight scale; none where the real bias is to be quantized. */
  readonly bias?: Int32Array
}

type Weighted = {
  readonly weights: FloatTensor
  readonly bias: Float32Array
  readonly activation: Activation
  readonly given?: GivenWeights
}

type Pooling = Sliding & { readonly window: readonly [number, number] }

/** Operations that have the same fields. */
type Each<Op, Fields> = Op extends unknown ? { readonly op: Op } & Fields : never

type Binary = { readonly other: number; readonly activation: Activation }

/** Functions of one number. */
export type ElementFunction =
  | 'sigmoid'
  | 'tanh'
  | 'leakyRelu'
  | 'elu'
  | 'selu'
  | 'hardSigmoid'
  | 'hardSwish'
  | 'silu'
  | 'softplus'
  | 'gelu'
  | 'exp'
  | 'sqrt'
  | 'abs'

/** What a layer computes. Images are NHWC with N = 1. */
export type LayerOperation =
  /** Weights [O, KH, KW, I / groups]. */
  | ({ readonly op: 'conv2d'; readonly groups?: number } & Sliding & Weighted)
  /** Weights [KH, KW, O]; output channel o reads input channel `floor(o / (O / I))`. */
  | ({ readonly op: 'depthwiseConv2d' } & Sliding & Weighted)
  /** Weights [O, I], input [.., I]. */
  | ({ readonly op: 'dense' } & Weighted)
  /** Input [.., M, K] times value `other` [.., N, K], the contracted axis innermost in both. */
  | ({ readonly op: 'matmul' } & Binary)
  | ({ readonly op: 'maxPool' } & Pooling)
  /** Mean of the positions inside the image. */
  | ({ readonly op: 'avgPool' } & Pooling)
  /** [1, H, W, C] to [1, C]. */
  | { readonly op: 'globalAveragePool' }
  /** Mean or largest along axes. */
  | Each<'mean' | 'max', { readonly axes: readonly number[]; readonly keepDims: boolean }>
  /** Position of the largest along an axis, which disappears. */
  | { readonly op: 'argMax'; readonly axis: number }
  /** To [1, n]. */
  | { readonly op: 'flatten' }
  | { readonly op: 'reshape'; readonly shape: Shape }
  /** Axis `permutation[i]` becomes axis i. */
  | { readonly op: 'transpose'; readonly permutation: readonly number[] }
  /** Zeros around. */
  | { readonly op: 'pad'; readonly before: readonly number[]; readonly after: readonly number[] }
  | {
      readonly op: 'slice'
      readonly begin: readonly number[]
      readonly size: readonly number[]
      readonly stride: readonly number[]
    }
  /** The input and then `others`, along an axis. */
  | { readonly op: 'concat'; readonly others: readonly number[]; readonly axis: number }
  /** With value `other`; axes of one element broadcast. */
  | Each<'add' | 'sub' | 'mul' | 'maximum' | 'minimum', Binary>
  /** `x * factor[c] + offset[c]`, c along the last axis. */
  | {
      readonly op: 'affine'
      readonly factor: Float32Array
      readonly offset: Float32Array
      readonly activation: Activation
    }
  /** The activation alone. */
  | { readonly op: 'clip'; readonly activation: Activation }
  | { readonly op: 'map'; readonly apply: ElementFunction; readonly alpha?: number; readonly beta?: number }
  /** Over the last axis. */
  | { readonly op: 'softmax' }
  /** Known numbers; reads nothing. */
  | { readonly op: 'constant'; readonly tensor: FloatTensor }

/**
 * A layer. Value 0 is the graph's input and value i + 1 the result of layer i; `input` is a value number, by default the
 * result of the layer before.
 */
export type Layer = { readonly name: string; readonly input?: number } & LayerOperation

/** Layers of one operation. */
export type LayerOf<Op extends Layer['op']> = Extract<Layer, { readonly op: Op }>

/** How integers stand for the reals of a value that a file quantizes; sums stay int32. */
export type GivenQuantization = Quantization & { readonly dtype?: 'int32' }

/** A trained network of one input. */
export type FloatGraph = {
  readonly inputShape: Shape
  readonly layers: readonly Layer[]
  /** Value numbers; the last layer's result where they are not given. */
  readonly outputs?: readonly number[]
  /** Quantizations that are not to be chosen, by value. */
  readonly given?: ReadonlyMap<number, GivenQuantization>
}

/** Layers that contract with weights of their own. */
export type WeightedLayer = LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'> | LayerOf<'dense'>

/** Whether a layer contracts with weights of its own. */
export function isWeighted(layer: Layer): layer is WeightedLayer {
  return layer.op === 'conv2d' || layer.op === 'depthwiseConv2d' || layer.op === 'dense'
}

/** Whether a layer's result holds values of its input and no others, but for zeros. */
export function isMove({ op }: Layer): boolean {
  return ['maxPool', 'max', 'flatten', 'reshape', 'transpose', 'pad', 'slice'].includes(op)
}

/** Number of the value that layer `index` reads. */
export function inputOf(graph: FloatGraph, index: number): number {
  return graph.layers[index]?.input ?? index
}

/** Numbers of the values that a graph gives. */
export function outputsOf({ layers, outputs }: FloatGraph): readonly number[] {
  return outputs ?? [layers.length]
}

/** Numbers of all values that layer `index` reads. */
export function usesOf(graph: FloatGraph, index: number): readonly number[] {
  const layer = graph.layers[index] as Layer
  if (layer.op === 'constant') return []
  const first = inputOf(graph, index)
  if ('other' in layer) return [first, layer.other]
  return layer.op === 'concat' ? [first, ...layer.others] : [first]
}

/** The layer, reading other values: as many as {@link usesOf} gives. */
export function withUses(layer: Layer, uses: readonly number[]): Layer {
  const [input, ...others] = uses
  if (input === undefined) return layer
  if ('other' in layer) return { ...layer, input, other: others[0] as number }
  return layer.op === 'concat' ? { ...layer, input, others } : { ...layer, input }
}

/** Real bounds of an activation. */
export function activationBounds(activation: Activation): readonly [low: number, high: number] {
  if (activation === 'none') return [-Infinity, Infinity]
  if (activation === 'relu') return [0, Infinity]
  return activation === 'relu6' ? [0, 6] : activation
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** The shape that two shapes broadcast to, undefined where they do not. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length)
  const sizes = Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    return left === right || right === 1 ? left : left === 1 ? right : 0
  })
  return sizes.includes(0) ? undefined : sizes
}

/** Weights of one output channel. */
export function weightsPerChannel({ weights, bias }: WeightedLayer): number {
  return elementCount(weights.shape) / bias.length
}

/** Output channel that each weight belongs to, by the weight's position. */
export function channelOfWeight(layer: WeightedLayer): (index: number) => number {
  const channels = layer.bias.length
  const perChannel = weightsPerChannel(layer)
  return layer.op === 'depthwiseConv2d' ? (index) => index % channels : (index) => Math.floor(index / perChannel)
}
