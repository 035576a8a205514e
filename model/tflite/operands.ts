import type { DType } from '../../isa/index.ts'
import { type Quantization, UNIT_MULTIPLIER } from '../quantization.ts'
import { rescale } from './emit.ts'
import { dtypeOf, ensureSupported, type Operation } from './operation.ts'

/** The dtype of an operator whose operands and output are all of one. */
export function commonDType(operation: Operation, inputs: readonly number[], ...allowed: readonly DType[]): DType {
  const dtype = dtypeOf(operation.target())
  ensureSupported(
    allowed.includes(dtype),
    `its output is ${operation.target().type}; ${allowed.join(' and ')} are supported`,
  )
  for (const input of inputs) {
    const tensor = operation.source(input)
    ensureSupported(
      dtypeOf(tensor) === dtype,
      `"${tensor.name}" is ${tensor.type}, its output ${operation.target().type}`,
    )
  }
  return dtype
}

/** The operands of a binary operator and the shape that they broadcast to, which constants must not blow up. */
export function broadcastOperands(operation: Operation): readonly [number, number] {
  const [a, b] = [operation.value(0), operation.value(1)]
  const [shapeA, shapeB] = [operation.typeOf(a).shape, operation.typeOf(b).shape]
  const rank = Math.max(shapeA.length, shapeB.length)
  const broadcast = Array.from({ length: rank }, (_, axis) =>
    Math.max(shapeA[axis - rank + shapeA.length] ?? 1, shapeB[axis - rank + shapeB.length] ?? 1),
  )
  operation.ensureSize(broadcast, [a, b])
  return [a, b]
}

/** Operand minus its zero point, as int32. */
export function centre(operation: Operation, x: number, { zeroPoint }: Quantization): number {
  return rescale(operation, x, [UNIT_MULTIPLIER], { dtype: 'int32', inputZeroPoint: zeroPoint })
}
