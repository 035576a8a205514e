import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly x: Tensor }
type Exports = { rsqrt(x: number, output: number, count: number): void }

/** RSQRT of int32 elements. */
export function createRsqrtBody(module: KernelModule): ComputeBody {
  const { rsqrt } = module.exports as Exports
  return (operands, output) => {
    const { x } = operands as unknown as Operands
    rsqrt(x.data.byteOffset, output.data.byteOffset, x.data.length)
  }
}
