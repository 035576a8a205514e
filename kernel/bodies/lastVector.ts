import type { TensorData } from '../../isa/index.ts'
import { GRANULE_BYTES } from '../layout.ts'

/** Bytes of a vector register. */
export const VECTOR_BYTES = 16

/** The last address at which a whole vector of a tensor may be read: its room is a multiple of 64 bytes. */
export function lastVectorRead(data: TensorData): number {
  return data.byteOffset + Math.ceil(data.byteLength / GRANULE_BYTES) * GRANULE_BYTES - VECTOR_BYTES
}
