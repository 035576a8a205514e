import { basename, extname } from 'node:path'
import { ROUND_DOUBLE, ROUND_SINGLE } from '../isa/index.ts'
import {
  decodeModel,
  importOnnx,
  importTflite,
  isModelFile,
  type Program,
  type TfliteImport,
  withRounding,
} from '../model/index.ts'
import type { Rounding } from './choices.ts'
import { UsageError } from './errors.ts'
import { readUserFile } from './files.ts'

/** A model as a person named it, ready to run. */
export type LoadedModel = {
  /** File name without its extension. */
  readonly name: string
  readonly program: Program
  /** What the importer knows beyond the program, for a TFLite or ONNX file. */
  readonly imported?: TfliteImport
}

/** Whether the bytes are a TFLite file: its identifier stands at byte 4. */
function isTflite(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(4, 8)).toString('latin1') === 'TFL3'
}

/**
 * Loads a TFLite file, an ONNX file (by its ending) or a model file.
 *
 * @param rounding - of every RESCALE; a TFLite file is imported with double, an ONNX file with single, a model file kept as
 * it is, unless given
 * @throws {UsageError} naming the file and what is wrong with it
 */
export function loadModel(path: string, rounding?: Rounding): LoadedModel {
  const bytes = readUserFile(path, 'model')
  const name = basename(path, extname(path))
  try {
    if (isTflite(bytes) || extname(path) === '.tflite') {
      const imported = importTflite(bytes, { name: path, rounding: rounding ?? 'double' })
      return { name, program: imported.program, imported }
    }
    if (extname(path) === '.onnx') {
      const imported = importOnnx(bytes, { name: path, rounding: rounding === 'double' ? ROUND_DOUBLE : ROUND_SINGLE })
      return { name, program: imported.program, imported }
    }
    if (!isModelFile(bytes)) throw new UsageError(`${path}: neither a TFLite file nor a model file`)
    const program = decodeModel(bytes)
    return { name, program: rounding === undefined ? program : withRounding(program, rounding) }
  } catch (error) {
    const { message } = error as Error
    throw new UsageError(message.startsWith(path) ? message : `${path}: ${message}`)
  }
}
