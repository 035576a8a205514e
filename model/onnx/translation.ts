import { elementCount, type Shape } from '../../isa/index.ts'
import type { Quantization } from '../quantization.ts'
import { layerShape } from '../quantizer/layerShape.ts'
import { type GivenQuantization, isMove, type Layer, type LayerOperation, sameShape } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import type { OnnxModel, OnnxNode } from './reader.ts'
import { type Constant, isReal } from './tensor.ts'

// An ONNX graph on its way to a graph of layers. Images are channels last there, and any tensor may lie in another order
// of axes than in the file: each is bound with its order, and moved only where an operator needs another.

/** Integers that a constant of reals was dequantized from: int8, or int32 for a bias. uint8 is int8 here, less by 128. */
export type QuantizedConstant = {
  readonly type: 'int8' | 'int32'
  readonly values: Float64Array
  readonly scales: readonly number[]
  /** One for each scale. */
  readonly zeroPoints: readonly number[]
  /** Axis that the scales lie along, where there are several. */
  readonly axis: number
}

/** A tensor that is known without running the model. */
export type Known = { readonly constant: Constant; readonly quantized?: QuantizedConstant }

/** A tensor that the model computes: axis i of value `value` is axis `order[i]` of the file's tensor. */
export type Computed = {
  readonly value: number
  readonly order: readonly number[]
  /** As in the file; a scalar is a tensor of one element here. */
  readonly shape: Shape
  /** The file's integer type, where the tensor is integers that stand for the reals of the value. */
  readonly integers?: 'int8' | 'uint8'
}

/** What stands for a tensor of the file. */
export type Bound = Known | Computed

export function isKnown(bound: Bound): bound is Known {
  return 'constant' in bound
}

/** The order of axes of the file itself. */
export function plainOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis)
}

/** Channels, the second axis of the file, last. */
export function channelsLast(rank: number): number[] {
  return [0, ...plainOrder(rank).slice(2), 1]
}

/** An axis counted from the front. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis
  ensureSupported(normalized >= 0 && normalized < rank, `axis ${axis} of rank ${rank}`)
  return normalized
}

/** The state of a translation, and what operators build with. */
export type Translation = {
  readonly model: OnnxModel
  readonly bounds: Map<string, Bound>
  readonly given: Map<number, GivenQuantization>
  readonly notes: Set<string>
  readonly layers: readonly Layer[]
  readonly shapes: readonly Shape[]
  /** Whether operand `input` is there. */
  has(node: OnnxNode, input: number): boolean
  /** Operand `input`. @throws {UnsupportedError} when it is missing, or comes from a node that is refused */
  bound(node: OnnxNode, input: number): Bound
  /** Operand `input` where it is known. */
  known(node: OnnxNode, input: number): Known | undefined
  /** Values of an operand. @throws {UnsupportedError} unless it is known */
  numbers(node: OnnxNode, input: number): readonly number[]
  /** Operand `input` as reals that the graph computes; a known one becomes a layer. */
  computed(node: OnnxNode, input: number): Computed
  /** {@link computed}, of reals or integers. */
  anything(node: OnnxNode, input: number): Computed
  /** The value that holds a tensor in an order of axes. */
  arranged(bound: Computed, order: readonly number[]): number
  /** Adds a layer and gives its value. */
  add(name: string, operation: LayerOperation, input?: number): number
  /** Says what stands for an output. */
  bind(node: OnnxNode, bound: Bound, output?: number): void
  /** Quantization of a value that the file says, also where a layer keeps its input's. */
  quantizationOf(value: number): GivenQuantization | undefined
}

/** A name for a layer: the node's, or that of what it makes. */
export function layerName({ name, outputs, index }: OnnxNode): string {
  return name || outputs[0] || `node ${index}`
}

function asTensor({ shape, values }: Constant): { shape: Shape; data: Float32Array } {
  return { shape: shape.length === 0 ? [1] : shape, data: Float32Array.from(values) }
}

/** Starts a translation whose value 0 is the graph's only input. */
export function startTranslation(model: OnnxModel, inputShape: Shape): Translation {
  const bounds = new Map<string, Bound>([...model.constants].map(([name, constant]) => [name, { constant }]))
  const given = new Map<number, GivenQuantization>()
  const layers: Layer[] = []
  const shapes: Shape[] = [inputShape]
  const arrangements = new Map<string, number>()

  const add = (name: string, operation: LayerOperation, input = 0) => {
    const layer: Layer = { name, ...operation, input }
    const read = 'other' in layer ? [layer.other] : layer.op === 'concat' ? layer.others : []
    const used = layer.op === 'constant' ? [] : [input, ...read]
    shapes.push(
      layerShape(
        layer,
        used.map((value) => shapes[value] as Shape),
      ),
    )
    layers.push(layer)
    return layers.length
  }
  const has = (node: OnnxNode, input: number) => (node.inputs[input] ?? '') !== ''
  const bound = (node: OnnxNode, input: number): Bound => {
    ensureSupported(has(node, input), `operand ${input} is missing`)
    const name = node.inputs[input] as string
    const found = bounds.get(name)
    ensureSupported(found !== undefined, `"${name}" is used before anything computes it`)
    return found
  }
  const known = (node: OnnxNode, input: number) => {
    const found = bound(node, input)
    return isKnown(found) ? found : undefined
  }
  const constantLayer = (name: string, { constant, quantized }: Known): Computed => {
    const tensor = asTensor(constant)
    const value = add(name, { op: 'constant', tensor })
    if (quantized?.type === 'int8' && quantized.scales.length === 1)
      given.set(value, { scale: quantized.scales[0] as number, zeroPoint: quantized.zeroPoints[0] as number })
    return { value, order: plainOrder(tensor.shape.length), shape: tensor.shape }
  }
  const anything = (node: OnnxNode, input: number): Computed => {
    const found = bound(node, input)
    if (!isKnown(found)) return found
    const name = node.inputs[input] as string
    ensureSupported(isReal(found.constant.type), `constant "${name}" is ${found.constant.type}, not real numbers`)
    return constantLayer(name, found)
  }
  return {
    model,
    bounds,
    given,
    notes: new Set(),
    layers,
    shapes,
    has,
    bound,
    known,
    numbers(node, input) {
      const found = known(node, input)
      ensureSupported(found !== undefined, `operand "${node.inputs[input]}" must be a constant`)
      return [...found.constant.values]
    },
    computed(node, input) {
      const found = anything(node, input)
      ensureSupported(
        found.integers === undefined,
        `operand "${node.inputs[input]}" is ${found.integers}; this operator is supported on dequantized values`,
      )
      return found
    },
    anything,
    arranged({ value, order }, wanted) {
      const permutation = wanted.map((axis) => order.indexOf(axis))
      if (permutation.every((axis, index) => axis === index)) return value
      const key = `${value} ${permutation}`
      const arranged = arrangements.get(key) ?? add(`order of ${value}`, { op: 'transpose', permutation }, value)
      arrangements.set(key, arranged)
      return arranged
    },
    add,
    bind(node, what, output = 0) {
      const name = node.outputs[output] ?? ''
      ensureSupported(name !== '', `output ${output} is missing`)
      ensureSupported(!bounds.has(name), `"${name}" is computed twice`)
      if (!isKnown(what)) {
        const expected = what.order.map((axis) => what.shape[axis] as number)
        // The importer's own mistake, not the file's.
        if (!sameShape(shapes[what.value] as Shape, expected))
          throw new TypeError(`value ${what.value} is [${shapes[what.value]}], bound as [${expected}]`)
      }
      bounds.set(name, what)
    },
    quantizationOf(value) {
      const layer = layers[value - 1]
      const own = given.get(value)
      if (own || !layer || !(isMove(layer) || layer.op === 'avgPool')) return own
      return this.quantizationOf(layer.input ?? 0)
    },
  }
}

/** Whether integers of two files' quantizations stand for the same reals, but for the last bits of a scale. */
export function sameQuantization(a: Quantization, b: Quantization): boolean {
  return a.zeroPoint === b.zeroPoint && Math.abs(a.scale - b.scale) <= 1e-6 * Math.max(a.scale, b.scale)
}

/** A constant of one type. */
export function constantOf(type: Constant['type'], shape: Shape, values: ArrayLike<number>): Constant {
  ensureSupported(values.length === elementCount(shape), `${values.length} values for [${shape.join(',')}]`)
  return { type, shape, values: Float64Array.from(values) }
}
