import { byteLength, type Tensor, type TensorType, tensorView } from '../isa/index.ts'
import { type Kernel, WASM_PAGE_BYTES } from './kernel.ts'
import { GRANULE_BYTES } from './layout.ts'

/** Room for tensors in a kernel's memory, for use without an EVM. */
export type TensorMemory = {
  /**
   * A tensor that holds anything.
   *
   * @throws {RangeError} when no room is left
   */
  allocate(type: TensorType): Tensor
  /** A copy of a tensor that lies elsewhere. @throws {RangeError} when no room is left */
  copy(tensor: Tensor): Tensor
  /** Gives the room of all tensors back, which may be overwritten from then on. */
  clear(): void
}

/**
 * Takes `bytes` bytes of a kernel's memory for tensors. They are taken once, because growing a memory detaches every
 * tensor in it: so make it before an EVM uses the kernel, or give the EVM a kernel of its own.
 *
 * @throws {RangeError} when the memory can't grow so far
 */
export function createTensorMemory({ memory }: Kernel, bytes: number): TensorMemory {
  const start = memory.buffer.byteLength
  memory.grow(Math.ceil(bytes / WASM_PAGE_BYTES))
  let next = start
  const allocate = (type: TensorType): Tensor => {
    const end = next + Math.ceil(byteLength(type) / GRANULE_BYTES) * GRANULE_BYTES
    if (end > start + bytes) throw new RangeError(`bytes: ${bytes} are not enough, ${end - start} are needed by now`)
    const tensor = tensorView(type, memory.buffer, next)
    next = end
    return tensor
  }
  return {
    allocate,
    copy(source) {
      const tensor = allocate(source)
      tensor.data.set(source.data)
      return source.source === undefined ? tensor : { ...tensor, source: source.source }
    },
    clear() {
      next = start
    },
  }
}
