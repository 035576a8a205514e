import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly x: Tensor }

type Exports = { copyBytes(destination: number, source: number, bytes: number): void }

/** RESHAPE: a copy of the canonical form. */
export function createReshapeBody(module: KernelModule): ComputeBody {
  const { copyBytes } = module.exports as Exports
  return (operands, output) => {
    const { x } = operands as unknown as Operands
    copyBytes(output.data.byteOffset, x.data.byteOffset, x.data.byteLength)
  }
}
