import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { peerRequire } from './install.ts'

type Result<T> = { ok(): boolean; errorMessage(): string; value(): T }
type RunnerTensor = { readonly dataType: string; readonly shape: string; data(): Int8Array }
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

/** A model of TensorFlow Lite with one int8 input and one int8 output. */
type TfliteModel = {
  /** Runs the model on the input that was set last. */
  run(): void
  setInput(input: Int8Array): void
  output(): Int8Array
  release(): void
}

/** TensorFlow Lite's WebAssembly with 128-bit SIMD on one thread, without the TensorFlow.js around it. */
export type Tflite = {
  /** @throws {Error} when TensorFlow Lite refuses the file */
  load(file: Uint8Array): TfliteModel
}

export async function createTflite(): Promise<Tflite> {
  const folder = join(dirname(peerRequire.resolve('@tensorflow/tfjs-tflite/package.json')), 'wasm')
  const name = 'tflite_web_api_cc_simd'
  const create = peerRequire(join(folder, `${name}.js`)) as (options: object) => Promise<TfliteModule>
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
        // The views go stale when the module's memory grows.
        setInput: (input) => inputs.get(0).data().set(input),
        output: () => outputs.get(0).data().slice(),
        release() {
          runner.delete()
          module._free(address)
        },
      }
    },
  }
}
