import { peerRequire } from './install.ts'
import { type OnnxData, type OnnxGraph, type OnnxType, onnxModel } from './onnx.ts'

type OrtTensor = { readonly data: ArrayLike<number> }
type OrtSession = {
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>
  release(): Promise<void>
}
type Ort = {
  readonly env: { readonly wasm: { numThreads?: number }; logLevel?: string }
  readonly InferenceSession: { create(model: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: OnnxType, data: OnnxData, shape: readonly number[]) => OrtTensor
}

/** A model of onnxruntime with its input in place. */
type OnnxModel = {
  run(): Promise<unknown>
  /** The first output. */
  output(): Promise<ArrayLike<number>>
  release(): Promise<void>
}

/** onnxruntime on one thread, native or as WebAssembly. */
export type OnnxRuntime = {
  /** Loads a graph. Every node runs; only the first output is handed over. */
  load(graph: OnnxGraph, input: OnnxData): Promise<OnnxModel>
}

function createRuntime(name: string, executionProvider: string): OnnxRuntime {
  const ort = peerRequire(name) as Ort
  ort.env.wasm.numThreads = 1
  ort.env.logLevel = 'error'
  const options = {
    executionProviders: [executionProvider],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  }
  return {
    async load(graph, data) {
      const session = await ort.InferenceSession.create(onnxModel(graph), options)
      const { name, type, shape } = graph.input
      const feeds = { [name]: new ort.Tensor(type, data, shape) }
      const output = graph.outputs[0]?.name as string
      const fetches = [output]
      return {
        run: () => session.run(feeds, fetches),
        output: async () => ((await session.run(feeds, fetches))[output] as OrtTensor).data,
        release: () => session.release(),
      }
    },
  }
}

/** onnxruntime-node: native code. */
export const createOnnxNode = (): OnnxRuntime => createRuntime('onnxruntime-node', 'cpu')
/** onnxruntime-web: WebAssembly with 128-bit SIMD. */
export const createOnnxWeb = (): OnnxRuntime => createRuntime('onnxruntime-web', 'wasm')
