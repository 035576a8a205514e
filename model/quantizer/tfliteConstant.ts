import { elementCount } from '../../isa/index.ts'
import { ensureSupported } from '../tflite/operation.ts'
import type { TfliteModel, TfliteTensor } from '../tflite/reader.ts'
import { halfFloat } from './halfFloat.ts'
import type { FloatTensor } from './layers.ts'

type Reader = { readonly width: number; read(view: DataView, at: number): number }

const readers: Readonly<Record<string, Reader>> = {
  FLOAT32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  FLOAT16: { width: 2, read: (view, at) => halfFloat(view.getUint16(at, true)) },
  INT8: { width: 1, read: (view, at) => view.getInt8(at) },
  INT32: { width: 4, read: (view, at) => view.getInt32(at, true) },
}

/**
 * The reals of a constant; int8 ones by their scales, int32 ones without a scale as they are.
 *
 * @throws {UnsupportedError} when it is of another type, sparse, or of another size than its shape
 */
export function readReals(model: TfliteModel, tensor: TfliteTensor): FloatTensor {
  const { data = new Uint8Array(), name, shape, type, quantization } = tensor
  const reader = readers[type]
  ensureSupported(
    reader !== undefined,
    `"${name}" is ${type}; constants of ${Object.keys(readers).join(', ')} are read`,
  )
  ensureSupported(!tensor.isSparse, `"${name}" is sparse`)
  const count = elementCount(shape)
  ensureSupported(data.length === count * reader.width, `"${name}" has ${data.length} bytes for [${shape.join(',')}]`)
  model.charge(data.length)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const raw = Float32Array.from({ length: count }, (_, index) => reader.read(view, index * reader.width))
  if (type !== 'INT8') return { shape, data: raw }
  ensureSupported(quantization !== undefined, `"${name}" is INT8 without a scale`)
  const { scales, zeroPoints, dimension } = quantization
  const inner = elementCount(shape.slice(dimension + 1))
  return {
    shape,
    data: raw.map((value, index) => {
      const at = scales.length === 1 ? 0 : Math.floor(index / inner) % scales.length
      return (value - (zeroPoints[at] ?? 0)) * (scales[at] as number)
    }),
  }
}
