import { elementCount, type Shape } from '../../isa/index.ts'
import { ImportError } from '../tflite/error.ts'
import { MalformedError } from '../tflite/flatBuffer.ts'
import { ensureSupported, UnsupportedError } from '../tflite/operation.ts'
import { readTflite, type TfliteModel, type TfliteOperator } from '../tflite/reader.ts'
import { layerShape } from './layerShape.ts'
import { type FloatGraph, type FloatTensor, type Layer, type LayerOperation, usesOf } from './layers.ts'
import { simplify } from './simplify.ts'
import { readReals } from './tfliteConstant.ts'
import { translateTfliteOperator } from './tfliteLayers.ts'

/** What TFLite operators build layers with. */
export type TfliteTranslation = {
  readonly model: TfliteModel
  /** Whether operand `input` is there. */
  has(input: number): boolean
  /** Reals of operand `input`, where it is a constant. */
  constant(input: number): FloatTensor | undefined
  /** Elements of an integer constant. @throws {UnsupportedError} when it is none */
  integers(input: number): readonly number[]
  /** Value of operand `input`; a constant becomes a layer. */
  value(input: number): number
  shapeOf(value: number): Shape
  /** Adds a layer and gives its value. */
  add(operation: LayerOperation, input: number): number
  /** Declared shape of the output, a scalar as one element. */
  readonly declared: Shape
}

/** Runs a network's operators into layers. */
function translate(model: TfliteModel, problems: string[]): FloatGraph | undefined {
  const [input] = model.inputs as readonly [number]
  const inputTensor = model.tensors[input]
  const inputShape = inputTensor?.shape ?? []
  const layers: Layer[] = []
  const shapes: Shape[] = [inputShape]
  const values = new Map<number, number>([[input, 0]])
  const missing = new Set<number>()
  const tensorAt = (number: number) => {
    const tensor = model.tensors[number]
    ensureSupported(tensor !== undefined, 'an operand is missing')
    return tensor
  }
  const addLayer = (layer: Layer) => {
    const graph: FloatGraph = { inputShape, layers: [...layers, layer] }
    const used = usesOf(graph, layers.length).map((value) => shapes[value] as Shape)
    shapes.push(layerShape(layer, used))
    layers.push(layer)
    return layers.length
  }
  const prepare = (operator: TfliteOperator): TfliteTranslation => {
    const output = tensorAt(operator.outputs[0] ?? -1)
    const name = output.name || `operator ${operator.index}`
    const constant = (position: number) => {
      const tensor = tensorAt(operator.inputs[position] ?? -1)
      return tensor.data === undefined ? undefined : readReals(model, tensor)
    }
    return {
      model,
      has: (position) => (operator.inputs[position] ?? -1) >= 0,
      constant,
      integers(position) {
        const tensor = tensorAt(operator.inputs[position] ?? -1)
        ensureSupported(
          tensor.data !== undefined && tensor.type === 'INT32',
          `"${tensor.name}" is not a constant of INT32`,
        )
        return [...readReals(model, tensor).data]
      },
      value(position) {
        const number = operator.inputs[position] ?? -1
        const known = values.get(number)
        if (known !== undefined) return known
        const tensor = constant(position)
        ensureSupported(tensor !== undefined, `"${tensorAt(number).name}" is used before anything computes it`)
        const shape = tensor.shape.length === 0 ? [1] : tensor.shape
        const value = addLayer({ name: tensorAt(number).name, op: 'constant', tensor: { ...tensor, shape } })
        values.set(number, value)
        return value
      },
      shapeOf: (value) => shapes[value] as Shape,
      add: (operation, value) => addLayer({ name, ...operation, input: value }),
      declared: output.shape.length === 0 ? [1] : output.shape,
    }
  }
  for (const operator of model.operators) {
    const { index, name, inputs, outputs } = operator
    const isLost = inputs.some((number) => missing.has(number))
    // Sizes that the graph computes for RESHAPE are known from the shapes that it declares.
    const isSize = outputs.every((number) => tensorAt(number).type === 'INT32') && name !== 'ARG_MAX'
    if (isLost || isSize) {
      if (!isSize) for (const number of outputs) missing.add(number)
      continue
    }
    try {
      const value = translateTfliteOperator(operator, prepare(operator))
      values.set(outputs[0] as number, value)
    } catch (error) {
      const isRefusal = [UnsupportedError, MalformedError, RangeError].some((refusal) => error instanceof refusal)
      if (!isRefusal) throw error
      problems.push(`operator ${index} ${name} -> "${tensorAt(outputs[0] ?? -1).name}": ${(error as Error).message}`)
      for (const number of outputs) missing.add(number)
    }
  }
  if (problems.length > 0) return undefined
  const outputs = model.outputs.map((number) => {
    const value = values.get(number)
    if (value === undefined) problems.push(`output "${tensorAt(number).name}" is not computed`)
    return value ?? 0
  })
  return problems.length > 0 ? undefined : { inputShape, layers, outputs }
}

/**
 * Reads a float32 TFLite model as a network of layers. Weights that the file keeps as float16 or int8 become reals.
 *
 * @throws {ImportError} when the file is not a TFLite model, or uses what is not supported: everything of that at once
 */
export function readTfliteGraph(
  bytes: Uint8Array,
  { name = 'model.tflite' }: { readonly name?: string } = {},
): { readonly graph: FloatGraph; readonly notes: readonly string[] } {
  const model = readTflite(bytes, name)
  const [input, ...more] = model.inputs.map((number) => model.tensors[number])
  if (!input || more.length > 0)
    throw new ImportError(name, [`it has ${model.inputs.length} inputs; models of one are supported`])
  if (input.type !== 'FLOAT32')
    throw new ImportError(name, [
      `input "${input.name}" is ${input.type}, not FLOAT32; int8 models need no quantization`,
    ])
  if (elementCount(input.shape) < 1 || input.shape.length === 0)
    throw new ImportError(name, [`input "${input.name}" has shape [${input.shape.join(',')}]`])
  const problems: string[] = []
  const graph = translate(model, problems)
  if (!graph || graph.layers.length === 0)
    throw new ImportError(name, problems.length > 0 ? problems : ['the graph has no operators'])
  const notes = input.isDynamic
    ? [`Input "${input.name}" has an open dimension in the file; it is ${input.shape.join('x')} here.`]
    : []
  return { graph: simplify(graph).graph, notes }
}
