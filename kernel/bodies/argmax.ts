import type { ComputeBody, DType, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { lastVectorRead, VECTOR_BYTES } from './lastVector.ts'

type Operands = { readonly attributes: { readonly axis: number }; readonly x: Tensor }

type RowsFunction = (x: number, output: number, count: number, rows: number) => void
type ColumnsFunction = (
  x: number,
  output: number,
  count: number,
  images: number,
  columns: number,
  lastX: number,
  lastOutput: number,
) => void

type Exports = Readonly<
  Record<`argmaxRowsInt${8 | 16 | 32}`, RowsFunction> & Record<`argmaxColumnsInt${8 | 16 | 32}`, ColumnsFunction>
>

/** Body of ARGMAX. */
export function createArgmaxBody(module: KernelModule): ComputeBody {
  const exports = module.exports as Exports
  const rows: Readonly<Record<DType, RowsFunction>> = {
    int8: exports.argmaxRowsInt8,
    int16: exports.argmaxRowsInt16,
    int32: exports.argmaxRowsInt32,
  }
  const columns: Readonly<Record<DType, ColumnsFunction>> = {
    int8: exports.argmaxColumnsInt8,
    int16: exports.argmaxColumnsInt16,
    int32: exports.argmaxColumnsInt32,
  }
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const { dtype, shape } = x
    const from = x.data
    const to = output.data
    const count = shape[attributes.axis] as number
    let inner = 1
    for (let axis = attributes.axis + 1; axis < shape.length; axis++) inner *= shape[axis] as number
    if (count === 1) to.fill(0)
    else if (inner === 1) rows[dtype](from.byteOffset, to.byteOffset, count, to.length)
    else {
      const lastX = lastVectorRead(from)
      const lanes = VECTOR_BYTES / from.BYTES_PER_ELEMENT
      const lastOutput = to.byteOffset + to.byteLength - lanes * to.BYTES_PER_ELEMENT
      columns[dtype](from.byteOffset, to.byteOffset, count, to.length / inner, inner, lastX, lastOutput)
    }
  }
}
