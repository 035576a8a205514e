import { createReferenceKernel, type Kernel } from './kernel.ts'
import type { KernelName } from './kernelNames.ts'
import { createWasmKernel } from './wasmKernel.ts'

/** The kernel of a name. @throws {KernelError} when the machine can't run it */
export function createKernel(name: KernelName): Kernel {
  return name === 'reference' ? createReferenceKernel() : createWasmKernel()
}
