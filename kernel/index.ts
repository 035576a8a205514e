export * from './kernel.ts'
export * from './wasmKernel.ts'
