import { Builder } from 'flatbuffers'
import { operatorCodes, optionTables, type Slot, typeCodes, widths } from './schema.ts'

// Writes TFLite files.

/** A tensor to write. Integers of `data` are laid out by `type`. */
export type TensorSpec = {
  readonly type?: string
  readonly shape: readonly number[]
  readonly data?: readonly number[]
  readonly scale?: number | readonly number[]
  readonly zeroPoint?: number | readonly number[]
  readonly dimension?: number
  readonly signature?: readonly number[]
}

export type OperatorSpec = {
  readonly name: string
  /** Names of tensors; '' for an operand that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly options?: Readonly<Record<string, number | boolean | readonly number[]>>
}

export type ModelSpec = {
  readonly tensors: Readonly<Record<string, TensorSpec>>
  readonly operators: readonly OperatorSpec[]
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

function layOut(type: string, values: readonly number[]): Uint8Array {
  const width = widths[type] as number
  const bytes = new Uint8Array(values.length * width)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => {
    if (type === 'FLOAT32') view.setFloat32(index * width, value, true)
    else if (width === 1) view.setInt8(index, value)
    else if (width === 2) view.setInt16(index * width, value, true)
    else if (width === 4) view.setInt32(index * width, value, true)
    else view.setBigInt64(index * width, BigInt(value), true)
  })
  return bytes
}

function int32s(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4)
  for (const value of [...values].reverse()) builder.addInt32(value)
  return builder.endVector()
}

function offsets(builder: Builder, values: readonly number[]): number {
  builder.startVector(4, values.length, 4)
  for (const value of [...values].reverse()) builder.addOffset(value)
  return builder.endVector()
}

function bytesVector(builder: Builder, bytes: Uint8Array): number {
  builder.startVector(1, bytes.length, 16)
  for (const byte of [...bytes].reverse()) builder.addInt8(byte)
  return builder.endVector()
}

function writeTensor(builder: Builder, name: string, buffer: number, spec: TensorSpec): number {
  const { type = 'INT8', shape, scale, zeroPoint = 0, dimension = 0, signature } = spec
  const nameAt = builder.createString(name)
  const shapeAt = int32s(builder, shape)
  const signatureAt = signature ? int32s(builder, signature) : 0
  let quantizationAt = 0
  if (scale !== undefined) {
    const scales = typeof scale === 'number' ? [scale] : scale
    const zeroPoints = typeof zeroPoint === 'number' ? scales.map(() => zeroPoint) : zeroPoint
    builder.startVector(4, scales.length, 4)
    for (const value of [...scales].reverse()) builder.addFloat32(value)
    const scalesAt = builder.endVector()
    builder.startVector(8, zeroPoints.length, 8)
    for (const value of [...zeroPoints].reverse()) builder.addInt64(BigInt(value))
    const zeroPointsAt = builder.endVector()
    builder.startObject(7)
    builder.addFieldOffset(2, scalesAt, 0)
    builder.addFieldOffset(3, zeroPointsAt, 0)
    builder.addFieldInt32(6, dimension, 0)
    quantizationAt = builder.endObject()
  }
  builder.startObject(8)
  builder.addFieldOffset(0, shapeAt, 0)
  builder.addFieldInt8(1, typeCodes[type] as number, 0)
  builder.addFieldInt32(2, buffer, 0)
  builder.addFieldOffset(3, nameAt, 0)
  if (quantizationAt) builder.addFieldOffset(4, quantizationAt, 0)
  if (signatureAt) builder.addFieldOffset(7, signatureAt, 0)
  return builder.endObject()
}

function writeOptions(
  builder: Builder,
  { name, options = {} }: OperatorSpec,
): { union: number; at: number } | undefined {
  const table = optionTables[name]
  if (!table) return undefined
  const fields = Object.entries(options).map(([field, value]) => {
    const [slot, kind] = table.slots[field] as Slot
    return { slot, kind, value: kind === 'ints' ? int32s(builder, value as readonly number[]) : Number(value) }
  })
  builder.startObject(8)
  for (const { slot, kind, value } of fields) {
    if (kind === 'byte') builder.addFieldInt8(slot, value, 0)
    else if (kind === 'int') builder.addFieldInt32(slot, value, Number.NaN)
    else if (kind === 'float') builder.addFieldFloat32(slot, value, Number.NaN)
    else builder.addFieldOffset(slot, value, 0)
  }
  return { union: table.union, at: builder.endObject() }
}

/** Bytes of a TFLite file. */
export function writeTflite({ tensors, operators, inputs, outputs }: ModelSpec): Uint8Array {
  const builder = new Builder(1024)
  const names = Object.keys(tensors)
  const numbers = (list: readonly string[]) => list.map((name) => names.indexOf(name))
  const specs = Object.values(tensors)
  const buffers = [undefined, ...specs.map(({ type = 'INT8', data }) => data && layOut(type, data))].map((data) => {
    const dataAt = data ? bytesVector(builder, data) : 0
    builder.startObject(3)
    if (dataAt) builder.addFieldOffset(0, dataAt, 0)
    return builder.endObject()
  })
  const tensorAts = specs.map((spec, index) => writeTensor(builder, names[index] as string, index + 1, spec))
  const operatorAts = operators.map((operator, index) => {
    const options = writeOptions(builder, operator)
    const inputsAt = int32s(builder, numbers(operator.inputs))
    const outputsAt = int32s(builder, numbers(operator.outputs))
    builder.startObject(9)
    builder.addFieldInt32(0, index, 0)
    builder.addFieldOffset(1, inputsAt, 0)
    builder.addFieldOffset(2, outputsAt, 0)
    if (options) {
      builder.addFieldInt8(3, options.union, 0)
      builder.addFieldOffset(4, options.at, 0)
    }
    return builder.endObject()
  })
  const codeAts = operators.map(({ name }) => {
    const code = operatorCodes[name] as number
    builder.startObject(4)
    builder.addFieldInt8(0, Math.min(code, 127), 0)
    builder.addFieldInt32(3, code, 0)
    return builder.endObject()
  })
  const graphVectors = [
    offsets(builder, tensorAts),
    int32s(builder, numbers(inputs)),
    int32s(builder, numbers(outputs)),
    offsets(builder, operatorAts),
  ]
  builder.startObject(5)
  graphVectors.forEach((at, slot) => {
    builder.addFieldOffset(slot, at, 0)
  })
  const graphAt = builder.endObject()
  const [codesAt, graphsAt, buffersAt] = [codeAts, [graphAt], buffers].map((list) => offsets(builder, list))
  builder.startObject(8)
  builder.addFieldInt32(0, 3, 0)
  builder.addFieldOffset(1, codesAt as number, 0)
  builder.addFieldOffset(2, graphsAt as number, 0)
  builder.addFieldOffset(4, buffersAt as number, 0)
  builder.finish(builder.endObject(), 'TFL3')
  return builder.asUint8Array()
}
