import protobuf from 'protobufjs/light.js'

type Field = { readonly type: string; readonly id: number; readonly rule?: 'repeated' }

const one = (type: string, id: number): Field => ({ type, id })
const many = (type: string, id: number): Field => ({ type, id, rule: 'repeated' })

/** The messages of an ONNX file and their fields that matter here, by number; others are skipped. */
const messages: Readonly<Record<string, Readonly<Record<string, Field>>>> = {
  Model: {
    irVersion: one('int64', 1),
    producer: one('string', 2),
    graph: one('Graph', 7),
    operatorSets: many('OperatorSet', 8),
  },
  OperatorSet: { domain: one('string', 1), version: one('int64', 2) },
  Graph: {
    nodes: many('Node', 1),
    name: one('string', 2),
    initializers: many('Tensor', 5),
    inputs: many('ValueInfo', 11),
    outputs: many('ValueInfo', 12),
    sparseInitializers: many('SparseTensor', 15),
  },
  Node: {
    inputs: many('string', 1),
    outputs: many('string', 2),
    name: one('string', 3),
    operator: one('string', 4),
    attributes: many('Attribute', 5),
    domain: one('string', 7),
  },
  Attribute: {
    name: one('string', 1),
    float: one('float', 2),
    integer: one('int64', 3),
    text: one('bytes', 4),
    tensor: one('Tensor', 5),
    floats: many('float', 7),
    integers: many('int64', 8),
    type: one('int32', 20),
  },
  Tensor: {
    dimensions: many('int64', 1),
    type: one('int32', 2),
    floats: many('float', 4),
    int32s: many('int32', 5),
    int64s: many('int64', 7),
    name: one('string', 8),
    raw: one('bytes', 9),
    doubles: many('double', 10),
    location: one('int32', 14),
  },
  SparseTensor: {},
  ValueInfo: { name: one('string', 1), type: one('Type', 2) },
  Type: { tensor: one('TensorType', 1) },
  TensorType: { element: one('int32', 1), shape: one('Shape', 2) },
  Shape: { dimensions: many('Dimension', 1) },
  Dimension: { size: one('int64', 1), name: one('string', 2) },
}

/** A tensor of a file. `type` is a code of TensorProto.DataType. */
export type TensorMessage = {
  readonly dimensions: readonly number[]
  readonly type: number
  readonly floats: readonly number[]
  readonly int32s: readonly number[]
  readonly int64s: readonly number[]
  readonly doubles: readonly number[]
  readonly name: string
  readonly raw: Uint8Array
  /** 1 where the data is in another file. */
  readonly location: number
}

export type AttributeMessage = {
  readonly name: string
  readonly float: number
  readonly integer: number
  readonly text: Uint8Array
  readonly tensor: TensorMessage | null
  readonly floats: readonly number[]
  readonly integers: readonly number[]
}

export type NodeMessage = {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly name: string
  readonly operator: string
  readonly attributes: readonly AttributeMessage[]
  readonly domain: string
}

type ValueInfoMessage = {
  readonly name: string
  readonly type: {
    readonly tensor: {
      readonly element: number
      readonly shape: { readonly dimensions: readonly { readonly size: number; readonly name: string }[] } | null
    } | null
  } | null
}

export type GraphMessage = {
  readonly nodes: readonly NodeMessage[]
  readonly name: string
  readonly initializers: readonly TensorMessage[]
  readonly inputs: readonly ValueInfoMessage[]
  readonly outputs: readonly ValueInfoMessage[]
  readonly sparseInitializers: readonly object[]
}

export type ModelMessage = {
  readonly irVersion: number
  readonly producer: string
  readonly graph: GraphMessage | null
  readonly operatorSets: readonly { readonly domain: string; readonly version: number }[]
}

const types = protobuf.Root.fromJSON({
  nested: Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, { fields }])),
})

/**
 * Decodes a protocol buffer with the schema of ONNX. Fields that are absent are 0, empty or null; integers of 64 bits are
 * doubles.
 *
 * @throws {Error} when the bytes are not such a message
 * @see onnx/onnx.proto of the public specification, whose field numbers these are
 */
export function decodeModelMessage(bytes: Uint8Array): ModelMessage {
  const type = types.lookupType('Model')
  return type.toObject(type.decode(bytes), { defaults: true, arrays: true, longs: Number }) as ModelMessage
}

/** Decodes a tensor that is a file of its own, as {@link decodeModelMessage} does. */
export function decodeTensorMessage(bytes: Uint8Array): TensorMessage {
  const type = types.lookupType('Tensor')
  return type.toObject(type.decode(bytes), { defaults: true, arrays: true, longs: Number }) as TensorMessage
}

/** Part of a message, for {@link encodeModelMessage}. */
export type Partially<T> = T extends Uint8Array | string | number
  ? T
  : T extends readonly (infer Element)[]
    ? readonly Partially<Element>[]
    : { readonly [Key in keyof T]?: Partially<T[Key]> }

/** Encodes a message that {@link decodeModelMessage} reads. */
export function encodeModelMessage(message: Partially<ModelMessage>): Uint8Array {
  const type = types.lookupType('Model')
  return type.encode(type.fromObject(message)).finish()
}
