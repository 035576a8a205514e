import { HaltError, ROUND_SINGLE, type RoundingMode, type Shape, type TensorType } from '../../isa/index.ts'
import type { Program } from '../program.ts'
import { valueShapes } from '../quantizer/floatGraph.ts'
import { type FloatGraph, type GivenQuantization, type Layer, outputsOf } from '../quantizer/layers.ts'
import { type LoweredGraph, lowerQuantized } from '../quantizer/quantize.ts'
import { type SimplifiedGraph, simplify } from '../quantizer/simplify.ts'
import type { Port } from '../tflite/boundary.ts'
import { ImportError } from '../tflite/error.ts'
import type { ImportedOperator } from '../tflite/import.ts'
import { UnsupportedError } from './error.ts'
import { translateNode } from './handlers.ts'
import { type OnnxModel, type OnnxNode, readOnnx } from './reader.ts'
import { isKnown, plainOrder, startTranslation, type Translation } from './translation.ts'

export type OnnxOptions = {
  /** Name of the file, for messages. */
  readonly name?: string
}

/** A network of an ONNX file, and what stands for its tensors. */
export type OnnxGraph = {
  readonly graph: FloatGraph
  /** Value of the graph that stands for a tensor of the file, by name. */
  readonly values: ReadonlyMap<string, number>
  readonly model: OnnxModel
  /** Notes for the user. */
  readonly notes: readonly string[]
}

/** A quantized ONNX model as a program; what a TFLite import says of one. */
export type OnnxImport = {
  readonly program: Program
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  readonly operators: readonly ImportedOperator[]
  /** What a user should know: dropped conversions, open dimensions that were fixed. */
  readonly notes: readonly string[]
}

/** Errors that say that a model is not supported; any other is a fault of the importer. */
const refusals = [UnsupportedError, HaltError, RangeError]

function describe({ index, operator, name, inputs, outputs }: OnnxNode): string {
  const quoted = (names: readonly string[]) =>
    names
      .filter((text) => text !== '')
      .map((text) => `"${text}"`)
      .join(', ')
  return `node ${index} ${operator}${name === '' ? '' : ` "${name}"`} (${quoted(inputs)} -> ${quoted(outputs)})`
}

/** Translates nodes in order; those that need what could not be translated are left out in silence. */
function translateNodes(translation: Translation, problems: string[]): void {
  const missing = new Set<string>()
  for (const node of translation.model.nodes) {
    if (node.inputs.some((name) => missing.has(name))) {
      for (const name of node.outputs) missing.add(name)
      continue
    }
    try {
      translateNode(translation, node)
    } catch (error) {
      if (!refusals.some((refusal) => error instanceof refusal)) throw error
      problems.push(`${describe(node)}: ${(error as Error).message}`)
      for (const name of node.outputs) missing.add(name)
    }
  }
}

/** Declares the only input of the graph. */
function startWithInput(model: OnnxModel, file: string): Translation {
  const [input, ...more] = model.inputs
  if (!input || more.length > 0) {
    const names = model.inputs.map(({ name }) => `"${name}"`).join(', ')
    throw new ImportError(file, [`it has ${model.inputs.length} inputs (${names}); models of one are supported`])
  }
  const { name, type, isDynamic } = input
  const isBytes = type === 'int8' || type === 'uint8'
  if (type !== 'float32' && !isBytes)
    throw new ImportError(file, [`input "${name}" is ${type}; float32, int8 and uint8 are supported`])
  const shape: Shape = input.shape.length === 0 ? [1] : input.shape
  const translation = startTranslation(model, shape)
  translation.bounds.set(name, {
    value: 0,
    order: plainOrder(shape.length),
    shape,
    ...(isBytes ? { integers: type } : {}),
  })
  if (isDynamic)
    translation.notes.add(`Input "${name}" has an open dimension in the file; it is ${shape.join('x')} here.`)
  if (type === 'uint8') translation.notes.add(`Input "${name}" is uint8 in the file; give int8, less by 128.`)
  return translation
}

/** The values of the graph's outputs, with axes as in the file. */
function outputValues(translation: Translation, problems: string[]): number[] {
  return translation.model.outputs.map((name) => {
    const bound = translation.bounds.get(name)
    if (!bound || isKnown(bound)) {
      problems.push(`output "${name}" is ${bound ? 'a constant' : 'not computed'}`)
      return 0
    }
    if (bound.integers === 'uint8')
      translation.notes.add(`Output "${name}" is uint8 in the file; int8, less by 128, comes out.`)
    return translation.arranged(bound, plainOrder(bound.shape.length))
  })
}

/** A simpler graph; one that does nothing keeps a layer that does so. */
function simplified(graph: FloatGraph): SimplifiedGraph {
  const { inputShape, outputs, given } = graph
  const found = graph.layers.length === 0 ? { graph, values: [0] } : simplify(graph)
  if (found.graph.layers.length > 0) return found
  const layers: Layer[] = [{ name: 'input', op: 'reshape', shape: inputShape }]
  const last = (outputs ?? []).map(() => 1)
  return {
    ...found,
    graph: { inputShape, layers, outputs: last, ...(given ? { given: found.graph.given ?? given } : {}) },
  }
}

/**
 * Reads an ONNX file as a network of layers, whose images are channels last and whose input and outputs have their axes as
 * in the file. What the file quantizes is said in `given`.
 *
 * @throws {ImportError} when the file is not an ONNX model, or uses what is not supported: everything of that at once,
 * with nodes and tensors by name
 */
export function readOnnxGraph(bytes: Uint8Array, { name = 'model.onnx' }: OnnxOptions = {}): OnnxGraph {
  const model = readOnnx(bytes, name)
  const translation = startWithInput(model, name)
  const problems: string[] = []
  translateNodes(translation, problems)
  if (model.outputs.length === 0) problems.push('the graph has no outputs')
  if (problems.length > 0) throw new ImportError(name, problems)
  const outputs = outputValues(translation, problems)
  if (problems.length > 0) throw new ImportError(name, problems)
  const { bounds, given, layers, shapes, notes } = translation
  const inputShape = shapes[0] as Shape
  const { graph, values } = simplified({ inputShape, layers, outputs, given })
  const byName = [...bounds].flatMap(([tensor, bound]) => {
    const value = isKnown(bound) ? undefined : values[bound.value]
    return value === undefined ? [] : [[tensor, value] as const]
  })
  return { graph, values: new Map(byName), model, notes: [...notes] }
}

function portOf(name: string, type: TensorType, quantization: GivenQuantization | undefined): Port {
  return { name, type, scale: quantization?.scale ?? 1, zeroPoint: quantization?.zeroPoint ?? 0 }
}

function lowerFile(file: string, read: OnnxGraph, rounding: RoundingMode): LoweredGraph {
  try {
    return lowerQuantized(read.graph, rounding)
  } catch (error) {
    if (!refusals.some((refusal) => error instanceof refusal)) throw error
    throw new ImportError(file, [(error as Error).message])
  }
}

/**
 * Imports a quantized ONNX model as a program: one of QuantizeLinear and DequantizeLinear around operators on reals, one
 * of QLinear operators, or of ConvInteger and MatMulInteger.
 *
 * Integers are those of the file. Sums are exact and rescaled once, by the product of scales as a 31-bit factor and
 * rounded half up, where ONNX computes in floating point and rounds half to even: at most the last bit differs, and only at
 * an exact half or within 2^-31 of one. Sums and products of activations are computed in 20 bits below a step. Real numbers at the
 * boundary of the graph are dropped: the program takes and gives the integers inside, and the ports say what they stand
 * for.
 *
 * @throws {ImportError} when the file is not an ONNX model, is not quantized throughout, or uses what is not supported
 */
export function importOnnx(
  bytes: Uint8Array,
  options: OnnxOptions & { readonly rounding?: RoundingMode } = {},
): OnnxImport {
  const { name = 'model.onnx', rounding = ROUND_SINGLE } = options
  const read = readOnnxGraph(bytes, options)
  const { model, graph, notes } = read
  const { program, quantizations, values } = lowerFile(name, read, rounding)
  const operators = model.nodes.map(({ index, operator, inputs, outputs }): ImportedOperator => {
    const described = outputs.map((tensor) => {
      const value = values[read.values.get(tensor) ?? -1]
      return value === undefined ? { name: tensor } : { name: tensor, value }
    })
    return { index, name: operator, inputs: inputs.filter((tensor) => tensor !== ''), outputs: described }
  })
  const outputs = outputsOf(graph)
  const shapes = valueShapes(graph)
  return {
    program,
    inputs: [portOf(model.inputs[0]?.name ?? '', program.inputs[0] as TensorType, quantizations[0])],
    outputs: model.outputs.map((tensor, index) => {
      const value = outputs[index] as number
      const dtype = quantizations[value]?.dtype ?? 'int8'
      return portOf(tensor, { dtype, shape: shapes[value] as Shape }, quantizations[value])
    }),
    operators,
    notes,
  }
}
