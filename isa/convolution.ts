import type { Field } from './attributes.ts'
import { ensureAttribute, ensureDType, ensureRank, ensureShape } from './check.ts'
import { dtypeRange, type TensorType } from './tensor.ts'

/** Zero point of the input of a convolution, as an attribute field. */
export const zeroPointField = {
  name: 'zeroPoint',
  bits: 16,
  signed: true,
  doc: 'zero point of x, -128..127',
} as const satisfies Field

type ConvolutionOperands = {
  readonly attributes: { readonly zeroPoint: number }
  readonly x: TensorType
  readonly weights: TensorType
  readonly bias: TensorType | undefined
}

/**
 * Checks what all convolutions share: an int8 NHWC input, int8 weights of rank `weightRank`, an int32 bias or none, and
 * a zero point within int8.
 *
 * @throws {HaltError} `TypeMismatch`, `BadAttribute` or `ShapeMismatch`
 */
export function ensureConvolution({ attributes, x, weights, bias }: ConvolutionOperands, weightRank: number): void {
  ensureDType('x', x, 'int8')
  ensureDType('weights', weights, 'int8')
  if (bias) ensureDType('bias', bias, 'int32')
  ensureAttribute('zeroPoint', attributes.zeroPoint, ...dtypeRange.int8)
  ensureRank('x', x, 4)
  ensureRank('weights', weights, weightRank)
}

/** Halts with `ShapeMismatch` unless there is no bias or it has one element an output channel. */
export function ensureBias(bias: TensorType | undefined, channels: number): void {
  if (bias) ensureShape('bias', bias, [channels])
}
