import { elementCount, type Shape } from '../../isa/index.ts'
import { halfFloat } from '../quantizer/halfFloat.ts'
import { UnsupportedError } from './error.ts'
import type { TensorMessage } from './schema.ts'

/** Element types of ONNX that are read, by the code of TensorProto.DataType. */
const typeNames = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
} as const

export type ElementType = (typeof typeNames)[keyof typeof typeNames]

/** Whether elements stand for reals. */
export function isReal(type: ElementType): boolean {
  return type === 'float32' || type === 'float64' || type === 'float16' || type === 'bfloat16'
}

/** The element type of a code. @throws {UnsupportedError} */
export function elementTypeOf(code: number): ElementType {
  const name = typeNames[code as keyof typeof typeNames]
  if (name === undefined) throw new UnsupportedError(`element type ${code} is not supported`)
  return name
}

/** A known tensor: row-major values, exact but for integers beyond 2^53. */
export type Constant = { readonly type: ElementType; readonly shape: Shape; readonly values: Float64Array }

/** A bfloat16 from its bits: the upper half of a float32. */
function brainFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits * 2 ** 16).buffer)[0] as number
}

type Reader = { readonly width: number; read(view: DataView, at: number): number }

const readers: Readonly<Record<ElementType, Reader>> = {
  float32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  uint8: { width: 1, read: (view, at) => view.getUint8(at) },
  int8: { width: 1, read: (view, at) => view.getInt8(at) },
  uint16: { width: 2, read: (view, at) => view.getUint16(at, true) },
  int16: { width: 2, read: (view, at) => view.getInt16(at, true) },
  int32: { width: 4, read: (view, at) => view.getInt32(at, true) },
  int64: { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  bool: { width: 1, read: (view, at) => view.getUint8(at) },
  float16: { width: 2, read: (view, at) => halfFloat(view.getUint16(at, true)) },
  float64: { width: 8, read: (view, at) => view.getFloat64(at, true) },
  uint32: { width: 4, read: (view, at) => view.getUint32(at, true) },
  uint64: { width: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  bfloat16: { width: 2, read: (view, at) => brainFloat(view.getUint16(at, true)) },
}

/** Values that lie in a list of their own rather than in raw bytes. */
function listedValues(message: TensorMessage, type: ElementType): readonly number[] {
  if (type === 'float32') return message.floats
  if (type === 'float64') return message.doubles
  if (type === 'int64') return message.int64s
  if (type === 'float16') return message.int32s.map(halfFloat)
  return type === 'bfloat16' ? message.int32s.map(brainFloat) : message.int32s
}

/** Reads a tensor. @throws {UnsupportedError} when its type is unknown, its data elsewhere or of another size */
export function readTensor(message: TensorMessage): Constant {
  const type = elementTypeOf(message.type)
  const shape = message.dimensions
  if (message.location !== 0) throw new UnsupportedError('its data is in another file')
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    throw new UnsupportedError(`its shape is [${shape.join(',')}]`)
  const { width, read } = readers[type]
  const { raw } = message
  const view = new DataView(raw.buffer, raw.byteOffset, raw.length)
  const listed = listedValues(message, type)
  const count = elementCount(shape)
  const found = raw.length > 0 ? raw.length / width : listed.length
  if (found !== count) throw new UnsupportedError(`it has ${found} values, its shape [${shape.join(',')}] has ${count}`)
  const values = raw.length > 0 ? (_: unknown, index: number) => read(view, index * width) : undefined
  return { type, shape, values: values ? Float64Array.from({ length: count }, values) : Float64Array.from(listed) }
}
