import { type DType, dtypeRange } from '../../isa/index.ts'
import {
  activationRange,
  type ClampActivation,
  floatTable,
  hardSwishTable,
  leakyReluFactors,
  leakyReluTable,
  logisticTable,
  type QuantizedMultiplier,
  quantizeMultiplier,
  softmaxTable,
  tanhTable,
  UNIT_MULTIPLIER,
} from '../quantization.ts'
import { clampTo, rescale } from './emit.ts'
import { broadcastOperands, centre, commonDType } from './operands.ts'
import { ensureSupported, type Operation, quantizationOf, sameQuantization } from './operation.ts'

/** RELU and its kin as operators of their own: a rescale with a range. */
export function lowerClamp(activation: ClampActivation): (operation: Operation) => void {
  return (operation) => {
    const dtype = commonDType(operation, [0], 'int8', 'int16')
    const [input, output] = [quantizationOf(operation.source(0)), quantizationOf(operation.target())]
    const value = rescale(
      operation,
      operation.value(0),
      [quantizeMultiplier(Math.fround(input.scale / output.scale))],
      {
        inputZeroPoint: input.zeroPoint,
        outputZeroPoint: output.zeroPoint,
        range: activationRange(activation, output, dtype),
      },
    )
    operation.result(value, { shape: operation.shape(0) })
  }
}

function lowerTable(operation: Operation, table: Int8Array): void {
  const value = operation.emit('TABLE', { x: operation.value(0), table: operation.constant('int8', [256], table) })
  operation.result(value, { shape: operation.shape(0) })
}

/** @throws {UnsupportedError} unless the output has the one quantization that TFLite's kernel produces */
function requireOutput(operation: Operation, scale: number, zeroPoint: number): void {
  const output = quantizationOf(operation.target())
  ensureSupported(
    sameQuantization(output, {
      scale,
      zeroPoint,
    }),
    `its output has scale ${output.scale} and zero point ${output.zeroPoint}, not ${scale} and ${zeroPoint}`,
  )
}

/** LOGISTIC: a table. */
export function lowerLogistic(operation: Operation): void {
  commonDType(operation, [0], 'int8')
  requireOutput(operation, 1 / 256, -128)
  lowerTable(operation, logisticTable(quantizationOf(operation.source(0)), operation.rounding))
}

/** TANH: a table. */
export function lowerTanh(operation: Operation): void {
  commonDType(operation, [0], 'int8')
  requireOutput(operation, 1 / 128, 0)
  lowerTable(operation, tanhTable(quantizationOf(operation.source(0)), operation.rounding))
}

/** HARD_SWISH: a table. */
export function lowerHardSwish(operation: Operation): void {
  commonDType(operation, [0], 'int8')
  lowerTable(operation, hardSwishTable(quantizationOf(operation.source(0)), quantizationOf(operation.target())))
}

/** ELU: a table, filled in float32 as TFLite fills its own. */
export function lowerElu(operation: Operation): void {
  commonDType(operation, [0], 'int8')
  const elu = (real: number) => (real < 0 ? Math.fround(Math.exp(real)) - 1 : real)
  lowerTable(operation, floatTable(quantizationOf(operation.source(0)), quantizationOf(operation.target()), elu))
}

/** The parts of a value above and below its zero point, each rescaled, and their sum. One of the parts is always 0. */
function sumOfParts(operation: Operation, dtype: DType, above: number, below: number, isBelowNegated: boolean): number {
  const sum = operation.emit(isBelowNegated ? 'TSUB' : 'TADD', { a: above, b: below })
  const { zeroPoint } = quantizationOf(operation.target())
  return rescale(operation, sum, [UNIT_MULTIPLIER], { dtype, outputZeroPoint: zeroPoint })
}

/** The part of the input at and above its zero point, rescaled to the output's scale, as int32. */
function partAbove(operation: Operation, zeroPoint: number, factor: QuantizedMultiplier): number {
  const x = operation.value(0)
  const above = clampTo(operation, x, [zeroPoint, dtypeRange[operation.typeOf(x).dtype][1]])
  return rescale(operation, above, [factor], { dtype: 'int32', inputZeroPoint: zeroPoint })
}

/** The part of the input below its zero point. */
function partBelow(operation: Operation, zeroPoint: number): number {
  const x = operation.value(0)
  return clampTo(operation, x, [dtypeRange[operation.typeOf(x).dtype][0], zeroPoint])
}

/** LEAKY_RELU: a table on int8; on int16 two rescales, one for each side of the zero point. */
export function lowerLeakyRelu(operation: Operation): void {
  const dtype = commonDType(operation, [0], 'int8', 'int16')
  const { alpha } = operation.operator.options('LEAKY_RELU')
  const [input, output] = [quantizationOf(operation.source(0)), quantizationOf(operation.target())]
  ensureSupported(Number.isFinite(alpha), `its alpha is ${alpha}`)
  if (dtype === 'int8') {
    lowerTable(operation, leakyReluTable(input, output, alpha, operation.rounding))
    return
  }
  const factors = leakyReluFactors(input, output, alpha)
  const above = partAbove(operation, input.zeroPoint, factors.identity)
  const below = rescale(operation, partBelow(operation, input.zeroPoint), [factors.alpha], {
    dtype: 'int32',
    inputZeroPoint: input.zeroPoint,
  })
  operation.result(sumOfParts(operation, dtype, above, below, alpha < 0), { shape: operation.shape(0) })
}

/** PRELU: above the zero point a rescale, below it the product with alpha. */
export function lowerPrelu(operation: Operation): void {
  commonDType(operation, [0, 1], 'int8')
  const [, alpha] = broadcastOperands(operation)
  const [input, slope] = [quantizationOf(operation.source(0)), quantizationOf(operation.source(1))]
  const output = quantizationOf(operation.target())
  const above = partAbove(operation, input.zeroPoint, quantizeMultiplier(input.scale / output.scale))
  const product = operation.emit('TMUL', {
    attributes: {},
    a: centre(operation, partBelow(operation, input.zeroPoint), input),
    b: centre(operation, alpha, slope),
  })
  const below = rescale(operation, product, [quantizeMultiplier((input.scale * slope.scale) / output.scale)])
  operation.result(sumOfParts(operation, 'int8', above, below, false))
}

/** SOFTMAX along the last axis: a table of exponentials. */
export function lowerSoftmax(operation: Operation): void {
  ensureSupported(operation.source(0).type === 'INT8', `its input is ${operation.source(0).type}, not INT8`)
  const { beta } = operation.operator.options('SOFTMAX')
  const isInt16 = operation.target().type === 'INT16'
  requireOutput(operation, isInt16 ? 2 ** -16 : 2 ** -8, isInt16 ? -32768 : -128)
  const table = softmaxTable(quantizationOf(operation.source(0)).scale, beta, operation.rounding)
  const value = operation.emit('SOFTMAX', {
    attributes: { form: isInt16 ? 1 : 0 },
    x: operation.value(0),
    table: operation.constant('int32', [256], table),
  })
  operation.result(value, { shape: operation.shape(0) })
}
