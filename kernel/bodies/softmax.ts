import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly attributes: { readonly form: number }; readonly x: Tensor; readonly table: Tensor }
type Exports = {
  softmax(x: number, table: number, output: number, rows: number, length: number, form: number): void
}

/** SOFTMAX along the last axis, in each output form. */
export function createSoftmaxBody(module: KernelModule): ComputeBody {
  const { softmax } = module.exports as Exports
  return (operands, output) => {
    const { attributes, x, table } = operands as unknown as Operands
    const length = x.shape[x.shape.length - 1] as number
    const rows = x.data.length / length
    softmax(x.data.byteOffset, table.data.byteOffset, output.data.byteOffset, rows, length, attributes.form)
  }
}
