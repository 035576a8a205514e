import { encodeType, type Tensor } from '../../isa/index.ts'
import { DESCRIPTOR, SCRATCH } from '../layout.ts'
import type { KernelModule } from '../module.ts'

type Exports = {
  zeroSubtreeRoots(count: number): number
  dataRoot(data: number, bytes: number): number
  beginHash(): void
  hashBlocks(message: number, blocks: number): void
  hashDigest(): number
}

const WORD_BYTES = 32
/** Depths of subtrees below the root of a tensor of 2^32 bytes, which has 2^24 leaves. */
const DEPTHS = 24
/** Where the type word and the root are put: above what hashing uses of the scratch memory. */
const MESSAGE = SCRATCH + 2 ** 20
/** Bytes that keccak256 takes in at a time; type word, root and padding are one block. */
const RATE_BYTES = 136

/** The commitment of a tensor, 32 bytes: what `tensorCommitment` of isa/commitment.ts gives for its canonical form. */
export function createTensorCommitment(module: KernelModule): (tensor: Tensor) => Uint8Array {
  const { zeroSubtreeRoots, dataRoot, beginHash, hashBlocks, hashDigest } = module.exports as Exports
  let zeroRoots: Uint8Array | undefined
  return (tensor) => {
    const { data } = tensor
    const bytes = new Uint8Array(module.memory.buffer)
    if (zeroRoots === undefined) {
      const address = zeroSubtreeRoots(DEPTHS)
      zeroRoots = bytes.slice(address, address + DEPTHS * WORD_BYTES)
    } else bytes.set(zeroRoots, DESCRIPTOR)
    // Addresses come back signed.
    const root = dataRoot(data.byteOffset, data.byteLength) >>> 0
    const message = bytes.subarray(MESSAGE, MESSAGE + RATE_BYTES)
    let word = encodeType(tensor)
    for (let index = WORD_BYTES - 1; index >= 0; index--) {
      message[index] = Number(word & 0xffn)
      word >>= 8n
    }
    message.set(bytes.subarray(root, root + WORD_BYTES), WORD_BYTES)
    message.fill(0, 2 * WORD_BYTES)
    message[2 * WORD_BYTES] = 1
    message[RATE_BYTES - 1] = 0x80
    beginHash()
    hashBlocks(MESSAGE, 1)
    const digest = hashDigest()
    return bytes.slice(digest, digest + WORD_BYTES)
  }
}
