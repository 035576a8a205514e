import { type ComputeBody, elementBytes, type Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly table: Tensor; readonly indices: Tensor }

type Exports = {
  gather(
    destination: number,
    table: number,
    rowBytes: number,
    lastRow: number,
    indices: number,
    indexBytes: number,
    count: number,
  ): void
}

/** GATHER: a row of the table for each index, as long as the table's axes but the outermost say. */
export function createGatherBody(module: KernelModule): ComputeBody {
  const { gather } = module.exports as Exports
  return (operands, output) => {
    const { table, indices } = operands as unknown as Operands
    const rows = table.shape[0] as number
    gather(
      output.data.byteOffset,
      table.data.byteOffset,
      table.data.byteLength / rows,
      rows - 1,
      indices.data.byteOffset,
      elementBytes[indices.dtype],
      indices.data.length,
    )
  }
}
