import { extname } from 'node:path'
import { UsageError } from './errors.ts'
import { readUserFile } from './files.ts'

/** Element types of a raw file of samples. */
export const sampleTypes = ['float32', 'uint8', 'int8'] as const
export type SampleType = (typeof sampleTypes)[number]

type Numbers = { readonly length: number; readonly numbers: ArrayLike<number>; readonly isReal: boolean }

type ArrayReader = { readonly bytes: number; readonly isReal: boolean; read(view: DataView, at: number): number }

/** Element types of NumPy arrays that are read, by their description. */
const arrayReaders: Readonly<Record<string, ArrayReader>> = {
  '<f4': { bytes: 4, isReal: true, read: (view, at) => view.getFloat32(at, true) },
  '<f8': { bytes: 8, isReal: true, read: (view, at) => view.getFloat64(at, true) },
  '|u1': { bytes: 1, isReal: false, read: (view, at) => view.getUint8(at) },
  '|i1': { bytes: 1, isReal: false, read: (view, at) => view.getInt8(at) },
  '<i4': { bytes: 4, isReal: false, read: (view, at) => view.getInt32(at, true) },
  '<i8': { bytes: 8, isReal: false, read: (view, at) => Number(view.getBigInt64(at, true)) },
}

const rawReaders: Readonly<Record<SampleType, ArrayReader>> = {
  float32: arrayReaders['<f4'] as ArrayReader,
  uint8: arrayReaders['|u1'] as ArrayReader,
  int8: arrayReaders['|i1'] as ArrayReader,
}

const ARRAY_MAGIC = '\u0093NUMPY'

function readAll(view: DataView, start: number, count: number, { bytes, isReal, read }: ArrayReader): Numbers {
  const numbers = new Float64Array(count)
  for (let index = 0; index < count; index++) numbers[index] = read(view, start + index * bytes)
  return { length: count, numbers, isReal }
}

/**
 * Reads a NumPy array: its header is a Python dictionary of description, order and shape.
 *
 * @throws {UsageError} naming the file, when it is not one, of another element type, or in Fortran's order
 * @see NumPy, numpy.lib.format
 */
function readArray(path: string, file: Uint8Array): Numbers {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  const magic = Buffer.from(file.subarray(0, 6)).toString('latin1')
  if (magic !== ARRAY_MAGIC || file.length < 12) throw new UsageError(`${path}: not a NumPy array`)
  const isOld = view.getUint8(6) === 1
  const header = isOld ? 10 : 12
  const start = header + (isOld ? view.getUint16(8, true) : view.getUint32(8, true))
  const text = Buffer.from(file.subarray(header, start)).toString('latin1')
  const [, description = ''] = /'descr': *'([^']*)'/.exec(text) ?? []
  const [, shape] = /'shape': *\(([^)]*)\)/.exec(text) ?? []
  const reader = arrayReaders[description]
  if (!reader || shape === undefined)
    throw new UsageError(
      `${path}: its elements are "${description}", expected one of ${Object.keys(arrayReaders).join(', ')}`,
    )
  if (!/'fortran_order': *False/.test(text)) throw new UsageError(`${path}: expected an array in C's order`)
  const sizes = shape.split(',').filter((size) => size.trim() !== '')
  const count = sizes.reduce((product, size) => product * Number(size), 1)
  if (!Number.isSafeInteger(count) || start + count * reader.bytes !== file.length)
    throw new UsageError(`${path}: ${file.length - start} bytes of data do not fit the shape (${shape})`)
  return readAll(view, start, count, reader)
}

function readNumbers(path: string, what: string, type: SampleType): Numbers {
  const file = readUserFile(path, what)
  if (extname(path) === '.npy') return readArray(path, file)
  const reader = rawReaders[type]
  if (file.length % reader.bytes !== 0)
    throw new UsageError(`${what} ${path}: ${file.length} bytes are no multiple of ${reader.bytes}, those of a ${type}`)
  return readAll(new DataView(file.buffer, file.byteOffset, file.length), 0, file.length / reader.bytes, reader)
}

/** How the elements of a file stand for real numbers. */
export type SampleFormat = {
  readonly type: SampleType
  readonly scale?: number
  readonly zeroPoint?: number
}

/**
 * Reads samples of real numbers: raw little-endian rows, or a NumPy array, of floats or of integers that stand for
 * `(q - zeroPoint) * scale`.
 *
 * @param size - numbers of one sample
 * @throws {UsageError} naming the file, when it holds no whole number of samples, or integers without a scale
 */
export function readSamples(path: string, what: string, size: number, format: SampleFormat): Float32Array[] {
  const { length, numbers, isReal } = readNumbers(path, what, format.type)
  const { scale, zeroPoint = 0 } = format
  if (!isReal && scale === undefined)
    throw new UsageError(`${what} ${path}: its elements are integers, expected --input-scale`)
  if (length === 0 || length % size !== 0)
    throw new UsageError(`${what} ${path}: ${length} numbers are no rows of ${size}, those of the model's input`)
  const real = isReal ? (value: number) => value : (value: number) => (value - zeroPoint) * (scale ?? 1)
  return Array.from({ length: length / size }, (_, row) => {
    const sample = new Float32Array(size)
    for (let index = 0; index < size; index++) sample[index] = real(numbers[row * size + index] as number)
    return sample
  })
}

/**
 * Reads the class of each sample: one byte each, or a NumPy array of integers.
 *
 * @throws {UsageError} naming the file, when there is not one for each sample
 */
export function readLabels(path: string, count: number): number[] {
  const { length, numbers, isReal } = readNumbers(path, 'labels', 'uint8')
  if (isReal) throw new UsageError(`labels ${path}: expected integers`)
  if (length < count) throw new UsageError(`labels ${path}: ${length} labels for ${count} samples`)
  return Array.from(numbers).slice(0, count)
}
