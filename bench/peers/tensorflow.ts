import { dirname, join, sep } from 'node:path'
import { peerRequire } from './install.ts'

type TensorflowTensor = { dispose(): void; dataSync(): Float32Array }
type TensorflowCore = {
  setBackend(name: string): Promise<boolean>
  tensor(values: Float32Array, shape: readonly number[]): TensorflowTensor
  matMul(a: TensorflowTensor, b: TensorflowTensor): TensorflowTensor
  depthwiseConv2d(
    x: TensorflowTensor,
    filter: TensorflowTensor,
    strides: number,
    pad: 'same' | 'valid',
  ): TensorflowTensor
}
type TensorflowBackend = { setThreadsCount(count: number): void; setWasmPaths(folder: string): void }

/** TensorFlow.js on its WebAssembly backend on one thread, in single-precision numbers. */
export type Tensorflow = Omit<TensorflowCore, 'setBackend'>

export async function createTensorflow(): Promise<Tensorflow> {
  const core = peerRequire('@tensorflow/tfjs-core') as TensorflowCore
  const backend = peerRequire('@tensorflow/tfjs-backend-wasm') as TensorflowBackend
  const folder = dirname(peerRequire.resolve('@tensorflow/tfjs-backend-wasm/package.json'))
  backend.setThreadsCount(1)
  backend.setWasmPaths(join(folder, 'wasm-out') + sep)
  if (!(await core.setBackend('wasm'))) throw new Error('its WebAssembly backend did not start')
  return core
}
