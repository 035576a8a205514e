import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { PeerArray } from './peerData.ts'

const PACKAGE = '@tensorflow/tfjs-tflite'

type Result<T> = { ok(): boolean; errorMessage(): string; value(): T }
type RunnerTensor = { data(): PeerArray }
type TensorList = { get(index: number): RunnerTensor; size(): number }
type ModelRunner = { GetInputs(): TensorList; GetOutputs(): TensorList; Infer(): boolean; delete(): void }
type TfliteModule = {
  readonly HEAPU8: Uint8Array
  _malloc(bytes: number): number
  _free(address: number): void
  readonly TFLiteWebModelRunner: {
    CreateFromBufferAndOptions(address: number, bytes: number, options: object): Result<ModelRunner>
  }
}

/** A model in TensorFlow Lite. */
type TfliteModel = {
  /** Runs the model on what its inputs hold. */
  run(): void
  /** Inputs and outputs as they are now: they go stale when the module's memory grows, so take them anew each time. */
  inputs(): readonly PeerArray[]
  outputs(): readonly PeerArray[]
  release(): void
}

/** TensorFlow Lite's WebAssembly with 128-bit SIMD on one thread, without the TensorFlow.js around it. */
export type Tflite = {
  /** @throws {Error} when TensorFlow Lite refuses the file */
  load(file: Uint8Array): TfliteModel
}

const all = (list: TensorList) => Array.from({ length: list.size() }, (_, index) => list.get(index).data())

/**
 * Loads the npm package `@tensorflow/tfjs-tflite`.
 *
 * @param require - finds it
 * @throws {Error} when it is not installed
 */
export async function createTflite(require: NodeJS.Require): Promise<Tflite> {
  const folder = join(dirname(require.resolve(`${PACKAGE}/package.json`)), 'wasm')
  const name = 'tflite_web_api_cc_simd'
  const create = require(join(folder, `${name}.js`)) as (options: object) => Promise<TfliteModule>
  const messages: string[] = []
  const module = await create({
    wasmBinary: readFileSync(join(folder, `${name}.wasm`)),
    printErr: (line: string) => messages.push(line),
  })
  return {
    load(file) {
      messages.length = 0
      const address = module._malloc(file.length)
      module.HEAPU8.set(file, address)
      const options = { numThreads: 1, enableProfiling: false, maxProfilingBufferEntries: 1024 }
      const result = module.TFLiteWebModelRunner.CreateFromBufferAndOptions(address, file.length, options)
      if (!result.ok()) {
        module._free(address)
        const reason = messages.find((line) => line.startsWith('ERROR')) ?? result.errorMessage()
        throw new Error(`TensorFlow Lite refuses the model: ${reason}`)
      }
      const runner = result.value()
      const [inputs, outputs] = [runner.GetInputs(), runner.GetOutputs()]
      return {
        run() {
          if (!runner.Infer()) throw new Error('TensorFlow Lite failed to run the model')
        },
        inputs: () => all(inputs),
        outputs: () => all(outputs),
        release() {
          runner.delete()
          module._free(address)
        },
      }
    },
  }
}
