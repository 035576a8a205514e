export * from './createKernel.ts'
export * from './kernel.ts'
export * from './kernelNames.ts'
export * from './wasmKernel.ts'
