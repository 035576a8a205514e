import { createBodies } from './bodies/index.ts'
import { createTensorCommitment } from './bodies/tensorCommitment.ts'
import { type Kernel, WASM_PAGE_BYTES } from './kernel.ts'
import { PACKED } from './layout.ts'
import { createPackedWeights } from './packedWeights.ts'
import { selfTest } from './selfTest.ts'
import { INSTEAD, instantiateModule, KernelError } from './wasmModule.ts'

export type WasmKernelOptions = {
  /** Most bytes of packed weights that are kept for the next call; 64 MiB unless given. */
  readonly packedBytes?: number
}

const DEFAULT_PACKED_BYTES = 64 * 2 ** 20
/** One page less than 32 bits address, so that no address of a tensor's end wraps to 0. */
const MAX_PAGES = 65535

function instantiate({ packedBytes = DEFAULT_PACKED_BYTES }: WasmKernelOptions): Kernel {
  const initial = Math.ceil((PACKED + packedBytes) / WASM_PAGE_BYTES)
  const memory = new WebAssembly.Memory({ initial, maximum: MAX_PAGES })
  const module = instantiateModule(memory)
  const bodies = createBodies(module, createPackedWeights(packedBytes))
  return { name: 'wasm-simd128', memory, bodies, tensorCommitment: createTensorCommitment(module) }
}

let isTested = false

/**
 * A kernel whose bodies are WebAssembly with 128-bit SIMD, equal to the reference to the bit. The first one of a process
 * is tried on known answers.
 *
 * Pages of its memory that were never used take no room in the machine's memory.
 *
 * @throws {KernelError} when the engine lacks 128-bit SIMD or gets an answer wrong
 * @throws {RangeError} when packedBytes is not an integer in 0..2^31
 */
export function createWasmKernel(options: WasmKernelOptions = {}): Kernel {
  const { packedBytes = 0 } = options
  if (!Number.isInteger(packedBytes) || packedBytes < 0 || packedBytes > 2 ** 31)
    throw new RangeError(`packedBytes: expected an integer in 0..2^31, found ${packedBytes}`)
  if (!isTested) {
    const mistake = selfTest(instantiate({ packedBytes: WASM_PAGE_BYTES }))
    if (mistake !== undefined)
      throw new KernelError(`This JavaScript engine runs the kernel wrongly: ${mistake}. ${INSTEAD}`)
    isTested = true
  }
  return instantiate(options)
}
