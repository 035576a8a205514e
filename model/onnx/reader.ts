import { ImportError } from '../tflite/error.ts'
import { ensureSupported, UnsupportedError } from './error.ts'
import {
  type AttributeMessage,
  decodeModelMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
} from './schema.ts'
import { type Constant, type ElementType, elementTypeOf, readTensor } from './tensor.ts'

/** Versions of the default operator set whose operators are read as they are defined there. */
const OPSETS = { least: 7, greatest: 25 } as const

/** Operators of the default set, and those of ONNX Runtime that quantized files use. */
const domains = ['', 'ai.onnx', 'com.microsoft']

/** Attributes of a node by name, with what to take where one is absent. */
export type Attributes = {
  has(name: string): boolean
  integer(name: string, absent: number): number
  integers(name: string): readonly number[] | undefined
  float(name: string, absent: number): number
  text(name: string, absent: string): string
  tensor(name: string): Constant | undefined
  floats(name: string): readonly number[] | undefined
}

export type OnnxNode = {
  readonly index: number
  readonly name: string
  readonly operator: string
  /** Names of tensors; empty for one that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Attributes
}

type OnnxInput = {
  readonly name: string
  readonly type: ElementType
  /** 1 for a dimension that the file leaves open. */
  readonly shape: readonly number[]
  readonly isDynamic: boolean
}

export type OnnxModel = {
  readonly opset: number
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, Constant>
  /** Inputs that are not constants. */
  readonly inputs: readonly OnnxInput[]
  readonly outputs: readonly string[]
}

/** A name as messages show it: one line, not endless. */
function readable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return name.slice(0, 120).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}

/** Attributes by name. */
export function attributesOf(messages: readonly Partial<AttributeMessage>[]): Attributes {
  const byName = new Map(messages.map((message) => [message.name, message]))
  return {
    has: (name) => byName.has(name),
    integer: (name, absent) => byName.get(name)?.integer ?? absent,
    integers: (name) => byName.get(name)?.integers,
    float: (name, absent) => byName.get(name)?.float ?? absent,
    text(name, absent) {
      const bytes = byName.get(name)?.text
      return bytes === undefined ? absent : new TextDecoder().decode(bytes)
    },
    tensor(name) {
      const message = byName.get(name)?.tensor
      return message ? readTensor(message) : undefined
    },
    floats: (name) => byName.get(name)?.floats,
  }
}

function readNode({ name, operator, domain, inputs, outputs, attributes }: NodeMessage, index: number): OnnxNode {
  const full = domains.includes(domain) ? operator : `${domain}.${operator}`
  return { index, name, operator: readable(full), inputs, outputs, attributes: attributesOf(attributes) }
}

function readConstants({ initializers }: GraphMessage): Map<string, Constant> {
  return new Map(
    initializers.map((message) => {
      try {
        return [message.name, readTensor(message)]
      } catch (error) {
        throw new UnsupportedError(`constant "${readable(message.name)}": ${(error as Error).message}`)
      }
    }),
  )
}

function readInputs({ inputs }: GraphMessage, constants: ReadonlyMap<string, Constant>): OnnxInput[] {
  return inputs
    .filter(({ name }) => !constants.has(name))
    .map(({ name, type }) => {
      const where = `input "${readable(name)}"`
      const tensor = type?.tensor
      ensureSupported(tensor !== null && tensor !== undefined, `${where} is not a tensor`)
      ensureSupported(tensor.shape !== null, `${where} has no shape`)
      const sizes = tensor.shape.dimensions.map(({ size }) => size)
      return {
        name,
        type: elementTypeOf(tensor.element),
        shape: sizes.map((size) => (size > 0 ? size : 1)),
        isDynamic: sizes.some((size) => size <= 0),
      }
    })
}

function readModel({ graph, operatorSets }: ModelMessage): OnnxModel {
  ensureSupported(graph !== null, 'it has no graph')
  const opset = operatorSets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 1
  ensureSupported(
    opset >= OPSETS.least && opset <= OPSETS.greatest,
    `its operators are of set ${opset}; ${OPSETS.least} to ${OPSETS.greatest} are supported`,
  )
  ensureSupported(graph.sparseInitializers.length === 0, 'it has sparse constants')
  const constants = readConstants(graph)
  return {
    opset,
    nodes: graph.nodes.map(readNode),
    constants,
    inputs: readInputs(graph, constants),
    outputs: graph.outputs.map(({ name }) => name),
  }
}

/**
 * Reads an ONNX file.
 *
 * @param file - name for messages
 * @throws {ImportError} when it is not an ONNX model, or not one that can be read
 */
export function readOnnx(bytes: Uint8Array, file: string): OnnxModel {
  let message: ModelMessage
  try {
    message = decodeModelMessage(bytes)
  } catch (error) {
    throw new ImportError(file, [`not an ONNX model: ${(error as Error).message}`])
  }
  try {
    return readModel(message)
  } catch (error) {
    if (error instanceof UnsupportedError) throw new ImportError(file, [error.message])
    throw error
  }
}
