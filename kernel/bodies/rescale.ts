import { type ComputeBody, elementBytes, type Tensor } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'

type Operands = {
  readonly attributes: {
    readonly rounding: number
    readonly inputShift: number
    readonly inputZeroPoint: number
    readonly outputZeroPoint: number
    readonly low: number
    readonly high: number
  }
  readonly x: Tensor
  readonly multiplier: Tensor | bigint
  readonly shift: Tensor | bigint
}

type Exports = {
  rescale(
    inputBytes: number,
    outputBytes: number,
    x: number,
    output: number,
    count: number,
    multiplier: number,
    shift: number,
    rounding: number,
    inputShift: number,
    inputZeroPoint: number,
    outputZeroPoint: number,
    low: number,
    high: number,
  ): void
  rescaleChannels(
    inputBytes: number,
    outputBytes: number,
    x: number,
    output: number,
    rows: number,
    channels: number,
    multipliers: number,
    shifts: number,
    shiftBytes: number,
    rounding: number,
    inputShift: number,
    inputZeroPoint: number,
    outputZeroPoint: number,
    low: number,
    high: number,
  ): void
}

/** RESCALE: by one factor, or by one for each index of the last axis. */
export function createRescaleBody(module: KernelModule): ComputeBody {
  const { rescale, rescaleChannels } = module.exports as Exports
  return (operands, output) => {
    const { attributes, x, multiplier, shift } = operands as unknown as Operands
    const { rounding, inputShift, inputZeroPoint, outputZeroPoint, low, high } = attributes
    if (typeof multiplier === 'bigint') {
      rescale(
        elementBytes[x.dtype],
        elementBytes[output.dtype],
        x.data.byteOffset,
        output.data.byteOffset,
        x.data.length,
        Number(multiplier),
        // The type rule bounds the shift to -31..30, so the low byte tells it.
        Number(BigInt.asIntN(8, shift as bigint)),
        rounding,
        inputShift,
        inputZeroPoint,
        outputZeroPoint,
        low,
        high,
      )
      return
    }
    const channels = x.shape[x.shape.length - 1] as number
    const isPacked = typeof shift === 'bigint'
    rescaleChannels(
      elementBytes[x.dtype],
      elementBytes[output.dtype],
      x.data.byteOffset,
      output.data.byteOffset,
      x.data.length / channels,
      channels,
      multiplier.data.byteOffset,
      isPacked ? multiplier.data.byteOffset + 4 * channels : shift.data.byteOffset,
      isPacked ? 4 : 1,
      rounding,
      inputShift,
      inputZeroPoint,
      outputZeroPoint,
      low,
      high,
    )
  }
}
