import { countOf, roundUp } from './numeric.ts'
import { elementBytes, elementCount, type TensorType } from './tensor.ts'

/** Width of a vector register in bytes; sizes of everything that is not a contraction are padded to it. */
export const VECTOR_BYTES = 16

/** Bytes of a tensor's canonical form, padded to a vector. */
export function paddedBytes(type: TensorType): number {
  return roundUp(countOf(elementCount(type.shape), elementBytes[type.dtype]), VECTOR_BYTES)
}

/** Elements of a tensor, padded to a vector. */
export function paddedElements(type: TensorType): number {
  return roundUp(elementCount(type.shape), VECTOR_BYTES)
}
