import type { ComputeBody } from '../../isa/instruction.ts'
import type { Tensor } from '../../isa/tensor.ts'
import type { WindowAttributes } from '../../isa/window.ts'
import type { KernelModule } from '../module.ts'

type Operands = {
  readonly attributes: Required<WindowAttributes> & { readonly zeroPoint: number }
  readonly x: Tensor
  readonly weights: Tensor
  readonly bias: Tensor | undefined
}

type Exports = {
  depthwiseConv2d(
    output: number,
    x: number,
    weights: number,
    bias: number,
    batch: number,
    height: number,
    width: number,
    channels: number,
    tapsH: number,
    tapsW: number,
    outputs: number,
    outputH: number,
    outputW: number,
    zeroPoint: number,
    padTop: number,
    padLeft: number,
    strideH: number,
    strideW: number,
    dilationH: number,
    dilationW: number,
  ): void
}

/** The body of DEPTHWISE_CONV2D: every window, stride, dilation and channel multiplier. */
export function createDepthwiseConv2dBody(module: KernelModule): ComputeBody {
  const { depthwiseConv2d } = module.exports as Exports
  return (operands, output) => {
    const { attributes, x, weights, bias } = operands as unknown as Operands
    depthwiseConv2d(
      output.data.byteOffset,
      x.data.byteOffset,
      weights.data.byteOffset,
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
      attributes.zeroPoint,
      attributes.padTop,
      attributes.padLeft,
      attributes.strideH,
      attributes.strideW,
      attributes.dilationH,
      attributes.dilationW,
    )
  }
}
