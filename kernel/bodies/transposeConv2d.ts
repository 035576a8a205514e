import type { ComputeBody, Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import type { PackedWeights } from '../packedWeights.ts'
import { panelBytes } from './matmul.ts'
import { readLimit } from './readLimit.ts'

type Operands = {
  readonly attributes: Readonly<Record<'zeroPoint' | 'padTop' | 'padLeft' | 'strideH' | 'strideW', number>>
  readonly x: Tensor
  readonly weights: Tensor
  readonly bias: Tensor | undefined
}

type Exports = {
  packTransposeConv2d(
    weights: number,
    outputs: number,
    tapsH: number,
    tapsW: number,
    depth: number,
    strideH: number,
    strideW: number,
    to: number,
  ): void
  transposeConv2d(
    to: number,
    x: number,
    limit: number,
    weights: number,
    panels: number,
    bias: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    outputs: number,
    tapsH: number,
    tapsW: number,
    outputH: number,
    outputW: number,
    zeroPoint: number,
    padTop: number,
    padLeft: number,
    strideH: number,
    strideW: number,
  ): void
}

/** Key of packed weights: the strides, which say what taps go together. Neither MATMUL's nor CONV2D's are 2 modulo 4. */
function keyOf(strideH: number, strideW: number): number {
  return (strideH * 131072 + strideW) * 4 + 2
}

/** The body of TRANSPOSE_CONV2D. Constant weights are kept packed in `packed`. */
export function createTransposeConv2dBody(module: KernelModule, packed: PackedWeights): ComputeBody {
  const { packTransposeConv2d, transposeConv2d } = module.exports as Exports

  const packedWeights = (weights: Tensor, source: object, strideH: number, strideW: number): number => {
    const key = keyOf(strideH, strideW)
    const kept = packed.find(source, key)
    if (kept !== 0) return kept
    const [outputs, tapsH, tapsW, depth] = weights.shape as readonly [number, number, number, number]
    // Each tap is in one phase, and makes whole pairs there.
    const address = packed.add(source, key, tapsH * tapsW * panelBytes(outputs, depth))
    if (address !== 0)
      packTransposeConv2d(weights.data.byteOffset, outputs, tapsH, tapsW, depth, strideH, strideW, address)
    return address
  }

  return (operands, output) => {
    const { attributes, x, weights, bias } = operands as unknown as Operands
    const { zeroPoint, padTop, padLeft, strideH, strideW } = attributes
    const atX = x.data.byteOffset
    transposeConv2d(
      output.data.byteOffset,
      atX,
      readLimit(atX, x.data.length),
      weights.data.byteOffset,
      weights.source === undefined ? 0 : packedWeights(weights, weights.source, strideH, strideW),
      bias === undefined ? 0 : bias.data.byteOffset,
      x.shape[0] as number,
      x.shape[1] as number,
      x.shape[2] as number,
      x.shape[3] as number,
      weights.shape[0] as number,
      weights.shape[1] as number,
      weights.shape[2] as number,
      output.shape[1] as number,
      output.shape[2] as number,
      zeroPoint,
      padTop,
      padLeft,
      strideH,
      strideW,
    )
  }
}
