import { GRANULE_BYTES } from '../layout.ts'

/**
 * Address up to which vectors of a tensor may be read: its end, rounded up to the alignment of tensors. An int32, modulo
 * 2^32, as WebAssembly takes it.
 */
export function readLimit(address: number, byteLength: number): number {
  return (address + byteLength + GRANULE_BYTES - 1) & -GRANULE_BYTES
}
