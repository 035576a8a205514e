import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { PeerFile } from '../model.ts'
import { tfliteOf } from '../tfliteFile/tfliteOf.ts'
import type { Path } from './path.ts'
import { createTflite } from './tflite.ts'

type OrtTensor = { readonly data: ArrayBufferView; readonly type: string }
type OrtSession = {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  readonly inputMetadata: readonly {
    readonly name: string
    readonly type?: string
    readonly shape?: readonly (number | string)[]
  }[]
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}
type Ort = {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: ArrayBufferView, shape: readonly number[]) => OrtTensor
}

/** Finds packages in reach of a directory. */
const requireFrom = (directory: string) => createRequire(join(directory, 'package.json'))

/** Loads a package. @throws {Error} in one line, when it is not in reach */
async function loadPackage<T>(name: string, directory: string, load: () => T | Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND')
      throw new Error(`the npm package ${name} is not in reach of ${directory}`, { cause: error })
    throw new Error(`${name}: ${message.split('\n')[0]}`, { cause: error })
  }
}

function fileOf(file: PeerFile | undefined, kind: PeerFile['kind']): Uint8Array {
  if (file?.kind !== kind) throw new Error(`the model was given as no .${kind} file`)
  return file.bytes
}

/** TensorFlow Lite's WebAssembly, on the file that the program was imported from, or one of the same integers. */
export const tflitePath: Path = {
  async prepare({ file, program }, { peers }) {
    const bytes = file?.kind === 'tflite' ? file.bytes : tfliteOf(program)
    const tflite = await loadPackage('@tensorflow/tfjs-tflite', peers, () => createTflite(requireFrom(peers)))
    const model = tflite.load(bytes)
    return {
      infer(sample) {
        model.setInput(sample)
        model.run()
        return { output: model.output() }
      },
      close: model.release,
    }
  },
}

const byteTypes: Readonly<Record<string, (bytes: Uint8Array) => ArrayBufferView>> = {
  int8: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
  uint8: (bytes) => bytes,
}

/** ONNX Runtime's native code on one thread, on the file that the program was imported from. */
export const onnxruntimePath: Path = {
  async prepare({ file }, { peers }) {
    const bytes = fileOf(file, 'onnx')
    const ort = await loadPackage('onnxruntime-node', peers, () => requireFrom(peers)('onnxruntime-node') as Ort)
    const session = await ort.InferenceSession.create(bytes, {
      ...{ executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 },
      ...{ executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3 },
    })
    const [input] = session.inputMetadata
    const view = byteTypes[input?.type ?? '']
    if (session.inputMetadata.length !== 1 || input === undefined || view === undefined) {
      await session.release()
      throw new Error(`expected one input of int8 or uint8, found ${session.inputMetadata.map(({ type }) => type)}`)
    }
    const shape = (input.shape ?? []).map((size) => (typeof size === 'number' ? size : 1))
    return {
      async infer(sample) {
        const results = await session.run({ [input.name]: new ort.Tensor(input.type ?? '', view(sample), shape) })
        const outputs = session.outputNames.map((name) => (results[name] as OrtTensor).data)
        return {
          output: Uint8Array.from(
            Buffer.concat(outputs.map((data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))),
          ),
        }
      },
      close: () => session.release(),
    }
  },
}
