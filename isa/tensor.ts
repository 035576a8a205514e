import { ensure, type HaltCode } from './halt.ts'

export const dtypes = ['int8', 'int16', 'int32'] as const
export type DType = (typeof dtypes)[number]
export type Shape = readonly number[]

/** What is known of a tensor before its data: enough for type rules, gas and halts. */
export type TensorType = { readonly dtype: DType; readonly shape: Shape }

export type TensorData = Int8Array | Int16Array | Int32Array

/** A tensor in canonical form: row-major elements, little-endian in memory. */
export type Tensor = TensorType & {
  readonly data: TensorData
  /**
   * Identity of the constant that this is a whole copy of, where it is one. Tensors with the same identity have the same
   * type and data, so whatever is derived from one holds for all.
   */
  readonly source?: object | undefined
}

export const MAX_RANK = 6
export const MAX_DIMENSION = 2 ** 24 - 1
/** Largest canonical form of a tensor in bytes: addresses of a 32-bit linear memory. */
export const MAX_BYTES = 2 ** 32 - 1

/** Bytes of one element. */
export const elementBytes: Readonly<Record<DType, number>> = { int8: 1, int16: 2, int32: 4 }

/** Smallest and largest value of a dtype. */
export const dtypeRange: Readonly<Record<DType, readonly [number, number]>> = {
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-(2 ** 31), 2 ** 31 - 1],
}

/** Number of elements of a shape. Exact for every shape that {@link tensorType} accepts. */
export function elementCount(shape: Shape): number {
  let count = 1
  for (const dimension of shape) count *= dimension
  return count
}

/** Bytes of the canonical form. */
export function byteLength(type: TensorType): number {
  return elementCount(type.shape) * elementBytes[type.dtype]
}

/**
 * Makes a tensor type after checking it: rank 1..6, dimensions 1..2^24-1, canonical form below 2^32 bytes.
 *
 * @param code - the halt to raise: `BadTypeWord` for a type that a contract wrote, `ShapeMismatch` for an inferred one
 */
export function tensorType(dtype: DType, shape: Shape, code: HaltCode = 'ShapeMismatch'): TensorType {
  ensure(shape.length >= 1 && shape.length <= MAX_RANK, code, `rank ${shape.length} is not in 1..${MAX_RANK}`)
  let bytes = elementBytes[dtype]
  for (const dimension of shape) {
    ensure(
      Number.isInteger(dimension) && dimension >= 1 && dimension <= MAX_DIMENSION,
      code,
      `dimension ${dimension} is not in 1..${MAX_DIMENSION}`,
    )
    bytes *= dimension
    ensure(bytes <= MAX_BYTES, code, `${dtype}[${shape}] is larger than ${MAX_BYTES} bytes`)
  }
  return { dtype, shape }
}

/** A tensor whose data lies in `buffer` from `offsetBytes` on; no copy is made. The offset must be aligned to the dtype. */
export function tensorView(type: TensorType, buffer: ArrayBufferLike, offsetBytes: number): Tensor {
  const count = elementCount(type.shape)
  const data =
    type.dtype === 'int8'
      ? new Int8Array(buffer, offsetBytes, count)
      : type.dtype === 'int16'
        ? new Int16Array(buffer, offsetBytes, count)
        : new Int32Array(buffer, offsetBytes, count)
  return { dtype: type.dtype, shape: type.shape, data }
}

/** A tensor of zeros in memory of its own. */
export function createTensor(type: TensorType): Tensor {
  return tensorView(type, new ArrayBuffer(byteLength(type)), 0)
}

/**
 * A tensor with these values in memory of its own.
 *
 * @throws {RangeError} when the number of values differs from the shape's, or a value is outside the dtype
 */
export function tensorOf(dtype: DType, shape: Shape, values: ArrayLike<number>): Tensor {
  const tensor = createTensor(tensorType(dtype, shape))
  if (values.length !== tensor.data.length)
    throw new RangeError(`values: ${dtype}[${shape}] has ${tensor.data.length} elements, not ${values.length}`)
  const [low, high] = dtypeRange[dtype]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (!Number.isInteger(value) || value < low || value > high)
      throw new RangeError(`values[${i}]: ${value} is not an ${dtype}`)
    tensor.data[i] = value
  }
  return tensor
}

/** The canonical form: a view of the tensor's bytes, not a copy. */
export function tensorBytes(tensor: Tensor): Uint8Array {
  return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength)
}

/** Whether two types are the same dtype and shape. */
export function sameType(a: TensorType, b: TensorType): boolean {
  return a.dtype === b.dtype && a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i])
}

/** `int8[1,28,28,1]`, as messages, disassembly and summaries show it. */
export function formatType(type: TensorType): string {
  return `${type.dtype}[${type.shape.join(',')}]`
}

/** Elements to step for one step along each axis of a row-major tensor. */
export function rowMajorStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length)
  let stride = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride
    stride *= shape[axis] as number
  }
  return strides
}
