import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = { readonly attributes: { readonly low: number; readonly high: number }; readonly x: Tensor }
type Clamp = (x: number, output: number, count: number, low: number, high: number) => void
type Exports = Readonly<Record<'clampInt8' | 'clampInt16' | 'clampInt32', Clamp>>

/** CLAMP of any dtype. */
export function createClampBody(module: KernelModule): ComputeBody {
  const { clampInt8, clampInt16, clampInt32 } = module.exports as Exports
  const clamps = { int8: clampInt8, int16: clampInt16, int32: clampInt32 }
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const { low, high } = attributes
    clamps[x.dtype](x.data.byteOffset, output.data.byteOffset, x.data.length, low, high)
  }
}
