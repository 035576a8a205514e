/** The kernels that a user can ask for: WebAssembly, or the plain reference. */
export const kernelNames = ['wasm', 'reference'] as const
export type KernelName = (typeof kernelNames)[number]
