import { createRequire } from 'node:module'
import { join } from 'node:path'
import { elementCount, type TensorType } from '../../isa/index.ts'
import { type Port, valueTypes } from '../../model/index.ts'
import { tfliteOf } from '../tfliteFile/tfliteOf.ts'
import { withValidAxes } from '../tfliteFile/validAxes.ts'
import type { Path } from './path.ts'
import { fillPeer, type PeerArray, plainPorts, readPeer, splitInputs } from './peerData.ts'
import { createTflite } from './tflite.ts'

type OrtTensor = { readonly data: PeerArray }
type OrtSession = {
  readonly outputNames: readonly string[]
  readonly inputMetadata: readonly { readonly name: string; readonly type?: string }[]
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}
type Ort = {
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: PeerArray, shape: readonly number[]) => OrtTensor
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

/** TensorFlow Lite's WebAssembly, on the file that the program was imported from, or one of the same integers. */
export const tflitePath: Path = {
  async prepare({ file, program }, { peers }) {
    const isGiven = file?.kind === 'tflite'
    const bytes = isGiven ? withValidAxes(file.bytes) : tfliteOf(program)
    const types = valueTypes(program)
    const inputs = isGiven ? file.inputs : plainPorts(program.inputs)
    const outputs = isGiven ? file.outputs : plainPorts(program.outputs.map((value) => types[value] as TensorType))
    const tflite = await loadPackage('@tensorflow/tfjs-tflite', peers, () => createTflite(requireFrom(peers)))
    const model = tflite.load(bytes)
    return {
      infer(sample) {
        const parts = splitInputs(sample, inputs)
        model.inputs().forEach((target, index) => {
          fillPeer(target, parts[index] as Uint8Array, inputs[index] as Port)
        })
        model.run()
        const output = model.outputs().map((source, index) => readPeer(source, outputs[index] as Port))
        return { output: Uint8Array.from(Buffer.concat(output)) }
      },
      close: model.release,
    }
  },
}

const arrays: Readonly<Record<string, new (length: number) => PeerArray>> = {
  int8: Int8Array,
  uint8: Uint8Array,
  float32: Float32Array,
}

/** ONNX Runtime's native code on one thread, on the file that the program was imported from. */
export const onnxruntimePath: Path = {
  async prepare({ file }, { peers }) {
    if (file?.kind !== 'onnx') throw new Error('the model was given as no .onnx file')
    const ort = await loadPackage('onnxruntime-node', peers, () => requireFrom(peers)('onnxruntime-node') as Ort)
    const session = await ort.InferenceSession.create(file.bytes, {
      ...{ executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 },
      ...{ executionMode: 'sequential', graphOptimizationLevel: 'all', logSeverityLevel: 3 },
    })
    const feeds = file.inputs.map((port, index) => {
      const { name, type = 'float32' } = session.inputMetadata[index] ?? { name: port.name }
      const create = arrays[type]
      if (create === undefined) throw new Error(`${name}: no way is known to give an input of type ${type}`)
      const data = new create(elementCount(port.type.shape))
      return { name, port, data, tensor: new ort.Tensor(type, data, port.type.shape) }
    })
    const inputs = Object.fromEntries(feeds.map(({ name, tensor }) => [name, tensor]))
    return {
      async infer(sample) {
        const parts = splitInputs(sample, file.inputs)
        feeds.forEach(({ port, data }, index) => {
          fillPeer(data, parts[index] as Uint8Array, port)
        })
        const results = await session.run(inputs)
        const output = file.outputs.map((port, index) => {
          const name = session.outputNames[index] as string
          return readPeer((results[name] as OrtTensor).data, port)
        })
        return { output: Uint8Array.from(Buffer.concat(output)) }
      },
      close: () => session.release(),
    }
  },
}
