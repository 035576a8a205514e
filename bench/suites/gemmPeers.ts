import { loadContenders, type PeerAttempt, type PeerContender } from '../harness/peerContenders.ts'
import type { Peers } from '../peers/load.ts'
import type { OnnxConstant, OnnxData, OnnxGraph, OnnxNode } from '../peers/onnx.ts'
import type { OnnxRuntime } from '../peers/onnxRuntime.ts'
import type { Tensorflow } from '../peers/tensorflow.ts'

/** Products in a run of a graph, with weights of their own: the cost of a call counts little. */
const PRODUCTS = 8
/** From int8 to the same values as uint8. */
const TO_UNSIGNED = 128

/** A product `(a - zeroPoint) * b`. */
export type MatmulTask = {
  readonly rows: number
  readonly depth: number
  readonly columns: number
  /** int8 [rows, depth] */
  readonly a: ArrayLike<number>
  /** int8 [columns, depth] */
  readonly b: ArrayLike<number>
  readonly zeroPoint: number
  /** Factor of each column, for an int8 result. */
  readonly factors: Float32Array
  readonly outputZeroPoint: number
  /** Says what is wrong with sums, or with an int8 result. */
  readonly checkSums: (found: ArrayLike<number>) => string | undefined
  readonly checkScaled: (found: ArrayLike<number>) => string | undefined
}

/** `b` as [depth, columns]. */
function transposed({ b, depth, columns }: MatmulTask): Int8Array {
  const result = new Int8Array(depth * columns)
  for (let n = 0; n < columns; n++) for (let k = 0; k < depth; k++) result[k * columns + n] = b[n * depth + k] as number
  return result
}

/** Values of a with the zero point taken off, as single-precision numbers. */
const realA = ({ a, zeroPoint }: MatmulTask) => Float32Array.from(a, (value) => value - zeroPoint)

const kinds = {
  u8s8: { type: 'uint8', operator: 'MatMulInteger' },
  s8s8: { type: 'int8', operator: 'MatMulInteger' },
  f32: { type: 'float32', operator: 'MatMul' },
} as const
type Kind = keyof typeof kinds

function unsigned(values: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(values, (value) => value + TO_UNSIGNED)
}

/** A graph of {@link PRODUCTS} products of the same input, each with weights of its own, the first with the task's. */
async function sums(name: string, runtime: OnnxRuntime, kind: Kind, task: MatmulTask): Promise<PeerContender> {
  const { rows, depth, columns, a, zeroPoint } = task
  const { type, operator } = kinds[kind]
  const isFloat = kind === 'f32'
  const weights = transposed(task)
  const indices = Array.from({ length: PRODUCTS }, (_, index) => index)
  const data: OnnxData = isFloat ? Float32Array.from(weights) : weights
  const constants: Record<string, OnnxConstant> = {
    zero: { data: kind === 'u8s8' ? Uint8Array.of(zeroPoint + TO_UNSIGNED) : Int8Array.of(zeroPoint) },
    ...Object.fromEntries(
      indices.map((index) => [`b${index}`, { shape: [depth, columns], data: turned(data, index) }]),
    ),
  }
  const nodes = indices.map(
    (index): OnnxNode => ({
      operator,
      inputs: ['a', `b${index}`, ...(isFloat ? [] : ['zero'])],
      output: `y${index}`,
    }),
  )
  const outputs = indices.map((index) => ({
    name: `y${index}`,
    type: isFloat ? ('float32' as const) : ('int32' as const),
    shape: [rows, columns],
  }))
  const graph: OnnxGraph = { constants, nodes, input: { name: 'a', type, shape: [rows, depth] }, outputs }
  const input: OnnxData = isFloat ? realA(task) : kind === 'u8s8' ? unsigned(a) : Int8Array.from(a)
  const model = await runtime.load(graph, input)
  return {
    name,
    run: model.run,
    units: PRODUCTS * rows * depth * columns,
    check: async () => task.checkSums(await model.output()),
    release: model.release,
  }
}

/** The same elements from `index` on, the first ones last: no two constants are equal then, so that none is shared. */
function turned<T extends OnnxData>(data: T, index: number): T {
  const result = data.slice() as T
  result.set(data.subarray(index) as never)
  result.set(data.subarray(0, index) as never, data.length - index)
  return result
}

/** One product of uint8 activations and int8 weights that ends in uint8, with a factor for each column. */
async function scaled(name: string, runtime: OnnxRuntime, task: MatmulTask): Promise<PeerContender> {
  const { rows, depth, columns, a, zeroPoint, factors, outputZeroPoint } = task
  const constants: Record<string, OnnxConstant> = {
    one: { data: Float32Array.of(1) },
    zeroA: { data: Uint8Array.of(zeroPoint + TO_UNSIGNED) },
    b: { shape: [depth, columns], data: transposed(task) },
    factors: { shape: [columns], data: factors },
    zeroB: { shape: [columns], data: new Int8Array(columns) },
    zeroY: { data: Uint8Array.of(outputZeroPoint + TO_UNSIGNED) },
  }
  const inputs = ['a', 'one', 'zeroA', 'b', 'factors', 'zeroB', 'one', 'zeroY']
  const graph: OnnxGraph = {
    constants,
    nodes: [{ operator: 'QLinearMatMul', inputs, output: 'y' }],
    input: { name: 'a', type: 'uint8', shape: [rows, depth] },
    outputs: [{ name: 'y', type: 'uint8', shape: [rows, columns] }],
  }
  const model = await runtime.load(graph, unsigned(a))
  return {
    name,
    run: model.run,
    units: rows * depth * columns,
    check: async () => task.checkScaled(Array.from(await model.output(), (value) => value - TO_UNSIGNED)),
    release: model.release,
  }
}

function product(name: string, core: Tensorflow, task: MatmulTask): PeerContender {
  const { rows, depth, columns } = task
  const a = core.tensor(realA(task), [rows, depth])
  const b = core.tensor(Float32Array.from(transposed(task)), [depth, columns])
  return {
    name,
    run: () => core.matMul(a, b).dispose(),
    units: rows * depth * columns,
    check() {
      const result = core.matMul(a, b)
      const values = result.dataSync()
      result.dispose()
      return task.checkSums(values)
    },
    release() {
      a.dispose()
      b.dispose()
    },
  }
}

/** The product by every runtime that is there. Integers this small are exact in single-precision numbers too. */
export function matmulPeers({ onnxNode, onnxWeb, tensorflow }: Peers, task: MatmulTask) {
  const attempts: PeerAttempt[] = []
  const sumsBy = (runtimeName: string, runtime: OnnxRuntime, ...kinds: readonly Kind[]) => {
    for (const kind of kinds)
      attempts.push({ name: `${runtimeName} ${kind}`, load: (name) => sums(name, runtime, kind, task) })
  }
  if (onnxNode) {
    attempts.push({ name: 'onnxruntime-node u8s8 scaled', load: (name) => scaled(name, onnxNode, task) })
    sumsBy('onnxruntime-node', onnxNode, 'u8s8', 's8s8', 'f32')
  }
  if (onnxWeb) sumsBy('onnxruntime-web', onnxWeb, 'u8s8', 'f32')
  if (tensorflow) attempts.push({ name: 'TensorFlow.js f32', load: (name) => product(name, tensorflow, task) })
  return loadContenders(attempts)
}
