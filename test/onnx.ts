import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasShared, sharedFolder } from './shared.ts'

// Node tests of ONNX: a model of one operator, its inputs and outputs, each a protocol buffer.

const folder = join(sharedFolder, 'vectors/onnx')

/** Whether the node tests of ONNX are at hand: `../shared/vectors/onnx` beside the repository. */
export const hasOnnx = hasShared('vectors/onnx')

/** A tensor of a test. Values are exact: every dtype read here fits a double. */
export type OnnxTensor = {
  readonly dtype: 'float32' | 'uint8' | 'int8' | 'int16' | 'int32' | 'bool'
  readonly shape: readonly number[]
  readonly values: readonly number[]
}

export type OnnxTest = {
  readonly name: string
  readonly operator: string
  /** Attributes that are lists of integers, and integers as lists of one. */
  readonly attributes: ReadonlyMap<string, readonly number[]>
  readonly inputs: readonly OnnxTensor[]
  readonly outputs: readonly OnnxTensor[]
}

/** One field of a protocol buffer message: a number for wire types 0, 1 and 5, bytes for wire type 2. */
type Field = { readonly number: number; readonly value: number | Uint8Array }

/** Reads a base-128 number at `offset`: two's complement in 64 bits. */
function readVarint(bytes: Uint8Array, offset: number): { readonly value: number; readonly next: number } {
  let value = 0n
  let shift = 0n
  for (let at = offset; ; at++, shift += 7n) {
    const byte = bytes[at]
    if (byte === undefined) throw new RangeError(`offset ${offset}: the message ends within a number`)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), next: at + 1 }
  }
}

function readMessage(bytes: Uint8Array): Field[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: Field[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const { value: tag, next } = readVarint(bytes, offset)
    const number = tag >>> 3
    const wireType = tag & 7
    if (wireType === 0) {
      const varint = readVarint(bytes, next)
      fields.push({ number, value: varint.value })
      offset = varint.next
    } else if (wireType === 2) {
      const { value: length, next: start } = readVarint(bytes, next)
      fields.push({ number, value: bytes.subarray(start, start + length) })
      offset = start + length
    } else if (wireType === 5) {
      fields.push({ number, value: view.getFloat32(next, true) })
      offset = next + 4
    } else throw new RangeError(`offset ${offset}: wire type ${wireType} is not expected`)
  }
  return fields
}

/** Values of a repeated integer field, packed or not. */
function integers(fields: readonly Field[], number: number): number[] {
  return fields.flatMap((field) => {
    if (field.number !== number) return []
    if (typeof field.value === 'number') return [field.value]
    const values: number[] = []
    for (let offset = 0; offset < field.value.length; ) {
      const { value, next } = readVarint(field.value, offset)
      values.push(value)
      offset = next
    }
    return values
  })
}

function messages(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && typeof field.value !== 'number' ? [field.value] : []))
}

function text(fields: readonly Field[], number: number): string {
  return Buffer.from(messages(fields, number)[0] ?? []).toString()
}

/** Names and readers of the values of `TensorProto.DataType`. */
const dataTypes = {
  1: { dtype: 'float32', bytes: 4, read: (view: DataView, at: number) => view.getFloat32(at, true) },
  2: { dtype: 'uint8', bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
  3: { dtype: 'int8', bytes: 1, read: (view: DataView, at: number) => view.getInt8(at) },
  5: { dtype: 'int16', bytes: 2, read: (view: DataView, at: number) => view.getInt16(at, true) },
  6: { dtype: 'int32', bytes: 4, read: (view: DataView, at: number) => view.getInt32(at, true) },
  9: { dtype: 'bool', bytes: 1, read: (view: DataView, at: number) => view.getUint8(at) },
} as const

/** Reads a `TensorProto`: dims 1, data_type 2, float_data 4, int32_data 5, raw_data 9. */
function readTensor(path: string): OnnxTensor {
  const fields = readMessage(readFileSync(path))
  const code = integers(fields, 2)[0]
  const type = dataTypes[code as keyof typeof dataTypes]
  if (!type) throw new RangeError(`${path}: data type ${code} is not one of the tests' own`)
  const shape = integers(fields, 1)
  const raw = messages(fields, 9)[0] ?? new Uint8Array()
  const packedFloats = messages(fields, 4)[0]
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength)
  const fromRaw = Array.from({ length: raw.length / type.bytes }, (_, index) => type.read(view, index * type.bytes))
  const values = raw.length > 0 ? fromRaw : packedFloats ? floats(packedFloats) : integers(fields, 5)
  const count = shape.reduce((product, size) => product * size, 1)
  if (values.length !== count)
    throw new RangeError(`${path}: ${values.length} values, the shape [${shape}] has ${count}`)
  return { dtype: type.dtype, shape, values }
}

function floats(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true))
}

/** Reads operator and attributes of a model's only node: graph 7, node 1, op_type 4, attribute 5. */
function readNode(path: string): Pick<OnnxTest, 'operator' | 'attributes'> {
  const graph = readMessage(messages(readMessage(readFileSync(path)), 7)[0] ?? new Uint8Array())
  const node = readMessage(messages(graph, 1)[0] ?? new Uint8Array())
  const attributes = messages(node, 5).map((bytes) => {
    const fields = readMessage(bytes)
    // name 1, i 3, ints 8
    return [text(fields, 1), [...integers(fields, 3), ...integers(fields, 8)]] as const
  })
  return { operator: text(node, 4), attributes: new Map(attributes) }
}

/** Every node test, by name; none when they are not at hand. */
export function onnxTests(): OnnxTest[] {
  if (!hasOnnx) return []
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const data = join(folder, name, 'test_data_set_0')
      const tensors = (role: string) => {
        const files = readdirSync(data).filter((file) => file.startsWith(`${role}_`))
        return files.sort().map((file) => readTensor(join(data, file)))
      }
      return {
        name,
        ...readNode(join(folder, name, 'model.onnx')),
        inputs: tensors('input'),
        outputs: tensors('output'),
      }
    })
}
