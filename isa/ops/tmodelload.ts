import { outputBytes } from '../bytes.ts'
import { ensure } from '../halt.ts'
import { defineEnvironment, type ModelRange, type ModelTypes } from '../instruction.ts'
import { byteLength, type TensorType, tensorType } from '../tensor.ts'
import { paddedBytes } from '../tiles.ts'

/** The tensor of index `index` of a model. */
function modelTensor(model: ModelTypes, index: bigint): TensorType {
  const type = index < BigInt(model.types.length) ? model.types[Number(index)] : undefined
  ensure(type !== undefined, 'IndexOutOfRange', `the model has ${model.types.length} tensors, none of index ${index}`)
  return type
}

/** Bytes of `rowCount` rows from `firstRow` on within their tensor; valid only after the type rule. */
function rowRange(model: ModelTypes, index: bigint, firstRow: bigint, rowCount: bigint): ModelRange {
  const type = modelTensor(model, index)
  const rowBytes = byteLength(type) / (type.shape[0] as number)
  return { firstByte: Number(firstRow) * rowBytes, length: Number(rowCount) * rowBytes }
}

// A model's tensors don't change, and a model may have many: where each begins is worked out once.
const startsByTypes = new WeakMap<readonly TensorType[], readonly number[]>()

/** Where each tensor of a model begins, counted from the start of the first. */
function startsOf(types: readonly TensorType[]): readonly number[] {
  const known = startsByTypes.get(types)
  if (known !== undefined) return known
  let end = 0
  const starts = types.map((type) => {
    const start = end
    end += byteLength(type)
    return start
  })
  startsByTypes.set(types, starts)
  return starts
}

/** Makes a tensor from rows of a constant of a registered model. */
export const tmodelload = defineEnvironment({
  opcode: 0x04,
  mnemonic: 'TMODELLOAD',
  summary: 'output = model.tensors[index][firstRow .. firstRow + rowCount)',
  description: `Makes a tensor from rows of a tensor of a registered model. Rows run along the outermost axis; the other
axes are taken whole.

The canonical forms of the model's tensors, one after another, are cut into chunks of 32 KiB. Those that the rows touch are
charged at the cold price the first time in a transaction, at the warm price after.

Halts with UnknownModel unless the model is registered; with IndexOutOfRange when the model has no tensor of this index,
when rowCount is 0, or when the rows reach past the end of the outermost axis.`,
  inputs: [
    { name: 'model', kind: 'model', doc: 'root of a registered model' },
    { name: 'index', kind: 'word', doc: 'which of its tensors, from 0' },
    { name: 'firstRow', kind: 'word', doc: 'first index along the outermost axis' },
    { name: 'rowCount', kind: 'word', doc: 'rows, at least 1' },
  ],
  output: { name: 'output', kind: 'tensor', doc: "the tensor's type with rowCount as outermost dimension" },
  infer({ model, index, firstRow, rowCount }) {
    const { dtype, shape } = modelTensor(model, index)
    const [rows, ...rest] = shape as [number, ...number[]]
    ensure(
      rowCount >= 1n && firstRow + rowCount <= BigInt(rows),
      'IndexOutOfRange',
      `${rowCount} rows from ${firstRow} on are not within ${rows} rows`,
    )
    return tensorType(dtype, [Number(rowCount), ...rest])
  },
  work(_operands, output) {
    return { copiedBytes: paddedBytes(output) }
  },
  modelRange({ model, index, firstRow, rowCount }) {
    const { firstByte, length } = rowRange(model, index, firstRow, rowCount)
    return { firstByte: (startsOf(model.types)[Number(index)] as number) + firstByte, length }
  },
  source({ model, index, rowCount }) {
    const isWhole = rowCount === BigInt(model.types[Number(index)]?.shape[0] as number)
    return isWhole ? model.identity?.(Number(index)) : undefined
  },
  execute({ model, index, firstRow, rowCount }, _environment, output) {
    const { firstByte, length } = rowRange(model, index, firstRow, rowCount)
    const bytes = model.bytes(Number(index))
    outputBytes(output).set(length === bytes.length ? bytes : bytes.subarray(firstByte, firstByte + length))
    return undefined
  },
})
