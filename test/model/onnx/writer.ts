import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type AttributeMessage,
  decodeModelMessage,
  decodeTensorMessage,
  encodeModelMessage,
  type NodeMessage,
  type Partially,
  type TensorMessage,
} from '../../../model/onnx/schema.ts'

/** Codes of element types. */
const elementTypes = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7 } as const
type ElementType = keyof typeof elementTypes

/** A constant: shape and row-major values. */
export type GivenTensor = {
  readonly type?: ElementType
  readonly shape: readonly number[]
  readonly values: ArrayLike<number>
}

/** An attribute: an integer or a list of them, a float in an object, a text. */
type GivenAttribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | string
  | { readonly tensor: GivenTensor }

export type GivenNode = {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs?: readonly string[]
  readonly attributes?: Readonly<Record<string, GivenAttribute>>
  readonly domain?: string
}

export type GivenModel = {
  readonly opset?: number
  /** Shape of the input "x"; 0 leaves a dimension open. */
  readonly input: readonly number[]
  readonly inputType?: ElementType
  readonly constants?: Readonly<Record<string, GivenTensor>>
  /** Outputs are "y" where they are not given. */
  readonly nodes: readonly GivenNode[]
  readonly outputs?: readonly string[]
}

/** A tensor message: floats and int64 in lists, bytes and int32 as raw data. */
function tensorMessage(name: string, { type = 'float32', shape, values }: GivenTensor): Partially<TensorMessage> {
  const message = { name, type: elementTypes[type], dimensions: shape }
  const numbers = Array.from(values)
  if (type === 'float32') return { ...message, floats: numbers }
  if (type === 'int64') return { ...message, int64s: numbers }
  if (type === 'int32') return { ...message, raw: new Uint8Array(Int32Array.from(numbers).buffer) }
  return { ...message, raw: Uint8Array.from(numbers) }
}

function attributeMessage(name: string, value: GivenAttribute): Partially<AttributeMessage> {
  if (typeof value === 'number') return { name, integer: value }
  if (typeof value === 'string') return { name, text: new TextEncoder().encode(value) }
  if ('float' in value) return { name, float: value.float }
  if ('tensor' in value) return { name, tensor: tensorMessage('', value.tensor) }
  return { name, integers: value }
}

function nodeMessage({ op, inputs, outputs = ['y'], attributes = {}, domain = '' }: GivenNode): Partially<NodeMessage> {
  return {
    operator: op,
    domain,
    inputs,
    outputs,
    attributes: Object.entries(attributes).map(([name, value]) => attributeMessage(name, value)),
  }
}

/** The bytes of an ONNX model of one input "x". */
export function onnxModel({
  opset = 17,
  input,
  inputType = 'float32',
  constants = {},
  nodes,
  outputs = ['y'],
}: GivenModel): Uint8Array {
  return encodeModelMessage({
    irVersion: 8,
    operatorSets: [{ domain: '', version: opset }],
    graph: {
      name: 'graph',
      nodes: nodes.map(nodeMessage),
      initializers: Object.entries(constants).map(([name, tensor]) => tensorMessage(name, tensor)),
      inputs: [
        {
          name: 'x',
          type: {
            tensor: { element: elementTypes[inputType], shape: { dimensions: input.map((size) => ({ size })) } },
          },
        },
      ],
      outputs: outputs.map((name) => ({ name })),
    },
  })
}

/** A node test of ONNX whose model has all but its first input as constants. */
export function fixedNodeTest(folder: string): { bytes: Uint8Array; input: TensorMessage; output: TensorMessage } {
  const message = decodeModelMessage(readFileSync(join(folder, 'model.onnx')))
  const { graph } = message
  if (!graph) throw new RangeError(`${folder}: no graph`)
  const read = (name: string) => decodeTensorMessage(readFileSync(join(folder, 'test_data_set_0', `${name}.pb`)))
  const constants = graph.inputs.slice(1).map(({ name }, index) => ({ ...read(`input_${index + 1}`), name }))
  const bytes = encodeModelMessage({ ...message, graph: { ...graph, initializers: constants } })
  return { bytes, input: read('input_0'), output: read('output_0') }
}
