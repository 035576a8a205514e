import { createTflite, type Tflite } from '../../benchmark/paths/tflite.ts'
import { installPeers, peerRequire } from './install.ts'
import { createOnnxNode, createOnnxWeb, type OnnxRuntime } from './onnxRuntime.ts'
import { createTensorflow, type Tensorflow } from './tensorflow.ts'

/** The runtimes to measure against; one that can't be loaded is undefined. */
export type Peers = {
  readonly onnxNode: OnnxRuntime | undefined
  readonly onnxWeb: OnnxRuntime | undefined
  readonly tensorflow: Tensorflow | undefined
  readonly tflite: Tflite | undefined
  /** Why runtimes are missing. */
  readonly notes: readonly string[]
}

export const noPeers: Peers = {
  ...{ onnxNode: undefined, onnxWeb: undefined, tensorflow: undefined, tflite: undefined },
  notes: [],
}

/** Installs the runtimes where they are missing, and loads them. */
export async function loadPeers(): Promise<Peers> {
  const notes: string[] = []
  const attempt = async <T>(name: string, create: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await create()
    } catch (error) {
      const [reason] = (error as Error).message.split('\n')
      notes.push(`${name} is left out: ${reason}`)
      return undefined
    }
  }
  try {
    installPeers()
  } catch (error) {
    return { ...noPeers, notes: [`other runtimes are left out: ${(error as Error).message}`] }
  }
  return {
    onnxNode: await attempt('onnxruntime-node', createOnnxNode),
    onnxWeb: await attempt('onnxruntime-web', createOnnxWeb),
    tensorflow: await attempt('TensorFlow.js', createTensorflow),
    tflite: await attempt('TensorFlow Lite', () => createTflite(peerRequire)),
    notes,
  }
}
