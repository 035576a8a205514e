import type { Tensor } from '../../isa/index.ts'
import { DESCRIPTOR } from '../layout.ts'
import type { KernelModule } from '../module.ts'

type Exports = {
  zeroSubtreeRoots(count: number): number
  dataRoot(data: number, bytes: number): number
}

const WORD_BYTES = 32
/** Depths of subtrees below the root of a tensor of 2^32 bytes, which has 2^24 leaves. */
const DEPTHS = 24

/** The root of a tensor's data tree, 32 bytes: what `dataRoot` of isa/commitment.ts gives for its canonical form. */
export function createDataRoot(module: KernelModule): (tensor: Tensor) => Uint8Array {
  const { zeroSubtreeRoots, dataRoot } = module.exports as Exports
  let zeroRoots: Uint8Array | undefined
  return ({ data }) => {
    const bytes = new Uint8Array(module.memory.buffer)
    if (zeroRoots === undefined) {
      const address = zeroSubtreeRoots(DEPTHS)
      zeroRoots = bytes.slice(address, address + DEPTHS * WORD_BYTES)
    } else bytes.set(zeroRoots, DESCRIPTOR)
    // Addresses come back signed.
    const root = dataRoot(data.byteOffset, data.byteLength) >>> 0
    return bytes.slice(root, root + WORD_BYTES)
  }
}
