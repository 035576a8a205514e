import type { LinearMemory } from './kernel.ts'

/** An instance of `kernel.wasm` over a memory. Addresses are byte offsets in it: `tensor.data.byteOffset`. */
export type KernelModule = {
  readonly memory: LinearMemory
  /** Functions of the module, by name. Each body knows the signatures of those that it calls. */
  readonly exports: object
}
