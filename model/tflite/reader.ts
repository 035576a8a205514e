import { ImportError } from './error.ts'
import { type FlatBuffer, type FlatTable, MalformedError, openFlatBuffer } from './flatBuffer.ts'
import {
  CUSTOM_OPERATOR,
  type OptionField,
  type Options,
  type OptionTableName,
  operatorNames,
  optionTables,
} from './operators.ts'

const tensorTypes = [
  'FLOAT32',
  'FLOAT16',
  'INT32',
  'UINT8',
  'INT64',
  'STRING',
  'BOOL',
  'INT16',
  'COMPLEX64',
  'INT8',
  'FLOAT64',
  'COMPLEX128',
  'UINT64',
  'RESOURCE',
  'VARIANT',
  'UINT32',
  'UINT16',
  'INT4',
  'BFLOAT16',
  'INT2',
  'UINT4',
] as const

/** Scale and zero point of a tensor, or of each index along `dimension`. */
type TensorQuantization = {
  readonly scales: readonly number[]
  readonly zeroPoints: readonly number[]
  readonly dimension: number
}

export type TfliteTensor = {
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  /** Whether the file leaves a dimension open; `shape` then holds 1 for it. */
  readonly isDynamic: boolean
  /** A variable keeps its value between runs. */
  readonly isVariable: boolean
  readonly isSparse: boolean
  /** Bytes of a constant, a view of the file. */
  readonly data: Uint8Array | undefined
  readonly quantization: TensorQuantization | undefined
}

export type TfliteOperator = {
  readonly index: number
  readonly name: string
  /** Tensor numbers; -1 for an operand that is left out. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** @throws {MalformedError} when the operator carries options of another kind */
  options<N extends OptionTableName>(name: N): Options<N>
}

/** What a TFLite file says: one graph, its tensors by number. */
export type TfliteModel = {
  readonly tensors: readonly TfliteTensor[]
  readonly operators: readonly TfliteOperator[]
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** Counts bytes of constants that are about to be copied; see {@link FlatBuffer}. */
  charge(bytes: number): void
}

/** Highest rank that any TFLite kernel takes. */
const MAX_FILE_RANK = 8
const SCHEMA_VERSION = 3

const modelSlots = { version: 0, operatorCodes: 1, subgraphs: 2, buffers: 4 } as const
const graphSlots = { tensors: 0, inputs: 1, outputs: 2, operators: 3 } as const
const tensorSlots = { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, isVariable: 5, sparsity: 6, signature: 7 }
const quantizationSlots = { scale: 2, zeroPoint: 3, detailsType: 4, dimension: 6 } as const
const operatorSlots = { code: 0, inputs: 1, outputs: 2, optionsType: 3, options: 4 } as const
const codeSlots = { oldCode: 0, custom: 1, code: 3 } as const
const bufferSlots = { data: 0, offset: 1, size: 2 } as const

/** A name as messages show it: one line, not endless. */
function readable(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
  return name.slice(0, 120).replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}

function readOperatorName(code: FlatTable): string {
  // Codes above 127 did not fit the first field, which then holds 127; old files have only that field.
  const number = Math.max(code.int8(codeSlots.oldCode, 0), code.int32(codeSlots.code, 0))
  if (number === CUSTOM_OPERATOR) return `CUSTOM ${readable(code.string(codeSlots.custom))}`
  return operatorNames[number] ?? `built-in operator ${number}`
}

function readBuffer(buffer: FlatTable, flatBuffer: FlatBuffer): Uint8Array | undefined {
  const outside = buffer.uint64(bufferSlots.offset, 0)
  // Large files keep data behind the FlatBuffer; offsets 0 and 1 stand for none.
  if (outside > 1) return flatBuffer.slice(outside, buffer.uint64(bufferSlots.size, 0))
  const data = buffer.bytes(bufferSlots.data)
  return data && data.length > 0 ? data : undefined
}

function readQuantization(table: FlatTable | undefined): TensorQuantization | undefined {
  // Details mean a quantization other than one scale along one dimension.
  if (table?.int8(quantizationSlots.detailsType, 0) !== 0) return undefined
  const scales = table.float32s(quantizationSlots.scale) ?? []
  if (scales.length === 0) return undefined
  const zeroPoints = table.int64s(quantizationSlots.zeroPoint) ?? []
  return {
    scales,
    zeroPoints: zeroPoints.length > 0 ? zeroPoints : scales.map(() => 0),
    dimension: table.int32(quantizationSlots.dimension, 0),
  }
}

function readTensor(table: FlatTable, buffers: readonly (Uint8Array | undefined)[]): TfliteTensor {
  const name = readable(table.string(tensorSlots.name))
  const shape = table.int32s(tensorSlots.shape) ?? []
  if (shape.length > MAX_FILE_RANK) throw new MalformedError(`tensor "${name}" has rank ${shape.length}`)
  const buffer = table.uint32(tensorSlots.buffer, 0)
  if (buffer > 0 && buffer >= buffers.length)
    throw new MalformedError(`tensor "${name}" has buffer ${buffer} of ${buffers.length}`)
  const type = table.int8(tensorSlots.type, 0)
  return {
    name,
    type: tensorTypes[type] ?? `type ${type}`,
    shape,
    isDynamic: (table.int32s(tensorSlots.signature) ?? []).some((size) => size < 0),
    isVariable: table.bool(tensorSlots.isVariable),
    isSparse: table.table(tensorSlots.sparsity) !== undefined,
    data: buffers[buffer],
    quantization: readQuantization(table.table(tensorSlots.quantization)),
  }
}

function readOptions(operator: FlatTable, name: OptionTableName): Record<string, unknown> {
  const { union, fields } = optionTables[name]
  const found = operator.int8(operatorSlots.optionsType, 0)
  if (found !== 0 && found !== union) throw new MalformedError(`its options are of kind ${found}, not ${union}`)
  const table = operator.table(operatorSlots.options)
  const read = ([slot, kind, absent = 0]: OptionField) => {
    if (kind === 'bool') return table?.bool(slot) ?? false
    if (kind === 'int32s') return table?.int32s(slot)
    return table?.[kind](slot, absent) ?? absent
  }
  return Object.fromEntries(Object.entries<OptionField>(fields).map(([field, how]) => [field, read(how)]))
}

function checkTensorNumbers(what: string, numbers: readonly number[], count: number, lowest: number): void {
  for (const number of numbers)
    if (number < lowest || number >= count) throw new MalformedError(`${what} names tensor ${number} of ${count}`)
}

function readModel(bytes: Uint8Array): { graphs: number; model: TfliteModel } {
  const flatBuffer = openFlatBuffer(bytes, 'TFL3')
  const { root, charge } = flatBuffer
  const version = root.uint32(modelSlots.version, 0)
  if (version !== SCHEMA_VERSION) throw new MalformedError(`its schema is version ${version}, not ${SCHEMA_VERSION}`)
  const names = root.tables(modelSlots.operatorCodes).map(readOperatorName)
  const buffers = root.tables(modelSlots.buffers).map((buffer) => readBuffer(buffer, flatBuffer))
  const graphs = root.tables(modelSlots.subgraphs)
  const [graph] = graphs
  if (!graph) throw new MalformedError('it has no graph')
  const tensors = graph.tables(graphSlots.tensors).map((table) => readTensor(table, buffers))
  const operators = graph.tables(graphSlots.operators).map((table, index): TfliteOperator => {
    const code = table.uint32(operatorSlots.code, 0)
    const name = names[code]
    if (name === undefined) throw new MalformedError(`operator ${index} has code ${code} of ${names.length}`)
    const inputs = table.int32s(operatorSlots.inputs) ?? []
    const outputs = table.int32s(operatorSlots.outputs) ?? []
    checkTensorNumbers(`operator ${index} ${name}`, inputs, tensors.length, -1)
    checkTensorNumbers(`operator ${index} ${name}`, outputs, tensors.length, 0)
    // The fields of an option table are typed by its declaration; here they are read by it.
    return { index, name, inputs, outputs, options: (kind) => readOptions(table, kind) as never }
  })
  const inputs = graph.int32s(graphSlots.inputs) ?? []
  const outputs = graph.int32s(graphSlots.outputs) ?? []
  checkTensorNumbers('the list of inputs', inputs, tensors.length, 0)
  checkTensorNumbers('the list of outputs', outputs, tensors.length, 0)
  return { graphs: graphs.length, model: { tensors, operators, inputs, outputs, charge } }
}

/**
 * Reads a TFLite file.
 *
 * @param bytes - the file; the result keeps views of it
 * @param file - name for messages
 * @throws {ImportError} when it is not a TFLite model, or has more than one graph
 * @see the public schema, tensorflow/compiler/mlir/lite/schema/schema.fbs
 */
export function readTflite(bytes: Uint8Array, file: string): TfliteModel {
  try {
    const { graphs, model } = readModel(bytes)
    if (graphs !== 1) throw new ImportError(file, [`it has ${graphs} graphs; only models of one are supported`])
    return model
  } catch (error) {
    if (error instanceof MalformedError) throw new ImportError(file, [`not a TFLite model: ${error.message}`])
    throw error
  }
}
