import { elementCount } from '../../isa/index.ts'
import { activationRange, type QuantizedMultiplier, quantizeMultiplier } from '../quantization.ts'
import { rescale, reshape, transpose } from './emit.ts'
import { dtypeOf, ensureSupported, type Operation, quantizationOf } from './operation.ts'
import { type AxisPadding, axisPadding, checkWindow, fusedActivation } from './window.ts'

/** The four dimensions of an operand. */
function rank4(operation: Operation, input: number): readonly [number, number, number, number] {
  const shape = operation.shape(input)
  ensureSupported(shape.length === 4, `"${operation.source(input).name}" has rank ${shape.length}, not 4`)
  return shape as unknown as readonly [number, number, number, number]
}

function ensureInt8(operation: Operation, ...inputs: readonly number[]): void {
  for (const input of inputs) {
    const tensor = operation.source(input)
    ensureSupported(tensor.type === 'INT8', `"${tensor.name}" is ${tensor.type}; contractions are supported on int8`)
  }
  ensureSupported(operation.target().type === 'INT8', `its output is ${operation.target().type}, not INT8`)
}

/**
 * Factor of each output channel, from accumulator to output: `scale(x) * scale(weights) / scale(output)` in doubles.
 *
 * One scale for all channels of a fully connected or batched product is first multiplied in float32, as TFLite does.
 */
function contractionFactors(
  operation: Operation,
  x: number,
  weights: number,
  channels: number,
  { dimension, isFloatProduct }: { dimension: number; isFloatProduct: boolean },
): readonly QuantizedMultiplier[] {
  const tensor = operation.source(weights)
  const { scale: inputScale } = quantizationOf(operation.source(x))
  const { scale: outputScale } = quantizationOf(operation.target())
  const scales = tensor.quantization?.scales ?? []
  ensureSupported(
    scales.length === 1 || scales.length === channels,
    `"${tensor.name}" has ${scales.length} scales for ${channels} channels`,
  )
  ensureSupported(
    scales.length === 1 || tensor.quantization?.dimension === dimension,
    `"${tensor.name}" is quantized along dimension ${tensor.quantization?.dimension}, not ${dimension}`,
  )
  ensureSupported(
    scales.every((scale) => scale >= 0 && scale < Infinity),
    `"${tensor.name}" has a scale that is negative or not finite`,
  )
  return scales.map((scale) => {
    const product = inputScale * scale
    return quantizeMultiplier((scales.length === 1 && isFloatProduct ? Math.fround(product) : product) / outputScale)
  })
}

/** A product of constants would be carried out at once, by the reference, however long that takes. */
function ensureVariable(operation: Operation, ...inputs: readonly number[]): void {
  const areConstant = inputs.every((input) => operation.isConstant(operation.value(input)))
  ensureSupported(!areConstant, 'all of its operands are constants')
}

function ensureSymmetric(operation: Operation, weights: number): void {
  const tensor = operation.source(weights)
  ensureSupported(
    tensor.quantization?.zeroPoints.every((zeroPoint) => zeroPoint === 0) === true,
    `the zero points of "${tensor.name}" are not all 0`,
  )
}

function biasOf(operation: Operation, input: number): number | undefined {
  if (!operation.has(input)) return undefined
  ensureSupported(operation.source(input).type === 'INT32', `its bias is ${operation.source(input).type}, not INT32`)
  return operation.value(input)
}

/** Accumulators to the output: rescaled by channel, clamped by the fused activation. */
function finish(
  operation: Operation,
  accumulators: number,
  factors: readonly QuantizedMultiplier[],
  activation: number,
): number {
  const target = operation.target()
  const quantization = quantizationOf(target)
  const dtype = dtypeOf(target)
  return rescale(operation, accumulators, factors, {
    dtype,
    outputZeroPoint: quantization.zeroPoint,
    range: activationRange(fusedActivation(activation), quantization, dtype),
  })
}

/** A convolution's input: what PAD padded with the zero point, and that padding, where there is any to take over. */
function unpadded(operation: Operation, zeroPoint: number): { x: number; top: AxisPadding; left: AxisPadding } {
  const x = operation.value(0)
  const none = { before: 0, after: 0 }
  const padding = operation.paddings.get(x)
  const isSpatial =
    padding?.before[0] === 0 && padding.after[0] === 0 && padding.before[3] === 0 && padding.after[3] === 0
  if (!padding || !isSpatial || padding.zeroPoint !== zeroPoint) return { x, top: none, left: none }
  return {
    x: padding.source,
    top: { before: padding.before[1] as number, after: padding.after[1] as number },
    left: { before: padding.before[2] as number, after: padding.after[2] as number },
  }
}

function lowerConvolution(operation: Operation, isDepthwise: boolean): void {
  ensureInt8(operation, 0, 1)
  ensureVariable(operation, 0, 1)
  ensureSymmetric(operation, 1)
  const options = operation.operator.options(isDepthwise ? 'DEPTHWISE_CONV_2D' : 'CONV_2D')
  const { padding, strideH, strideW, dilationH, dilationW } = options
  checkWindow(options)
  ensureSupported(dilationH >= 1 && dilationW >= 1, `its dilations are ${dilationH} and ${dilationW}`)
  const [, height, width, channels] = rank4(operation, 0)
  const [first, kernelH, kernelW, last] = rank4(operation, 1)
  const { zeroPoint } = quantizationOf(operation.source(0))
  const { x, top, left } = unpadded(operation, zeroPoint)
  const vertical = axisPadding(padding, height, (kernelH - 1) * dilationH + 1, strideH)
  const horizontal = axisPadding(padding, width, (kernelW - 1) * dilationW + 1, strideW)
  const attributes = {
    zeroPoint,
    padTop: top.before + vertical.before,
    padBottom: top.after + vertical.after,
    padLeft: left.before + horizontal.before,
    padRight: left.after + horizontal.after,
    strideH,
    strideW,
    dilationH,
    dilationW,
  }
  const bias = biasOf(operation, 2)
  const factors = contractionFactors(operation, 0, 1, isDepthwise ? last : first, {
    dimension: isDepthwise ? 3 : 0,
    isFloatProduct: false,
  })
  if (isDepthwise) {
    ensureSupported(first === 1, `"${operation.source(1).name}" has ${first} filters, not 1`)
    const weights = reshape(operation, operation.value(1), [kernelH, kernelW, last])
    const accumulators = operation.emit('DEPTHWISE_CONV2D', { attributes, x, weights, bias })
    operation.result(finish(operation, accumulators, factors, options.activation))
    return
  }
  ensureSupported(channels % last === 0, `${channels} channels do not divide into groups of ${last}`)
  const accumulators = operation.emit('CONV2D', {
    attributes: { ...attributes, groups: channels / last },
    x,
    weights: operation.value(1),
    bias,
  })
  operation.result(finish(operation, accumulators, factors, options.activation))
}

/** CONV_2D: CONV2D, RESCALE. */
export function lowerConv2d(operation: Operation): void {
  lowerConvolution(operation, false)
}

/** DEPTHWISE_CONV_2D: DEPTHWISE_CONV2D, RESCALE. */
export function lowerDepthwiseConv2d(operation: Operation): void {
  lowerConvolution(operation, true)
}

/** TRANSPOSE_CONV (output shape, weights, x, bias): TRANSPOSE_CONV2D, RESCALE. */
export function lowerTransposeConv(operation: Operation): void {
  ensureInt8(operation, 2, 1)
  ensureVariable(operation, 1, 2)
  ensureSymmetric(operation, 1)
  const options = operation.operator.options('TRANSPOSE_CONV')
  const { padding, strideH, strideW } = options
  checkWindow(options)
  const [outputChannels, kernelH, kernelW] = rank4(operation, 1)
  const outputShape = operation.integers(0)
  ensureSupported(outputShape.length === 4, `its output shape has ${outputShape.length} dimensions, not 4`)
  const [, outputH, outputW] = outputShape as [number, number, number, number]
  const accumulators = operation.emit('TRANSPOSE_CONV2D', {
    attributes: {
      zeroPoint: quantizationOf(operation.source(2)).zeroPoint,
      padTop: axisPadding(padding, outputH, kernelH, strideH).before,
      padLeft: axisPadding(padding, outputW, kernelW, strideW).before,
      strideH,
      strideW,
      outputH,
      outputW,
    },
    x: operation.value(2),
    weights: operation.value(1),
    bias: biasOf(operation, 3),
  })
  const factors = contractionFactors(operation, 2, 1, outputChannels, { dimension: 0, isFloatProduct: false })
  operation.result(finish(operation, accumulators, factors, options.activation))
}

/** FULLY_CONNECTED: RESHAPE where the input is not a matrix, MATMUL, RESCALE, and back. */
export function lowerFullyConnected(operation: Operation): void {
  ensureInt8(operation, 0, 1)
  ensureVariable(operation, 0, 1)
  const { activation, weightsFormat, keepDims } = operation.operator.options('FULLY_CONNECTED')
  ensureSupported(weightsFormat === 0, 'its weights are shuffled')
  const shape = operation.shape(0)
  const weightsShape = operation.shape(1)
  ensureSupported(weightsShape.length === 2, `"${operation.source(1).name}" has rank ${weightsShape.length}, not 2`)
  const [columns, depth] = weightsShape as [number, number]
  const rows = elementCount(shape) / depth
  ensureSupported(Number.isInteger(rows), `the input's ${elementCount(shape)} elements are not rows of ${depth}`)
  const zeroPoints = operation.source(1).quantization?.zeroPoints ?? []
  ensureSupported(
    zeroPoints.every((zeroPoint) => zeroPoint === zeroPoints[0]),
    `the zero points of "${operation.source(1).name}" differ`,
  )
  const accumulators = operation.emit('MATMUL', {
    attributes: { zeroPointA: quantizationOf(operation.source(0)).zeroPoint, zeroPointB: zeroPoints[0] ?? 0 },
    a: reshape(operation, operation.value(0), [rows, depth]),
    b: operation.value(1),
    bias: biasOf(operation, 2),
  })
  const factors = contractionFactors(operation, 0, 1, columns, { dimension: 0, isFloatProduct: true })
  const computed = keepDims ? [...shape.slice(0, -1), columns] : [rows, columns]
  // Some converters declare more dimensions of one element; TFLite Micro goes by the declaration.
  const declared = operation.target().shape
  const outputShape = elementCount(declared) === rows * columns ? declared : computed
  operation.result(reshape(operation, finish(operation, accumulators, factors, activation), outputShape))
}

function swapLast(rank: number): number[] {
  return [...Array(rank - 2).keys(), rank - 1, rank - 2]
}

/** BATCH_MATMUL: MATMUL, which contracts the last axis of both; an operand laid out otherwise is transposed first. */
export function lowerBatchMatmul(operation: Operation): void {
  ensureInt8(operation, 0, 1)
  ensureVariable(operation, 0, 1)
  const { adjointX, adjointY } = operation.operator.options('BATCH_MATMUL')
  const [rankA, rankB] = [operation.shape(0).length, operation.shape(1).length]
  ensureSupported(rankA >= 2 && rankB >= 2, `its operands have rank ${rankA} and ${rankB}, not 2 or more`)
  const a = adjointX ? transpose(operation, operation.value(0), swapLast(rankA)) : operation.value(0)
  const b = adjointY ? operation.value(1) : transpose(operation, operation.value(1), swapLast(rankB))
  const [left, right] = [quantizationOf(operation.source(0)), quantizationOf(operation.source(1))]
  const accumulators = operation.emit('MATMUL', {
    attributes: { zeroPointA: left.zeroPoint, zeroPointB: right.zeroPoint },
    a,
    b,
    bias: undefined,
  })
  const factors = contractionFactors(operation, 0, 1, 1, { dimension: 0, isFloatProduct: true })
  operation.result(finish(operation, accumulators, factors, 0))
}
