import { loadContenders, type PeerAttempt, type PeerContender } from '../harness/peerContenders.ts'
import type { Peers } from '../peers/load.ts'
import type { OnnxConstant, OnnxData, OnnxGraph } from '../peers/onnx.ts'
import type { OnnxRuntime } from '../peers/onnxRuntime.ts'
import type { Tensorflow } from '../peers/tensorflow.ts'

/** From int8 to the same values as uint8. */
const TO_UNSIGNED = 128

/** A 3x3 depthwise convolution of a square picture, with stride 1 and padding of one element. */
export type DepthwiseTask = {
  readonly size: number
  readonly channels: number
  /** int8 [1, size, size, channels] */
  readonly x: ArrayLike<number>
  /** int8 [3, 3, channels] */
  readonly weights: ArrayLike<number>
  readonly zeroPoint: number
  /** Factor of each channel, for an int8 result. */
  readonly factors: Float32Array
  readonly outputZeroPoint: number
  readonly checkSums: (found: ArrayLike<number>) => string | undefined
  readonly checkScaled: (found: ArrayLike<number>) => string | undefined
}

const macs = ({ size, channels }: DepthwiseTask) => size * size * channels * 9
const realX = ({ x, zeroPoint }: DepthwiseTask) => Float32Array.from(x, (value) => value - zeroPoint)

/** [rows, columns] to [columns, rows]. */
function transposed<T extends Int8Array | Float32Array>(data: T, rows: number, columns: number): T {
  const result = data.slice() as T
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      result[column * rows + row] = data[row * columns + column] as number
  return result
}

/** onnxruntime's convolution with channels last, int8 or uint8 activations. */
async function scaled(
  name: string,
  runtime: OnnxRuntime,
  kind: 'u8s8' | 's8s8',
  task: DepthwiseTask,
): Promise<PeerContender> {
  const { size, channels, x, weights, zeroPoint, factors, outputZeroPoint } = task
  const offset = kind === 'u8s8' ? TO_UNSIGNED : 0
  const type = kind === 'u8s8' ? ('uint8' as const) : ('int8' as const)
  const typed = (values: ArrayLike<number>): OnnxData => {
    const shifted = Array.from(values, (value) => value + offset)
    return kind === 'u8s8' ? Uint8Array.from(shifted) : Int8Array.from(shifted)
  }
  const shape = [1, size, size, channels]
  const constants: Record<string, OnnxConstant> = {
    one: { data: Float32Array.of(1) },
    zeroX: { data: typed([zeroPoint]) },
    w: { shape: [channels, 1, 3, 3], data: transposed(Int8Array.from(weights), 9, channels) },
    factors: { shape: [channels], data: factors },
    zeroW: { shape: [channels], data: new Int8Array(channels) },
    zeroY: { data: typed([outputZeroPoint]) },
  }
  const graph: OnnxGraph = {
    constants,
    nodes: [
      {
        operator: 'QLinearConv',
        inputs: ['x', 'one', 'zeroX', 'w', 'factors', 'zeroW', 'one', 'zeroY'],
        output: 'y',
        attributes: { group: channels, kernel_shape: [3, 3], pads: [1, 1, 1, 1], channels_last: 1 },
        isMicrosoft: true,
      },
    ],
    input: { name: 'x', type, shape },
    outputs: [{ name: 'y', type, shape }],
  }
  const model = await runtime.load(graph, typed(x))
  return {
    name,
    run: model.run,
    units: macs(task),
    check: async () => task.checkScaled(Array.from(await model.output(), (value) => value - offset)),
    release: model.release,
  }
}

/** onnxruntime's convolution of single-precision numbers, channels first as ONNX has them. */
async function floatChannelsFirst(name: string, runtime: OnnxRuntime, task: DepthwiseTask): Promise<PeerContender> {
  const { size, channels, weights } = task
  const shape = [1, channels, size, size]
  const attributes = { group: channels, kernel_shape: [3, 3], pads: [1, 1, 1, 1] }
  const graph: OnnxGraph = {
    constants: { w: { shape: [channels, 1, 3, 3], data: transposed(Float32Array.from(weights), 9, channels) } },
    nodes: [{ operator: 'Conv', inputs: ['x', 'w'], output: 'y', attributes }],
    input: { name: 'x', type: 'float32', shape },
    outputs: [{ name: 'y', type: 'float32', shape }],
  }
  const model = await runtime.load(graph, transposed(realX(task), size * size, channels))
  return {
    name,
    run: model.run,
    units: macs(task),
    check: async () => task.checkSums(transposed(Float32Array.from(await model.output()), channels, size * size)),
    release: model.release,
  }
}

function floatChannelsLast(name: string, core: Tensorflow, task: DepthwiseTask): PeerContender {
  const { size, channels, weights } = task
  const x = core.tensor(realX(task), [1, size, size, channels])
  const filter = core.tensor(Float32Array.from(weights), [3, 3, channels, 1])
  return {
    name,
    run: () => core.depthwiseConv2d(x, filter, 1, 'same').dispose(),
    units: macs(task),
    check() {
      const result = core.depthwiseConv2d(x, filter, 1, 'same')
      const values = result.dataSync()
      result.dispose()
      return task.checkSums(values)
    },
    release() {
      x.dispose()
      filter.dispose()
    },
  }
}

/** The convolution by every runtime that is there. */
export function depthwisePeers({ onnxNode, onnxWeb, tensorflow }: Peers, task: DepthwiseTask) {
  const attempts: PeerAttempt[] = []
  const runtimes = [
    ['onnxruntime-node', onnxNode],
    ['onnxruntime-web', onnxWeb],
  ] as const
  for (const [runtimeName, runtime] of runtimes) {
    if (!runtime) continue
    for (const kind of ['u8s8', 's8s8'] as const)
      attempts.push({ name: `${runtimeName} ${kind}`, load: (name) => scaled(name, runtime, kind, task) })
    attempts.push({ name: `${runtimeName} f32`, load: (name) => floatChannelsFirst(name, runtime, task) })
  }
  if (tensorflow)
    attempts.push({ name: 'TensorFlow.js f32', load: (name) => floatChannelsLast(name, tensorflow, task) })
  return loadContenders(attempts)
}
