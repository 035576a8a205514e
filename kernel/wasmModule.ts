import { readFileSync } from 'node:fs'
import type { LinearMemory } from './kernel.ts'
import type { KernelModule } from './module.ts'

/** What a user can do whose engine can't run the kernel. */
export const INSTEAD =
  'To run the far slower reference instead, ask for it: --kernel reference, or createReferenceKernel() in code.'

/** This machine can't run the kernel, or runs it wrongly. */
export class KernelError extends Error {
  override readonly name = 'KernelError'
}

let compiled: WebAssembly.Module | undefined

/** The module, compiled once. @throws {KernelError} when the engine lacks 128-bit SIMD */
function compile(): WebAssembly.Module {
  if (compiled !== undefined) return compiled
  const bytes = readFileSync(new URL('./kernel.wasm', import.meta.url))
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes))
    throw new KernelError(`This JavaScript engine does not run WebAssembly with 128-bit SIMD. ${INSTEAD}`)
  compiled = new WebAssembly.Module(bytes)
  return compiled
}

/** An instance of `kernel.wasm` over a memory. @throws {KernelError} when the engine lacks 128-bit SIMD */
export function instantiateModule(memory: LinearMemory): KernelModule {
  return { memory, exports: new WebAssembly.Instance(compile(), { env: { memory } }).exports }
}
