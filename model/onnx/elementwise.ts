import { elementCount, type Shape } from '../../isa/index.ts'
import { type Activation, broadcastShape, type ElementFunction } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import type { OnnxNode } from './reader.ts'
import {
  type Computed,
  channelsLast,
  isKnown,
  type Known,
  layerName,
  normalizeAxis,
  plainOrder,
  sameQuantization,
  type Translation,
} from './translation.ts'

type Handler = (translation: Translation, node: OnnxNode) => void
type BinaryOperation = 'add' | 'sub' | 'mul' | 'maximum' | 'minimum'

function addActivation(translation: Translation, node: OnnxNode, activation: Activation): void {
  const x = translation.computed(node, 0)
  translation.bind(node, { ...x, value: translation.add(layerName(node), { op: 'clip', activation }, x.value) })
}

/** Relu. */
export function translateRelu(translation: Translation, node: OnnxNode): void {
  addActivation(translation, node, 'relu')
}

/** Clip: bounds are operands from operator set 11 on, attributes before. */
export function translateClip(translation: Translation, node: OnnxNode): void {
  const bound = (input: number, name: string, absent: number) => {
    if (!translation.has(node, input)) return node.attributes.float(name, absent)
    return translation.numbers(node, input)[0] ?? absent
  }
  const [low, high] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)]
  ensureSupported(low <= high, `it clips to ${low}..${high}`)
  addActivation(translation, node, [low, high])
}

/** A function of one number, with the parameters that its attributes give, or their defaults. */
export function translateMap(
  apply: ElementFunction,
  parameters: { readonly alpha?: number; readonly beta?: readonly [attribute: string, absent: number] } = {},
): Handler {
  return (translation, node) => {
    const x = translation.computed(node, 0)
    const { attributes } = node
    const alpha = parameters.alpha === undefined ? {} : { alpha: attributes.float('alpha', parameters.alpha) }
    const beta = parameters.beta === undefined ? {} : { beta: attributes.float(...parameters.beta) }
    translation.bind(node, {
      ...x,
      value: translation.add(layerName(node), { op: 'map', apply, ...alpha, ...beta }, x.value),
    })
  }
}

/** PRelu with one slope. */
export function translatePRelu(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const slopes = translation.numbers(node, 1)
  const [alpha = 0] = slopes
  ensureSupported(
    slopes.every((slope) => slope === alpha),
    'it has more than one slope',
  )
  const value = translation.add(layerName(node), { op: 'map', apply: 'leakyRelu', alpha }, x.value)
  translation.bind(node, { ...x, value })
}

/** A tensor with axes of one element in front, up to a rank. */
function raised(translation: Translation, name: string, x: Computed, rank: number): Computed {
  if (x.shape.length >= rank) return x
  const shape = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape]
  const plain = translation.arranged(x, plainOrder(x.shape.length))
  return { value: translation.add(`${name} axes`, { op: 'reshape', shape }, plain), order: plainOrder(rank), shape }
}

/** The numbers of a constant along the last axis of a value, undefined where it has others. */
function alongLast({ constant }: Known, order: readonly number[], shape: Shape): Float64Array | undefined {
  const rank = order.length
  const own = [...new Array<number>(rank - constant.shape.length).fill(1), ...constant.shape]
  const last = order.at(-1) as number
  if (own.some((size, axis) => size !== 1 && axis !== last)) return undefined
  const channels = shape[last] as number
  if (constant.values.length === channels) return constant.values
  return constant.values.length === 1 ? new Float64Array(channels).fill(constant.values[0] as number) : undefined
}

/** `x * factor[c] + offset[c]` where a constant has one number for each index of the last axis. */
function addAffine(translation: Translation, node: OnnxNode, x: Computed, known: Known, isLeft: boolean): boolean {
  if (known.constant.shape.length > x.shape.length) return false
  const rank = x.shape.length
  const isByChannel =
    rank >= 3 && known.constant.shape.at(1 - rank) !== undefined && elementCount(known.constant.shape) > 1
  const orders = isByChannel ? [x.order, channelsLast(rank)] : [x.order]
  const found = orders
    .map((order) => ({ order, numbers: alongLast(known, order, x.shape) }))
    .find(({ numbers }) => numbers !== undefined)
  if (!found?.numbers) return false
  const { order, numbers } = found
  const ones = numbers.map(() => 1)
  const zeros = numbers.map(() => 0)
  const fields: Readonly<Record<string, readonly [Float64Array, Float64Array]>> = {
    Add: [ones, numbers],
    Sub: isLeft ? [ones.map(() => -1), numbers] : [ones, numbers.map((value) => -value)],
    Mul: [numbers, zeros],
    Div: [numbers.map((value) => 1 / value), zeros],
  }
  const [factor, offset] = fields[node.operator] ?? [ones, zeros]
  const value = translation.add(
    layerName(node),
    { op: 'affine', factor: Float32Array.from(factor), offset: Float32Array.from(offset), activation: 'none' },
    translation.arranged(x, order),
  )
  translation.bind(node, { value, order, shape: x.shape })
  return true
}

function addBinary(translation: Translation, node: OnnxNode, op: BinaryOperation, a: Computed, b: Computed): Computed {
  const name = layerName(node)
  const rank = Math.max(a.shape.length, b.shape.length)
  const [left, right] = [raised(translation, name, a, rank), raised(translation, name, b, rank)]
  const shape = broadcastShape(left.shape, right.shape)
  ensureSupported(shape !== undefined, `[${a.shape.join(',')}] and [${b.shape.join(',')}] do not broadcast`)
  const other = translation.arranged(right, left.order)
  return {
    value: translation.add(name, { op, other, activation: 'none' }, left.value),
    order: left.order,
    shape,
  }
}

/** Add, Sub and Mul: with a known tensor of one number a channel a factor and an offset, else of two tensors. */
export function translateBinary(op: BinaryOperation): Handler {
  return (translation, node) => {
    const isAffine = op === 'add' || op === 'sub' || op === 'mul'
    const [left, right] = [translation.bound(node, 0), translation.bound(node, 1)]
    if (isAffine && isKnown(right) && addAffine(translation, node, translation.computed(node, 0), right, false)) return
    if (isAffine && isKnown(left) && addAffine(translation, node, translation.computed(node, 1), left, true)) return
    translation.bind(
      node,
      addBinary(translation, node, op, translation.computed(node, 0), translation.computed(node, 1)),
    )
  }
}

/** Div by known numbers. */
export function translateDiv(translation: Translation, node: OnnxNode): void {
  const divisor = translation.known(node, 1)
  ensureSupported(divisor !== undefined, 'it divides by what the model computes')
  const isDone = addAffine(translation, node, translation.computed(node, 0), divisor, false)
  ensureSupported(isDone, `it divides by [${divisor.constant.shape.join(',')}], not one number a channel`)
}

/** Neg. */
export function translateNeg(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const channels = x.shape[x.order.at(-1) as number] as number
  const factor = new Float32Array(channels).fill(-1)
  const offset = new Float32Array(channels)
  const value = translation.add(layerName(node), { op: 'affine', factor, offset, activation: 'none' }, x.value)
  translation.bind(node, { ...x, value })
}

/** Integers of 8 bits that stand for themselves. */
function ownReals(integers: 'int8' | 'uint8') {
  return { scale: 1, zeroPoint: integers === 'uint8' ? -128 : 0 }
}

/** A known tensor of bytes as a layer whose reals are its integers. */
function bytesLayer(translation: Translation, name: string, { constant }: Known): Computed | undefined {
  const { type, values } = constant
  if (type !== 'int8' && type !== 'uint8') return undefined
  const shape = constant.shape.length === 0 ? [1] : constant.shape
  const value = translation.add(name, { op: 'constant', tensor: { shape, data: Float32Array.from(values) } })
  return { value, order: plainOrder(shape.length), shape, integers: type }
}

/** Sum, Max and Min of any number of tensors; Max and Min also of integers as they are. */
export function translateMany(op: 'add' | 'maximum' | 'minimum'): Handler {
  return (translation, node) => {
    ensureSupported(node.inputs.length > 0, 'it has no operands')
    const operands = node.inputs.map((name, input) => {
      const bound = translation.bound(node, input)
      return (isKnown(bound) && bytesLayer(translation, name, bound)) || translation.anything(node, input)
    })
    const [{ integers }] = operands as [Computed]
    ensureSupported(
      operands.every((operand) => operand.integers === integers),
      'it mixes integers and real numbers',
    )
    const reals = operands.map(({ integers: _, ...rest }): Computed => rest)
    if (integers === undefined) {
      translation.bind(
        node,
        reals.reduce((sum, operand) => addBinary(translation, node, op, sum, operand)),
      )
      return
    }
    ensureSupported(op !== 'add', `it adds ${integers}, which wraps`)
    const quantization = ownReals(integers)
    for (const { value } of reals) {
      const known = translation.quantizationOf(value)
      ensureSupported(!known || sameQuantization(known, quantization), 'its operands are quantized')
      translation.given.set(value, quantization)
    }
    const result = reals.reduce((most, operand) => {
      const next = addBinary(translation, node, op, most, operand)
      translation.given.set(next.value, quantization)
      return next
    })
    translation.bind(node, { ...result, integers })
  }
}

/** BatchNormalization of a trained network: a factor and an offset for each channel. */
export function translateBatchNormalization(translation: Translation, node: OnnxNode): void {
  ensureSupported(node.attributes.integer('training_mode', 0) === 0, 'it is in training mode')
  const x = translation.computed(node, 0)
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((input) => translation.numbers(node, input)) as [
    readonly number[],
    readonly number[],
    readonly number[],
    readonly number[],
  ]
  const epsilon = node.attributes.float('epsilon', 1e-5)
  const factor = Float32Array.from(scale, (value, c) => value / Math.sqrt((variance[c] as number) + epsilon))
  const offset = Float32Array.from(shift, (value, c) => value - (mean[c] as number) * (factor[c] as number))
  const order = channelsLast(x.shape.length)
  const input = translation.arranged(x, order)
  const value = translation.add(layerName(node), { op: 'affine', factor, offset, activation: 'none' }, input)
  translation.bind(node, { value, order, shape: x.shape })
}

/** Softmax: along one axis; before operator set 13 along all from one on, taken together. */
export function translateSoftmax(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const rank = x.shape.length
  const isTogether = translation.model.opset < 13
  const axis = normalizeAxis(node.attributes.integer('axis', isTogether ? 1 : -1), rank)
  const name = layerName(node)
  if (isTogether && x.shape.slice(axis + 1).some((size) => size !== 1)) {
    const plain = translation.arranged(x, plainOrder(rank))
    const rows = [elementCount(x.shape.slice(0, axis)), elementCount(x.shape.slice(axis))]
    const flat = translation.add(`${name} rows`, { op: 'reshape', shape: rows }, plain)
    const value = translation.add(name, { op: 'softmax' }, flat)
    const back = translation.add(`${name} shape`, { op: 'reshape', shape: x.shape }, value)
    translation.bind(node, { value: back, order: plainOrder(rank), shape: x.shape })
    return
  }
  const order = [...x.order.filter((own) => own !== axis), axis]
  const value = translation.add(name, { op: 'softmax' }, translation.arranged(x, order))
  translation.bind(node, { value, order, shape: x.shape })
}

/** Pow by 2, 1 or a half. */
export function translatePow(translation: Translation, node: OnnxNode): void {
  const x = translation.computed(node, 0)
  const [exponent, ...more] = translation.numbers(node, 1)
  ensureSupported(more.length === 0 && (exponent === 2 || exponent === 1), `it raises to the power ${exponent}`)
  if (exponent === 1) translation.bind(node, x)
  else
    translation.bind(node, {
      ...x,
      value: translation.add(layerName(node), { op: 'mul', other: x.value, activation: 'none' }, x.value),
    })
}
