import type { GivenWeights, LayerOperation } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import type { OnnxNode } from './reader.ts'
import {
  type Computed,
  channelsLast,
  isKnown,
  type Known,
  layerName,
  plainOrder,
  type Translation,
} from './translation.ts'
import { type LayerWeights, layerBias, layerWeights, permuteKnown, reshapeKnown } from './weights.ts'
import { asImage, type ImageWindow, readWindow } from './window.ts'

/** Weights, bias and the file's integers for both, as a layer has them. */
function weightedFields(
  { weights }: LayerWeights,
  { bias, given }: { readonly bias: Float32Array; readonly given?: GivenWeights },
) {
  return { weights, bias, activation: 'none' as const, ...(given ? { given } : {}) }
}

/** A convolution of one tap with weights that don't fit int8 less their zero point: a product with a constant. */
function addWidePointwise(translation: Translation, node: OnnxNode, x: Computed, weights: Known): number {
  const name = layerName(node)
  const [outputs, inputs] = weights.constant.shape as readonly [number, number]
  const matrix = reshapeKnown(weights, [outputs, inputs])
  ensureSupported(matrix.quantized !== undefined, 'its weights have several scales and do not fit int8')
  const { constant, quantized } = matrix
  const other = translation.add(`${name} weights`, {
    op: 'constant',
    tensor: { shape: constant.shape, data: Float32Array.from(constant.values) },
  })
  translation.given.set(other, {
    scale: quantized.scales[0] as number,
    zeroPoint: quantized.zeroPoints[0] as number,
  })
  return translation.add(name, { op: 'matmul', other, activation: 'none' }, translation.arranged(x, channelsLast(4)))
}

function isPointwise({ window, stride, padding }: ImageWindow): boolean {
  const pads = typeof padding === 'object' ? Object.values(padding) : [0]
  return [...window, ...stride].every((size) => size === 1) && pads.every((size) => size === 0)
}

/** Conv, in one or two dimensions, plain, grouped or depthwise. */
export function translateConv(translation: Translation, node: OnnxNode): void {
  const { image, restore } = asImage(translation, node, translation.computed(node, 0))
  const filters = translation.known(node, 1)
  ensureSupported(filters !== undefined, 'its weights are not a constant')
  const rank = filters.constant.shape.length
  ensureSupported(rank === 4 || rank === 3, `its weights have rank ${rank}`)
  const shape = rank === 4 ? filters.constant.shape : filters.constant.shape.toSpliced(2, 0, 1)
  const known: Known = rank === 4 ? filters : insertAxis(filters)
  const [outputs, depth, tapsH, tapsW] = shape as readonly [number, number, number, number]
  const groups = node.attributes.integer('group', 1)
  const channels = image.shape[1] as number
  ensureSupported(depth * groups === channels, `its weights are for ${depth * groups} channels, not ${channels}`)
  const input = translation.arranged(image, channelsLast(4))
  const window = readWindow(node, image.shape, [tapsH, tapsW])
  const isDepthwise = groups === channels && groups > 1
  const weights = isDepthwise
    ? layerWeights(known, [2, 3, 1, 0], [tapsH, tapsW, outputs], 0, (index) => index % outputs)
    : layerWeights(known, [0, 2, 3, 1], [outputs, tapsH, tapsW, depth], 0, (index) =>
        Math.floor(index / (depth * tapsH * tapsW)),
      )
  const bias = translation.has(node, 2) ? translation.known(node, 2) : undefined
  ensureSupported(bias !== undefined || !translation.has(node, 2), 'its bias is not a constant')
  const finish = (value: number, height: number, width: number) =>
    translation.bind(node, restore({ value, order: channelsLast(4), shape: [1, outputs, height, width] }))
  if (weights.isWide) {
    ensureSupported(
      isPointwise(window) && groups === 1 && !bias,
      'its weights less their zero point do not fit int8, which only a product without bias can do',
    )
    const value = addWidePointwise(translation, node, image, known)
    finish(value, image.shape[2] as number, image.shape[3] as number)
    return
  }
  const fields = weightedFields(weights, layerBias(translation, input, bias, outputs, weights.given))
  const { window: _, ...sliding } = window
  const operation: LayerOperation = isDepthwise
    ? { op: 'depthwiseConv2d', ...sliding, ...fields }
    : { op: 'conv2d', groups, ...sliding, ...fields }
  const value = translation.add(layerName(node), operation, input)
  const [, height = 0, width = 0] = translation.shapes[value] ?? []
  finish(value, height, width)
}

/** Weights of one dimension as those of a window of one row. */
function insertAxis({ constant, quantized }: Known): Known {
  const shape = constant.shape.toSpliced(2, 0, 1)
  return quantized ? { constant: { ...constant, shape }, quantized } : { constant: { ...constant, shape } }
}

/** Adds a dense layer with weights [K, N], or [N, K] where transposed. */
function addDense(
  translation: Translation,
  node: OnnxNode,
  input: number,
  matrix: Known,
  isTransposed: boolean,
  bias: Known | undefined,
): number {
  const [first = 0, second = 0] = matrix.constant.shape
  const [inputs, outputs] = isTransposed ? [second, first] : [first, second]
  const [permutation, outputAxis] = isTransposed ? [[0, 1], 0] : [[1, 0], 1]
  const weights = layerWeights(matrix, permutation, [outputs, inputs], outputAxis, (index) =>
    Math.floor(index / inputs),
  )
  ensureSupported(!weights.isWide || !bias, 'its weights less their zero point do not fit int8')
  if (weights.isWide) return addProduct(translation, node, input, permuteKnown(matrix, permutation))
  const fields = weightedFields(weights, layerBias(translation, input, bias, outputs, weights.given))
  return translation.add(layerName(node), { op: 'dense', ...fields }, input)
}

/** Adds a product with a known tensor [.., N, K] that is quantized as a whole. */
function addProduct(translation: Translation, node: OnnxNode, input: number, { constant, quantized }: Known): number {
  const name = layerName(node)
  const other = translation.add(`${name} weights`, {
    op: 'constant',
    tensor: { shape: constant.shape, data: Float32Array.from(constant.values) },
  })
  if (quantized) {
    ensureSupported(quantized.scales.length === 1, 'its weights have several scales and are more than one matrix')
    translation.given.set(other, {
      scale: quantized.scales[0] as number,
      zeroPoint: quantized.zeroPoints[0] as number,
    })
  }
  return translation.add(name, { op: 'matmul', other, activation: 'none' }, input)
}

/** Last two axes swapped. */
function swapped(rank: number): number[] {
  return [...plainOrder(rank - 2), rank - 1, rank - 2]
}

/** MatMul: a dense layer where the right operand is a known matrix, else a product of two tensors. */
export function translateMatMul(translation: Translation, node: OnnxNode): void {
  const left = translation.computed(node, 0)
  ensureSupported(left.shape.length >= 2, `its left operand has rank ${left.shape.length}`)
  const input = translation.arranged(left, plainOrder(left.shape.length))
  const value = addMatMul(translation, node, input)
  const shape = translation.shapes[value] ?? []
  translation.bind(node, { value, order: plainOrder(shape.length), shape })
}

function addMatMul(translation: Translation, node: OnnxNode, input: number): number {
  const right = translation.bound(node, 1)
  const rank = isKnown(right) ? right.constant.shape.length : right.shape.length
  ensureSupported(rank >= 2, `its right operand has rank ${rank}`)
  if (isKnown(right))
    return rank === 2
      ? addDense(translation, node, input, right, false, undefined)
      : addProduct(translation, node, input, permuteKnown(right, swapped(rank)))
  const other = translation.arranged(translation.computed(node, 1), swapped(rank))
  return translation.add(layerName(node), { op: 'matmul', other, activation: 'none' }, input)
}

/** Gemm: a dense layer, with a known matrix and bias. */
export function translateGemm(translation: Translation, node: OnnxNode): void {
  const { attributes } = node
  const [alpha, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)]
  const matrix = translation.known(node, 1)
  ensureSupported(matrix !== undefined && matrix.constant.shape.length === 2, 'its right operand is not a known matrix')
  ensureSupported(
    !matrix.quantized || (alpha === 1 && beta === 1),
    `it has alpha ${alpha} and beta ${beta} on quantized weights`,
  )
  const x = translation.computed(node, 0)
  ensureSupported(x.shape.length === 2, `its left operand has rank ${x.shape.length}`)
  const input = translation.arranged(x, attributes.integer('transA', 0) === 1 ? [1, 0] : [0, 1])
  const isTransposed = attributes.integer('transB', 0) === 1
  const outputs = matrix.constant.shape[isTransposed ? 0 : 1] as number
  const addend = translation.has(node, 2) ? translation.known(node, 2) : undefined
  ensureSupported(addend !== undefined || !translation.has(node, 2), 'its bias is not a constant')
  const bias = addend && scaled(broadcastBias(addend, outputs), beta)
  const value = addDense(translation, node, input, scaled(matrix, alpha), isTransposed, bias)
  translation.bind(node, { value, order: [0, 1], shape: translation.shapes[value] ?? [] })
}

/** A bias of one number for each output, from one for all of them. */
function broadcastBias({ constant, quantized }: Known, outputs: number): Known {
  const { values } = constant
  ensureSupported(values.length === outputs || values.length === 1, `its bias is [${constant.shape.join(',')}]`)
  if (values.length === outputs) return quantized ? { constant, quantized } : { constant }
  return { constant: { ...constant, shape: [outputs], values: new Float64Array(outputs).fill(values[0] as number) } }
}

function scaled(known: Known, factor: number): Known {
  if (factor === 1) return known
  const { constant } = known
  return { constant: { ...constant, values: constant.values.map((value) => value * factor) } }
}
