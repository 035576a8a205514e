import type { BenchPath } from '../results.ts'
import { anvilPath } from './anvilPath.ts'
import { instructionsPath, precompilePath, solidityPath } from './chainPaths.ts'
import { kernelPath } from './kernelPath.ts'
import type { Path } from './path.ts'
import { onnxruntimePath, tflitePath } from './peerPaths.ts'

/** What each path does. */
export const paths: Readonly<Record<BenchPath, Path>> = {
  instructions: instructionsPath,
  precompile: precompilePath,
  'solidity-scalar': solidityPath('scalar'),
  'solidity-swar': solidityPath('swar'),
  'anvil-scalar': anvilPath('scalar'),
  'anvil-swar': anvilPath('swar'),
  kernel: kernelPath,
  tflite: tflitePath,
  onnxruntime: onnxruntimePath,
}
