import type { DType } from '../../isa/index.ts'
import { activationRange, type ClampActivation, type Quantization, quantizeMultiplier } from '../quantization.ts'
import { rescale } from './emit.ts'
import { broadcastOperands, centre, commonDType } from './operands.ts'
import { ensureSupported, type Operation, quantizationOf, sameQuantization } from './operation.ts'
import { fusedActivation } from './window.ts'

/** Integer headroom of ADD and SUB: bits that an operand is shifted up by before its scale is applied. */
const addHeadroom: Readonly<Record<DType, number>> = { int8: 20, int16: 15, int32: 0 }

/** Declares the output of a binary operator: a scalar only if both operands are. */
function binaryResult(operation: Operation, value: number): void {
  const isScalar = operation.shape(0).length === 0 && operation.shape(1).length === 0
  operation.result(value, isScalar ? { shape: [] } : {})
}

function outputRange(operation: Operation, dtype: DType, activation: ClampActivation) {
  return activationRange(activation, quantizationOf(operation.target()), dtype)
}

/** ADD and SUB: both operands to a common scale with headroom, the sum, and back. int32 is summed as it is. */
function lowerSum(operation: Operation, mnemonic: 'TADD' | 'TSUB', activation: ClampActivation): void {
  const dtype = commonDType(operation, [0, 1], 'int8', 'int16', 'int32')
  const [a, b] = broadcastOperands(operation)
  if (dtype === 'int32') {
    ensureSupported(activation === 'none', 'it has a fused activation on int32')
    binaryResult(operation, operation.emit(mnemonic, { a, b }))
    return
  }
  const [left, right] = [quantizationOf(operation.source(0)), quantizationOf(operation.source(1))]
  const output = quantizationOf(operation.target())
  const inputShift = addHeadroom[dtype]
  const common = 2 * Math.max(left.scale, right.scale)
  const align = (x: number, { scale, zeroPoint }: Quantization) =>
    rescale(operation, x, [quantizeMultiplier(scale / common)], {
      dtype: 'int32',
      inputShift,
      inputZeroPoint: zeroPoint,
    })
  const sum = operation.emit(mnemonic, { a: align(a, left), b: align(b, right) })
  const value = rescale(operation, sum, [quantizeMultiplier(common / (2 ** inputShift * output.scale))], {
    dtype,
    outputZeroPoint: output.zeroPoint,
    range: outputRange(operation, dtype, activation),
  })
  binaryResult(operation, value)
}

/** ADD. */
export function lowerAdd(operation: Operation): void {
  lowerSum(operation, 'TADD', fusedActivation(operation.operator.options('ADD').activation))
}

/** SUB. */
export function lowerSub(operation: Operation): void {
  lowerSum(operation, 'TSUB', fusedActivation(operation.operator.options('SUB').activation))
}

/** MUL: operands without their zero points, the product, and back. int32 is multiplied as it is. */
export function lowerMul(operation: Operation): void {
  const activation = fusedActivation(operation.operator.options('MUL').activation)
  const dtype = commonDType(operation, [0, 1], 'int8', 'int16', 'int32')
  const [a, b] = broadcastOperands(operation)
  if (dtype === 'int32') {
    ensureSupported(activation === 'none', 'it has a fused activation on int32')
    binaryResult(operation, operation.emit('TMUL', { attributes: {}, a, b }))
    return
  }
  const [left, right] = [quantizationOf(operation.source(0)), quantizationOf(operation.source(1))]
  const output = quantizationOf(operation.target())
  const product = operation.emit('TMUL', {
    attributes: {},
    a: centre(operation, a, left),
    b: centre(operation, b, right),
  })
  const value = rescale(operation, product, [quantizeMultiplier((left.scale * right.scale) / output.scale)], {
    dtype,
    outputZeroPoint: output.zeroPoint,
    range: outputRange(operation, dtype, activation),
  })
  binaryResult(operation, value)
}

/** MAXIMUM and MINIMUM, on operands of the same quantization, as TFLite demands. */
export function lowerExtremum(operation: Operation): void {
  const dtype = commonDType(operation, [0, 1], 'int8', 'int16', 'int32')
  if (dtype !== 'int32') {
    const output = quantizationOf(operation.target())
    for (const input of [0, 1])
      ensureSupported(
        sameQuantization(quantizationOf(operation.source(input)), output),
        `the scales of "${operation.source(input).name}" and its output differ`,
      )
  }
  const [a, b] = broadcastOperands(operation)
  binaryResult(operation, operation.emit(operation.name, { a, b }))
}
