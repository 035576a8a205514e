import { byteLength, type TensorType } from '../../isa/index.ts'

/** Bytes after a tensor that a store of a whole word may overwrite. */
const SLACK = 32

/** Places memory at generation time: the lowest gap that fits. */
export type Arena = {
  /** Address of room for `bytes` bytes and what a store of a word writes past them. */
  allocate(bytes: number): number
  free(address: number): void
  /** End of everything that was ever allocated. */
  peak(): number
}

/** An arena that begins at `base`. */
export function createArena(base: number): Arena {
  const taken = new Map<number, number>()
  let peak = base
  return {
    allocate(bytes) {
      const size = Math.ceil((bytes + SLACK) / 32) * 32
      let address = base
      for (const [start, end] of [...taken].sort(([a], [b]) => a - b)) {
        if (address + size <= start) break
        address = Math.max(address, end)
      }
      taken.set(address, address + size)
      peak = Math.max(peak, address + size)
      return address
    },
    free(address) {
      taken.delete(address)
    },
    peak: () => peak,
  }
}

/**
 * A tensor in the contract's memory: row-major, int8 elements as bytes of value + 128, int16 and int32 elements in
 * two's complement, big-endian.
 */
export type Placed = { readonly address: number; readonly type: TensorType }

/** Yul that reads the element at `pointer`, sign-extended. */
export function loadElement({ dtype }: TensorType, pointer: string): string {
  if (dtype === 'int8') return `sub(byte(0, mload(${pointer})), 128)`
  return `sar(${dtype === 'int16' ? 240 : 224}, mload(${pointer}))`
}

/** Yul that writes an element; what follows it within a word is overwritten, so that elements go in ascending order. */
export function storeElement({ dtype }: TensorType, pointer: string, value: string): string {
  if (dtype === 'int8') return `mstore8(${pointer}, add(${value}, 128))`
  return `mstore(${pointer}, shl(${dtype === 'int16' ? 240 : 224}, ${value}))`
}

/** The bytes of a constant as they lie in memory. */
export function memoryBytes(type: TensorType, data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(byteLength(type))
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number
    if (type.dtype === 'int8') bytes[i] = value + 128
    else if (type.dtype === 'int16') view.setInt16(2 * i, value)
    else view.setInt32(4 * i, value)
  }
  return bytes
}
