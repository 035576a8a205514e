import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly x: Tensor; readonly table: Tensor }
type LookUp = (x: number, table: number, output: number, count: number) => void
type Exports = Readonly<Record<'tableInt8' | 'tableInt16' | 'tableInt32' | 'tableInterpolate', LookUp>>

/** TABLE: entries of any dtype for an int8 x, interpolation for an int16 x. */
export function createTableBody(module: KernelModule): ComputeBody {
  const { tableInt8, tableInt16, tableInt32, tableInterpolate } = module.exports as Exports
  const lookUps = { int8: tableInt8, int16: tableInt16, int32: tableInt32 }
  return (operands, output) => {
    const { x, table } = operands as unknown as Operands
    const lookUp = x.dtype === 'int8' ? lookUps[table.dtype] : tableInterpolate
    lookUp(x.data.byteOffset, table.data.byteOffset, output.data.byteOffset, x.data.length)
  }
}
