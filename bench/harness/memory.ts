import { createRandom } from '../../calibration/random.ts'
import {
  byteLength,
  type DType,
  dtypeRange,
  type Shape,
  type Tensor,
  type TensorType,
  tensorView,
} from '../../isa/index.ts'
import { type Kernel, WASM_PAGE_BYTES } from '../../kernel/index.ts'
import type { TensorMemory } from '../../model/index.ts'

/** Memory of a kernel for the tensors of a benchmark. */
export type BenchMemory = Required<TensorMemory> & {
  /** A tensor of random values, the same in every run. */
  random(dtype: DType, shape: Shape, range?: readonly [low: number, high: number]): Tensor
  /** A tensor of these values. */
  of(dtype: DType, shape: Shape, values: ArrayLike<number>): Tensor
  /** Frees every tensor. */
  clear(): void
}

/** Tensors start at multiples of this, as in the arena of the EVM. */
const GRANULE_BYTES = 64
const CAPACITY_BYTES = 256 * 2 ** 20

/** Takes room at the end of a kernel's memory. Freed tensors make room for others of their size. */
export function createBenchMemory({ memory }: Kernel): BenchMemory {
  const start = memory.grow(CAPACITY_BYTES / WASM_PAGE_BYTES) * WASM_PAGE_BYTES
  const buffer = memory.buffer
  const random = createRandom(1).word
  const vacant = new Map<number, number[]>()
  let end = start
  const room = (type: TensorType) => Math.ceil(byteLength(type) / GRANULE_BYTES) * GRANULE_BYTES
  const allocate = (type: TensorType): Tensor => {
    const bytes = room(type)
    const reused = vacant.get(bytes)?.pop()
    if (reused !== undefined) return tensorView(type, buffer, reused)
    if (end + bytes > start + CAPACITY_BYTES)
      throw new RangeError(`the tensors of a benchmark take more than ${CAPACITY_BYTES} bytes`)
    end += bytes
    return tensorView(type, buffer, end - bytes)
  }
  return {
    allocate,
    free(tensor) {
      const bytes = room(tensor)
      const places = vacant.get(bytes)
      if (places === undefined) vacant.set(bytes, [tensor.data.byteOffset])
      else places.push(tensor.data.byteOffset)
    },
    random(dtype, shape, [low, high] = dtypeRange[dtype]) {
      const tensor = allocate({ dtype, shape })
      for (let index = 0; index < tensor.data.length; index++) tensor.data[index] = low + (random() % (high - low + 1))
      return tensor
    },
    of(dtype, shape, values) {
      const tensor = allocate({ dtype, shape })
      tensor.data.set(values)
      return tensor
    },
    clear() {
      vacant.clear()
      end = start
    },
  }
}
