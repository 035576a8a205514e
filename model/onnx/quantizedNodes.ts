import { clamp, dtypeRange, elementCount } from '../../isa/index.ts'
import type { Quantization } from '../quantization.ts'
import { ensureSupported } from './error.ts'
import { attributesOf, type OnnxNode } from './reader.ts'
import { type Constant, isReal } from './tensor.ts'
import {
  type Computed,
  constantOf,
  isKnown,
  type Known,
  layerName,
  normalizeAxis,
  type QuantizedConstant,
  sameQuantization,
  type Translation,
} from './translation.ts'

/** What uint8 values and zero points are moved by to become int8. */
const UINT8_OFFSET = 128

const byteTypes = ['int8', 'uint8'] as const
type ByteType = (typeof byteTypes)[number]

function byteType(type: Constant['type'], what: string): ByteType {
  const found = byteTypes.find((name) => name === type)
  ensureSupported(found !== undefined, `${what} is ${type}; int8 and uint8 are supported`)
  return found
}

function offsetOf(type: string): number {
  return type === 'uint8' ? UINT8_OFFSET : 0
}

/** Nearest integer, halves to even: how ONNX quantizes. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x)
  const rest = x - floor
  return rest < 0.5 || (rest === 0.5 && floor % 2 === 0) ? floor : floor + 1
}

/** Scales and zero points of a node; uint8 zero points less by 128. */
type Scales = { readonly scales: readonly number[]; readonly zeroPoints: readonly number[]; readonly type?: ByteType }

function readScales(translation: Translation, node: OnnxNode, scaleInput: number, zeroInput: number): Scales {
  const scales = translation.numbers(node, scaleInput)
  for (const scale of scales) ensureSupported(scale > 0 && scale < Infinity, `its scale is ${scale}`)
  if (!translation.has(node, zeroInput)) return { scales, zeroPoints: scales.map(() => 0) }
  const values = translation.numbers(node, zeroInput)
  ensureSupported(values.length === scales.length, `it has ${scales.length} scales and ${values.length} zero points`)
  const type = translation.known(node, zeroInput)?.constant.type
  if (type === 'int32') return { scales, zeroPoints: values }
  const own = byteType(type ?? 'uint8', 'its zero point')
  return { scales, zeroPoints: values.map((value) => value - offsetOf(own)), type: own }
}

/** The one quantization of an activation. */
function onlyScale({ scales, zeroPoints }: Scales): Quantization {
  ensureSupported(scales.length === 1, `an activation has ${scales.length} scales, not one`)
  return { scale: scales[0] as number, zeroPoint: zeroPoints[0] as number }
}

/** Which scale belongs to each element of a tensor with one for each index along an axis. */
function scaleIndex(shape: readonly number[], axis: number, count: number): (index: number) => number {
  if (count === 1) return () => 0
  ensureSupported(shape[axis] === count, `it has ${count} scales for ${shape[axis]} indices of axis ${axis}`)
  const inner = elementCount(shape.slice(axis + 1))
  return (index) => Math.floor(index / inner) % count
}

function axisOf(node: OnnxNode, rank: number, count: number): number {
  ensureSupported(node.attributes.integer('block_size', 0) === 0, 'it is quantized in blocks')
  return count === 1 ? 0 : normalizeAxis(node.attributes.integer('axis', 1), rank)
}

function quantizeKnown(constant: Constant, { scales, zeroPoints, type = 'uint8' }: Scales, axis: number): Known {
  const which = scaleIndex(constant.shape, axis, scales.length)
  const [low, high] = dtypeRange.int8
  const values = constant.values.map((value, index) => {
    const at = which(index)
    const step = roundHalfEven(Math.fround(value / (scales[at] as number)))
    return clamp(step + (zeroPoints[at] as number), low, high) + offsetOf(type)
  })
  return { constant: { type, shape: constant.shape, values } }
}

function dequantizeKnown(constant: Constant, { scales, zeroPoints }: Scales, axis: number): Known {
  const { type, shape, values } = constant
  const which = scaleIndex(shape, axis, scales.length)
  const own = type === 'int32' ? 'int32' : byteType(type, 'a constant')
  const moved = values.map((value) => value - offsetOf(own))
  const quantized: QuantizedConstant = {
    type: own === 'int32' ? 'int32' : 'int8',
    values: moved,
    scales,
    zeroPoints,
    axis,
  }
  const reals = moved.map((value, index) => {
    const at = which(index)
    return (value - (zeroPoints[at] as number)) * (scales[at] as number)
  })
  return { constant: { type: 'float32', shape, values: reals }, quantized }
}

/** QuantizeLinear: says how the reals of a value are quantized; what is known is quantized now. */
export function translateQuantize(translation: Translation, node: OnnxNode): void {
  const bound = translation.bound(node, 0)
  const read = readScales(translation, node, 1, 2)
  const type = read.type ?? (node.attributes.integer('output_dtype', 2) === 3 ? 'int8' : 'uint8')
  const scales: Scales = { ...read, type }
  // Without a zero point it is 0 of the output's type.
  const zeroPoints = read.type ? read.zeroPoints : read.zeroPoints.map(() => -offsetOf(type))
  if (isKnown(bound)) {
    ensureSupported(isReal(bound.constant.type), `it quantizes ${bound.constant.type}`)
    const axis = axisOf(node, bound.constant.shape.length, scales.scales.length)
    translation.bind(node, quantizeKnown(bound.constant, { ...scales, zeroPoints }, axis))
    return
  }
  const { given, add } = translation
  ensureSupported(bound.integers === undefined, `it quantizes ${bound.integers}`)
  const quantization = onlyScale({ ...scales, zeroPoints })
  const before = given.get(bound.value)
  const isOther = before !== undefined && !sameQuantization(before, quantization)
  const value = isOther ? add(layerName(node), { op: 'clip', activation: 'none' }, bound.value) : bound.value
  given.set(value, before && !isOther ? before : quantization)
  translation.bind(node, { ...bound, value, integers: type })
}

/** The reals of integers: from now on their quantization is known. */
function dequantize(translation: Translation, bound: Computed, quantization: Quantization): Computed {
  const before = translation.quantizationOf(bound.value)
  if (before === undefined) translation.given.set(bound.value, quantization)
  else
    ensureSupported(
      sameQuantization(before, quantization),
      `it reads scale ${quantization.scale} and zero point ${quantization.zeroPoint} where ` +
        `${before.scale} and ${before.zeroPoint} were written (uint8 counted as int8)`,
    )
  const { integers: _, ...reals } = bound
  return reals
}

/** DequantizeLinear: the reals behind integers. */
export function translateDequantize(translation: Translation, node: OnnxNode): void {
  const bound = translation.bound(node, 0)
  const scales = readScales(translation, node, 1, 2)
  if (isKnown(bound)) {
    const { constant } = bound
    // A zero point that is left out is 0 of the input's type.
    const zeroPoints = translation.has(node, 2)
      ? scales.zeroPoints
      : scales.zeroPoints.map(() => -offsetOf(constant.type))
    const axis = axisOf(node, constant.shape.length, scales.scales.length)
    translation.bind(node, dequantizeKnown(constant, { ...scales, zeroPoints }, axis))
    return
  }
  ensureSupported(bound.integers !== undefined, 'it dequantizes reals')
  const { scale, zeroPoint } = onlyScale(scales)
  const own = translation.has(node, 2) ? zeroPoint : -offsetOf(bound.integers)
  translation.bind(node, dequantize(translation, bound, { scale, zeroPoint: own }))
}

/** A node that stands for a part of another. */
type Part = { readonly operator: string; readonly inputs: readonly string[]; readonly output: string }

/** What translates a node. */
export type Translate = (translation: Translation, node: OnnxNode) => void

/** Carries out nodes in place of one, which gives them its attributes and its name. */
function carryOut(translation: Translation, node: OnnxNode, parts: readonly Part[], translate: Translate): void {
  for (const { operator, inputs, output } of parts) {
    const isMain = operator !== 'DequantizeLinear' && operator !== 'QuantizeLinear'
    // Scales of weights lie along the output channels: the first axis of a convolution's, the last of a matrix.
    const isFirst = node.operator === 'QLinearConv' || node.attributes.integer('transB', 0) === 1
    const attributes = isMain ? node.attributes : attributesOf([{ name: 'axis', integer: isFirst ? 0 : 1 }])
    translate(translation, { ...node, operator, inputs, outputs: [output], attributes })
  }
}

const inner = ({ index }: OnnxNode, role: string) => `node ${index}: ${role}`

/** Dequantizes triples of inputs (tensor, scale, zero point) that begin at positions. */
function dequantizeParts(node: OnnxNode, positions: readonly number[]): Part[] {
  return positions.map((at) => ({
    operator: 'DequantizeLinear',
    inputs: [0, 1, 2].map((offset) => node.inputs[at + offset] ?? ''),
    output: inner(node, `operand ${at}`),
  }))
}

/** The bias of a quantized contraction as reals: int32 in steps of input scale times weight scale. */
function bindBias(translation: Translation, node: OnnxNode, input: number, scaleInputs: readonly number[]): string {
  if (!translation.has(node, input)) return ''
  const bias = translation.known(node, input)
  ensureSupported(bias?.constant.type === 'int32', 'its bias is not a constant of int32')
  const [left = [], right = []] = scaleInputs.map((at) => translation.numbers(node, at))
  const scales = right.map((scale) => scale * (left[0] as number))
  const name = inner(node, 'bias')
  const known = dequantizeKnown(bias.constant, { scales, zeroPoints: scales.map(() => 0) }, 0)
  translation.bounds.set(name, known)
  return name
}

/** QLinearConv and QLinearMatMul as their real operator between dequantization and quantization. */
export function translateQLinear(operator: 'Conv' | 'MatMul' | 'Gemm', translate: Translate): Translate {
  // QGemm has its bias before the output's scale.
  const [biasInput, outputScale] = operator === 'Gemm' ? [6, 7] : [8, 6]
  return (translation, node) => {
    const bias = bindBias(translation, node, biasInput, [1, 4])
    const product = inner(node, 'product')
    const [scale = '', zeroPoint = ''] = [node.inputs[outputScale], node.inputs[outputScale + 1]]
    ensureSupported(scale !== '', 'its output has no scale')
    carryOut(
      translation,
      node,
      [
        ...dequantizeParts(node, [0, 3]),
        {
          operator,
          inputs: [inner(node, 'operand 0'), inner(node, 'operand 3'), bias],
          output: product,
        },
        { operator: 'QuantizeLinear', inputs: [product, scale, zeroPoint], output: node.outputs[0] ?? '' },
      ],
      translate,
    )
  }
}

/** ONNX Runtime's operators on quantized activations: `count` triples of inputs, then the output's scale. */
export function translateQuantizedOperator(operator: string, count: number, translate: Translate): Translate {
  return (translation, node) => {
    const positions = Array.from({ length: count }, (_, index) => 3 * index)
    const result = inner(node, 'result')
    const [scale = '', zeroPoint = ''] = [node.inputs[3 * count], node.inputs[3 * count + 1]]
    carryOut(
      translation,
      node,
      [
        ...dequantizeParts(node, positions),
        { operator, inputs: positions.map((at) => inner(node, `operand ${at}`)), output: result },
        { operator: 'QuantizeLinear', inputs: [result, scale, zeroPoint], output: node.outputs[0] ?? '' },
      ],
      translate,
    )
  }
}

/** ConvInteger and MatMulInteger: the real operator with scales of 1, whose sums stay int32. */
export function translateInteger(operator: 'Conv' | 'MatMul', translate: Translate): Translate {
  return (translation, node) => {
    const scale = inner(node, 'scale')
    translation.bounds.set(scale, { constant: constantOf('float32', [], [1]) })
    const parts = [0, 1].map((input): Part => {
      const zeroPoint = node.inputs[2 + input] ?? ''
      return {
        operator: 'DequantizeLinear',
        inputs: [node.inputs[input] ?? '', scaleFor(translation, node, input, scale), zeroPoint],
        output: inner(node, `operand ${input}`),
      }
    })
    const product = inner(node, 'product')
    const inputs = [inner(node, 'operand 0'), inner(node, 'operand 1')]
    const asQLinear = { ...node, operator: operator === 'Conv' ? 'QLinearConv' : node.operator }
    carryOut(translation, asQLinear, [...parts, { operator, inputs, output: product }], translate)
    const sums = translation.bounds.get(product) as Computed
    ensureSupported(!translation.given.has(sums.value), 'its sums have a scale already')
    translation.given.set(sums.value, { scale: 1, zeroPoint: 0, dtype: 'int32' })
    translation.bind(node, sums)
  }
}

/** As many scales of 1 as an operand has zero points. */
function scaleFor(translation: Translation, node: OnnxNode, input: number, single: string): string {
  if (!translation.has(node, 2 + input)) return single
  const { length } = translation.numbers(node, 2 + input)
  if (length === 1) return single
  const name = inner(node, `scales ${input}`)
  translation.bounds.set(name, { constant: constantOf('float32', [length], new Float64Array(length).fill(1)) })
  return name
}
