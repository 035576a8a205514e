import type { TensorData } from '../../isa/index.ts'

/** Bytes of a vector register. */
export const VECTOR_BYTES = 16

const ALIGNMENT = 64

/** The last address at which a whole vector of a tensor may be read: its room is a multiple of 64 bytes. */
export function lastVectorRead(data: TensorData): number {
  return data.byteOffset + Math.ceil(data.byteLength / ALIGNMENT) * ALIGNMENT - VECTOR_BYTES
}
