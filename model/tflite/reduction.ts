import { leavesOf, MAX_REACH_LEAVES } from '../../isa/index.ts'
import { reductionRead } from '../../isa/reduction.ts'
import { activationRange, type QuantizedMultiplier, quantizeMultiplier } from '../quantization.ts'
import { clampTo, normalizeAxis, rescale } from './emit.ts'
import { commonDType } from './operands.ts'
import { dtypeOf, ensureSupported, type Operation, quantizationOf, sameQuantization } from './operation.ts'
import { axisPadding, checkWindow, fusedActivation } from './window.ts'

/** The axes that a reduction takes away, as REDUCE's bits, and what the result looks like. */
function reducedAxes(operation: Operation): {
  attributes: { axes: number; keepDims: number }
  count: number
  shape: readonly number[]
} {
  const shape = operation.shape(0)
  const reduced = new Set(operation.integers(1).map((axis) => normalizeAxis(axis, shape.length)))
  ensureSupported(reduced.size > 0, 'it reduces no axis')
  const { keepDims } = operation.operator.options('REDUCER')
  let axes = 0
  let count = 1
  for (const axis of reduced) {
    axes += 2 ** axis
    count *= shape[axis] as number
  }
  const result = keepDims
    ? shape.map((size, axis) => (reduced.has(axis) ? 1 : size))
    : shape.filter((_, axis) => !reduced.has(axis))
  return { attributes: { axes, keepDims: Number(keepDims) }, count, shape: result }
}

/**
 * Folds a division by `count` into a factor, keeping as many bits as TFLite does.
 *
 * @see TFLite kernels/internal/reference/reduce.h, `QuantizedMeanOrSum`
 */
function dividedFactor({ multiplier, shift }: QuantizedMultiplier, count: number): QuantizedMultiplier {
  const bits = Math.min(31 - Math.clz32(count), 31 + shift)
  return {
    multiplier: Number((BigInt(multiplier) << BigInt(bits)) / BigInt(count)),
    shift: shift - bits,
  }
}

/**
 * The int32 sum of x without its zero point along axes. Where one element would read more than an instruction may, an
 * axis at a time: sums modulo 2^32 are the same in any order.
 */
function sumAlong(operation: Operation, x: number, axes: number, keepDims: number, zeroPoint: number): number {
  const type = operation.typeOf(x)
  if (leavesOf(reductionRead(axes, type)) <= MAX_REACH_LEAVES)
    return operation.emit('REDUCE_SUM', { attributes: { axes, keepDims, zeroPoint }, x })
  let sum = x
  let offset = zeroPoint
  for (let axis = type.shape.length - 1; axis >= 0; axis--) {
    if (((axes >> axis) & 1) === 0) continue
    sum = operation.emit('REDUCE_SUM', { attributes: { axes: 1 << axis, keepDims, zeroPoint: offset }, x: sum })
    offset = 0
  }
  return sum
}

/** MEAN and SUM: REDUCE_SUM without the zero point, RESCALE. int32 is summed as it is. */
export function lowerMeanOrSum(operation: Operation): void {
  const isMean = operation.name === 'MEAN'
  const dtype = isMean
    ? commonDType(operation, [0], 'int8', 'int16')
    : commonDType(operation, [0], 'int8', 'int16', 'int32')
  const { attributes, count, shape } = reducedAxes(operation)
  const x = operation.value(0)
  if (dtype === 'int32') {
    operation.result(sumAlong(operation, x, attributes.axes, attributes.keepDims, 0), { shape })
    return
  }
  const [input, output] = [quantizationOf(operation.source(0)), quantizationOf(operation.target())]
  const sum = sumAlong(operation, x, attributes.axes, attributes.keepDims, input.zeroPoint)
  const factor = quantizeMultiplier(input.scale / output.scale)
  const value = rescale(operation, sum, [isMean ? dividedFactor(factor, count) : factor], {
    dtype,
    outputZeroPoint: output.zeroPoint,
  })
  operation.result(value, { shape })
}

function requireSameQuantization(operation: Operation): void {
  if (dtypeOf(operation.target()) === 'int32') return
  ensureSupported(
    sameQuantization(quantizationOf(operation.source(0)), quantizationOf(operation.target())),
    'the scales of its input and output differ',
  )
}

/** REDUCE_MAX and REDUCE_MIN. */
export function lowerReduceExtremum(operation: Operation): void {
  commonDType(operation, [0], 'int8', 'int16', 'int32')
  requireSameQuantization(operation)
  const { attributes, shape } = reducedAxes(operation)
  operation.result(operation.emit(operation.name, { attributes, x: operation.value(0) }), { shape })
}

/** REDUCE_PROD of a known tensor: what models compute sizes with. */
export function lowerReduceProduct(operation: Operation): void {
  commonDType(operation, [0], 'int32')
  const { count, shape } = reducedAxes(operation)
  const values = operation.integers(0)
  ensureSupported(count === values.length, 'it multiplies along some axes only')
  const product = values.reduce((total, value) => Math.imul(total, value), 1)
  operation.result(operation.constant('int32', shape.length === 0 ? [1] : shape, [product]), { shape })
}

/** ARG_MAX: the index as int32, also where the file declares int64. */
export function lowerArgMax(operation: Operation): void {
  const shape = operation.shape(0)
  const axes = operation.integers(1)
  ensureSupported(axes.length === 1, `it searches along ${axes.length} axes, not one`)
  const axis = normalizeAxis(axes[0] as number, shape.length)
  const target = operation.target()
  ensureSupported(dtypeOf(target) === 'int32', `its output is ${target.type}, not INT32`)
  if (target.type === 'INT64') operation.note(`"${target.name}" is INT64 in the file and int32 in the program.`)
  const value = operation.emit('ARGMAX', { attributes: { axis }, x: operation.value(0) })
  operation.result(value, { shape: shape.filter((_, index) => index !== axis) })
}

/** AVERAGE_POOL_2D and MAX_POOL_2D: a pool on raw values, as TFLite does it, and the clamp of the fused activation. */
export function lowerPool(operation: Operation): void {
  const isAverage = operation.name === 'AVERAGE_POOL_2D'
  const dtype = isAverage ? commonDType(operation, [0], 'int8') : commonDType(operation, [0], 'int8', 'int16')
  requireSameQuantization(operation)
  const options = operation.operator.options('POOL_2D')
  const { padding, strideH, strideW, windowH, windowW, activation } = options
  checkWindow(options)
  ensureSupported(windowH >= 1 && windowW >= 1, `its window is ${windowH} by ${windowW}`)
  const shape = operation.shape(0)
  ensureSupported(shape.length === 4, `its input has rank ${shape.length}, not 4`)
  const [, height, width] = shape as readonly [number, number, number, number]
  const vertical = axisPadding(padding, height, windowH, strideH)
  const horizontal = axisPadding(padding, width, windowW, strideW)
  const pooled = operation.emit(isAverage ? 'AVG_POOL2D' : 'MAX_POOL2D', {
    attributes: {
      padTop: vertical.before,
      padLeft: horizontal.before,
      padBottom: vertical.after,
      padRight: horizontal.after,
      windowH,
      windowW,
      strideH,
      strideW,
    },
    x: operation.value(0),
  })
  const range = activationRange(fusedActivation(activation), quantizationOf(operation.target()), dtype)
  operation.result(clampTo(operation, pooled, range))
}
