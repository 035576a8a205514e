// Writes small ONNX models: the fields of the public onnx.proto that they need, in Protocol Buffers' encoding.

const codes = { float32: 1, uint8: 2, int8: 3, int32: 6 } as const
export type OnnxType = keyof typeof codes

export type OnnxData = Float32Array | Uint8Array | Int8Array | Int32Array

/** A constant of the graph. Without a shape it is a scalar. */
export type OnnxConstant = { readonly shape?: readonly number[]; readonly data: OnnxData }

export type OnnxNode = {
  readonly operator: string
  /** Names of tensors; '' for one that is left out. */
  readonly inputs: readonly string[]
  readonly output: string
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>
  /** Whether the operator is one of onnxruntime's own. */
  readonly isMicrosoft?: boolean
}

export type OnnxGraph = {
  readonly constants: Readonly<Record<string, OnnxConstant>>
  readonly nodes: readonly OnnxNode[]
  readonly input: { readonly name: string; readonly type: OnnxType; readonly shape: readonly number[] }
  readonly outputs: readonly { readonly name: string; readonly type: OnnxType; readonly shape: readonly number[] }[]
}

const IR_VERSION = 8
const OPSET_VERSION = 17
const INT_ATTRIBUTE = 2
const INTS_ATTRIBUTE = 7

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  return Uint8Array.from([...bytes, rest])
}

/** A field that holds a number, 0 and up. */
const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)])
/** A field that holds bytes: a string, a message, raw data. */
const bytes = (field: number, value: Uint8Array | string) => {
  const content = typeof value === 'string' ? Buffer.from(value) : value
  return Buffer.concat([varint(field * 8 + 2), varint(content.length), content])
}
const message = (field: number, ...parts: readonly Uint8Array[]) => bytes(field, Buffer.concat(parts))

function typeOf(data: OnnxData): OnnxType {
  if (data instanceof Float32Array) return 'float32'
  if (data instanceof Int32Array) return 'int32'
  return data instanceof Uint8Array ? 'uint8' : 'int8'
}

function constant(name: string, { shape = [], data }: OnnxConstant): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return message(
    5,
    ...shape.map((size) => number(1, size)),
    number(2, codes[typeOf(data)]),
    bytes(8, name),
    bytes(9, raw),
  )
}

function node({ operator, inputs, output, attributes = {}, isMicrosoft = false }: OnnxNode): Uint8Array {
  const attribute = ([name, value]: [string, number | readonly number[]]) =>
    typeof value === 'number'
      ? message(5, bytes(1, name), number(3, value), number(20, INT_ATTRIBUTE))
      : message(5, bytes(1, name), ...value.map((item) => number(8, item)), number(20, INTS_ATTRIBUTE))
  return message(
    1,
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, operator),
    ...Object.entries(attributes).map(attribute),
    bytes(7, isMicrosoft ? 'com.microsoft' : ''),
  )
}

function valueInfo(field: number, { name, type, shape }: OnnxGraph['input']): Uint8Array {
  const dimensions = shape.map((size) => message(1, number(1, size)))
  return message(field, bytes(1, name), message(2, message(1, number(1, codes[type]), message(2, ...dimensions))))
}

/** Bytes of an ONNX model file. */
export function onnxModel({ constants, nodes, input, outputs }: OnnxGraph): Uint8Array {
  const graph = message(
    7,
    ...nodes.map(node),
    bytes(2, 'graph'),
    ...Object.entries(constants).map(([name, value]) => constant(name, value)),
    valueInfo(11, input),
    ...outputs.map((output) => valueInfo(12, output)),
  )
  const opset = message(8, bytes(1, ''), number(2, OPSET_VERSION))
  const microsoft = message(8, bytes(1, 'com.microsoft'), number(2, 1))
  return Buffer.concat([number(1, IR_VERSION), opset, microsoft, graph])
}
