import { WASM_PAGE_BYTES } from './kernel.ts'
import { PACKED, SCRATCH } from './layout.ts'
import { instantiateModule, KernelError } from './wasmModule.ts'

type Exports = {
  beginHash(): void
  hashBlocks(message: number, blocks: number): void
  hashDigest(): number
}

const RATE_BYTES = 136
const DIGEST_BYTES = 32
/** Digest of the empty message. */
const EMPTY = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470'
/** Where parts of messages are put: above what hashing uses of the scratch memory. */
const MESSAGE = SCRATCH + 2 ** 20
const PART_BYTES = 8192 * RATE_BYTES

/**
 * Ethereum's keccak256 in WebAssembly, with a memory of its own: several times as fast as in JavaScript, which matters to a
 * chain that hashes each transaction many times.
 *
 * @throws {KernelError} when the engine lacks 128-bit SIMD or gets a known digest wrong
 */
export function createKeccak256(): (message: Uint8Array) => Uint8Array {
  const pages = PACKED / WASM_PAGE_BYTES
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { beginHash, hashBlocks, hashDigest } = instantiateModule(memory).exports as Exports
  const bytes = new Uint8Array(memory.buffer)
  const keccak256 = (message: Uint8Array) => {
    beginHash()
    let done = 0
    for (; message.length - done >= PART_BYTES; done += PART_BYTES) {
      bytes.set(message.subarray(done, done + PART_BYTES), MESSAGE)
      hashBlocks(MESSAGE, PART_BYTES / RATE_BYTES)
    }
    const rest = message.length - done
    const blocks = Math.floor(rest / RATE_BYTES) + 1
    const end = MESSAGE + blocks * RATE_BYTES
    bytes.fill(0, end - RATE_BYTES, end)
    bytes.set(done === 0 ? message : message.subarray(done), MESSAGE)
    // The padding's first and last bit may share a byte.
    bytes[MESSAGE + rest] = 1
    bytes[end - 1] = (bytes[end - 1] as number) | 0x80
    hashBlocks(MESSAGE, blocks)
    const digest = hashDigest()
    return bytes.slice(digest, digest + DIGEST_BYTES)
  }
  if (Buffer.from(keccak256(new Uint8Array(0))).toString('hex') !== EMPTY)
    throw new KernelError('This JavaScript engine hashes wrongly')
  return keccak256
}
