import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { createStridedCopy } from './stridedCopy.ts'

type Operands = { readonly begin: bigint; readonly stride: bigint; readonly x: Tensor }

const WORD_LIMBS = 3

/** SLICE: a strided copy from the block's first element; sizes are those of the output. */
export function createSliceBody(module: KernelModule): ComputeBody {
  const copy = createStridedCopy(module)
  // Axis words are split through memory: far cheaper than a BigInt for each field. The host is little-endian, as its
  // WebAssembly memory is.
  const limbs = new BigUint64Array(2 * WORD_LIMBS)
  const fields = new Uint32Array(limbs.buffer)
  const split = (word: bigint, first: number) => {
    let rest = word
    for (let limb = 0; limb < WORD_LIMBS; limb++) {
      limbs[first + limb] = rest
      if (rest !== 0n) rest >>= 64n
    }
  }
  return (operands, output) => {
    const { begin, stride, x } = operands as unknown as Operands
    split(begin, 0)
    split(stride, WORD_LIMBS)
    copy.begin()
    let elements = 1
    let outputStride = 1
    let start = 0
    for (let axis = x.shape.length - 1; axis >= 0; axis--) {
      start += (fields[axis] as number) * elements
      const size = output.shape[axis] as number
      copy.axis(size, ((fields[2 * WORD_LIMBS + axis] as number) + 1) * elements, outputStride)
      outputStride *= size
      elements *= x.shape[axis] as number
    }
    copy.run(output, 0, x, start)
  }
}
