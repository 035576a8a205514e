import { createRandom } from '../calibration/random.ts'
import { sampleBytes } from '../inference/index.ts'
import type { Port, Program } from '../model/index.ts'
import type { ModelResult } from './results.ts'

/** A file that another runtime can run as it is. */
export type PeerFile = {
  readonly kind: 'tflite' | 'onnx'
  readonly bytes: Uint8Array
  /** What the program's inputs and outputs stand for there, in order. */
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

/** A model to be measured. */
export type BenchModel = {
  /** Unlike that of every other model of a run. */
  readonly name: string
  readonly source: ModelResult['source']
  readonly program: Program
  /** Canonical bytes of the inputs, one sample after the other; at least one. */
  readonly samples: readonly Uint8Array[]
  /** Class of each sample, where they are known. */
  readonly labels?: readonly number[]
  /** What the program was imported from, for the runtimes of others. */
  readonly file?: PeerFile
}

/** Samples of random bytes, the same for the same seed. */
export function randomSamples(program: Program, count: number, seed: number): Uint8Array[] {
  const random = createRandom(seed)
  const length = sampleBytes(program)
  return Array.from({ length: count }, () => Uint8Array.from({ length }, () => random.word() & 255))
}
