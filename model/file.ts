import {
  byteLength,
  createTensor,
  decodeType,
  encodeType,
  type Tensor,
  type TensorType,
  tensorBytes,
} from '../isa/index.ts'
import type { Program } from './program.ts'
import { decodeStep, decodeWords, encodeStep, encodeWords, STEP_BYTES, WORD_BYTES } from './records.ts'
import { valueTypes } from './validate.ts'

const MAGIC = new TextEncoder().encode('TENSOREV')
const VERSION = 1
const HEADER_BYTES = 32
const ALIGNMENT_BYTES = 64

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT_BYTES) * ALIGNMENT_BYTES
}

type Layout = {
  readonly inputs: number
  readonly outputs: number
  readonly steps: number
  readonly constants: number
  /** Where the canonical bytes of the constants begin, before alignment. */
  readonly end: number
}

function layoutOf(inputCount: number, outputCount: number, stepCount: number, constantCount: number): Layout {
  const inputs = HEADER_BYTES
  const outputs = inputs + inputCount * WORD_BYTES
  const steps = outputs + outputCount * WORD_BYTES
  const constants = steps + stepCount * STEP_BYTES
  return { inputs, outputs, steps, constants, end: constants + constantCount * WORD_BYTES }
}

/** Offset of the canonical bytes of each constant, and the size of the file. */
function dataLayout(types: readonly TensorType[], start: number): { offsets: number[]; fileBytes: number } {
  let end = start
  const offsets = types.map((type) => {
    const offset = aligned(end)
    end = offset + byteLength(type)
    return offset
  })
  return { offsets, fileBytes: end }
}

/**
 * Writes a program as a model file. The form is canonical: equal programs give equal bytes.
 *
 * All integers are big-endian.
 * 1. 32 bytes: `TENSOREV`, then uint32 format version 1, number of inputs, of outputs, of steps, of constants, and 0.
 * 2. The type word of each input, 32 bytes each.
 * 3. The value number of each output plus one, 32 bytes each.
 * 4. The record of each step, 160 bytes each: see {@link encodeStep}.
 * 5. The type word of each constant, 32 bytes each.
 * 6. The canonical bytes of each constant (row-major, little-endian), each from the next offset that is a multiple of 64.
 *    Bytes between are zero. The file ends with the last byte.
 *
 * @throws {RangeError} when the program is not valid
 */
export function encodeModel(program: Program): Uint8Array {
  valueTypes(program)
  const { inputs, outputs, steps, constants } = program
  const layout = layoutOf(inputs.length, outputs.length, steps.length, constants.length)
  const { offsets, fileBytes } = dataLayout(constants, layout.end)
  const bytes = new Uint8Array(fileBytes)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  const counts = [VERSION, inputs.length, outputs.length, steps.length, constants.length]
  counts.forEach((count, index) => {
    view.setUint32(MAGIC.length + 4 * index, count)
  })
  bytes.set(encodeWords(inputs.map(encodeType)), layout.inputs)
  bytes.set(encodeWords(outputs.map((value) => BigInt(value + 1))), layout.outputs)
  steps.forEach((step, index) => {
    bytes.set(encodeStep(step), layout.steps + index * STEP_BYTES)
  })
  bytes.set(encodeWords(constants.map(encodeType)), layout.constants)
  constants.forEach((tensor, index) => {
    bytes.set(tensorBytes(tensor), offsets[index])
  })
  return bytes
}

function decodeConstants(bytes: Uint8Array, types: readonly TensorType[], layout: Layout): Tensor[] {
  const { offsets, fileBytes } = dataLayout(types, layout.end)
  if (bytes.length !== fileBytes) throw new RangeError(`${bytes.length} bytes, not ${fileBytes}`)
  let end = layout.end
  return types.map((type, index) => {
    const offset = offsets[index] as number
    if (bytes.subarray(end, offset).some((byte) => byte !== 0))
      throw new RangeError(`padding before constant ${index} is not zero`)
    end = offset + byteLength(type)
    const tensor = createTensor(type)
    tensorBytes(tensor).set(bytes.subarray(offset, end))
    return tensor
  })
}

function parse(bytes: Uint8Array): Program {
  if (bytes.length < HEADER_BYTES) throw new RangeError(`${bytes.length} bytes are too few for a header`)
  if (!isModelFile(bytes)) throw new RangeError('does not begin with TENSOREV')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [version, inputs, outputs, steps, constants, reserved] = Array.from({ length: 6 }, (_, index) =>
    view.getUint32(MAGIC.length + 4 * index),
  ) as [number, number, number, number, number, number]
  if (version !== VERSION) throw new RangeError(`format version ${version}, not ${VERSION}`)
  if (reserved !== 0) throw new RangeError('reserved bytes of the header are not zero')
  const layout = layoutOf(inputs, outputs, steps, constants)
  // Counts are compared with the size of the file before anything of their size is made.
  if (bytes.length < layout.end) throw new RangeError(`${bytes.length} bytes, at least ${layout.end} expected`)
  const types = (offset: number, count: number) => decodeWords(bytes, offset, count).map(decodeType)
  const program: Program = {
    inputs: types(layout.inputs, inputs),
    outputs: decodeWords(bytes, layout.outputs, outputs).map((word) => Number(word) - 1),
    steps: Array.from({ length: steps }, (_, index) => decodeStep(bytes, layout.steps + index * STEP_BYTES)),
    constants: decodeConstants(bytes, types(layout.constants, constants), layout),
  }
  valueTypes(program)
  return program
}

/** Whether bytes begin as a model file does; the rest may still be wrong. */
export function isModelFile(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte)
}

/**
 * Reads a model file as {@link encodeModel} writes it and checks the program.
 *
 * @throws {RangeError} `model file: ...`, saying what is wrong; nothing larger than the file is allocated
 */
export function decodeModel(bytes: Uint8Array): Program {
  try {
    return parse(bytes)
  } catch (error) {
    throw new RangeError(`model file: ${(error as Error).message}`, { cause: error })
  }
}
