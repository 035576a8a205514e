import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly attributes: { readonly axis: number }; readonly a: Tensor; readonly b: Tensor }

type Exports = {
  concatRows(destination: number, a: number, bytesA: number, b: number, bytesB: number, rows: number): void
}

/** CONCAT: for each position along the axes outside the joined one, a run of a and a run of b. */
export function createConcatBody(module: KernelModule): ComputeBody {
  const { concatRows } = module.exports as Exports
  return (operands, output) => {
    const { attributes, a, b } = operands as unknown as Operands
    let rows = 1
    for (let axis = 0; axis < attributes.axis; axis++) rows *= a.shape[axis] as number
    const bytesA = a.data.byteLength / rows
    const bytesB = b.data.byteLength / rows
    concatRows(output.data.byteOffset, a.data.byteOffset, bytesA, b.data.byteOffset, bytesB, rows)
  }
}
