import {
  clamp,
  type DType,
  dtypeCode,
  dtypeRange,
  INT32_MAX,
  INT32_MIN,
  type RoundingMode,
  type Shape,
  tensorOf,
} from '../../isa/index.ts'
import type { ProgramBuilder } from '../builder.ts'
import { type Quantization, quantizeMultiplier, roundHalfAway, UNIT_MULTIPLIER } from '../quantization.ts'
import { type Activation, activationBounds, type GivenQuantization, sameShape } from './layers.ts'

/** A value of the program under construction, and the reals that it stands for. */
export type QuantizedValue = { readonly value: number; readonly quantization: GivenQuantization }

/** What the lowering of a layer needs beside the layer. */
export type LayerContext = {
  readonly builder: ProgramBuilder
  readonly rounding: RoundingMode
  /** All that the layer reads, its input first. */
  readonly operands: readonly QuantizedValue[]
  /** Quantization and shape of the layer's result. */
  readonly output: GivenQuantization
  readonly shape: Shape
}

/** Whether integers stand for the same reals. */
export function sameReals(a: GivenQuantization, b: GivenQuantization): boolean {
  return a.scale === b.scale && a.zeroPoint === b.zeroPoint && a.dtype === b.dtype
}

/** Bounds of an int8 result under an activation: the dtype's range, cut to where the real bounds round to. */
export function outputRange(activation: Activation, { scale, zeroPoint }: Quantization): [low: number, high: number] {
  const [min, max] = dtypeRange.int8
  const [low, high] = activationBounds(activation).map((real) =>
    Number.isFinite(real) ? zeroPoint + roundHalfAway(Math.fround(real / scale)) : real,
  ) as [number, number]
  const lowest = clamp(low, min, max)
  return [lowest, clamp(high, lowest, max)]
}

/** RESCALE of int32 sums to the layer's int8 output, by one factor or by one for each channel. */
export function rescaleToOutput(
  { builder, rounding, output }: LayerContext,
  sums: number,
  factors: readonly number[],
  activation: Activation = 'none',
): number {
  if (output.dtype === 'int32') {
    // Sums are what is asked for. Scales of files are single-precision numbers, their product need not be.
    if (activation !== 'none' || factors.some((factor) => Math.abs(factor - 1) > 1e-6))
      throw new RangeError('int32 sums are given another scale or an activation')
    return sums
  }
  const [low, high] = outputRange(activation, output)
  const attributes = { dtype: dtypeCode.int8, rounding, outputZeroPoint: output.zeroPoint, low, high }
  if (factors.every((factor) => factor === factors[0]))
    return builder.emit('RESCALE', { attributes, x: sums, ...quantizeMultiplier(factors[0] as number) })
  const pairs = factors.map(quantizeMultiplier)
  const packed = [...pairs.map(({ multiplier }) => multiplier), ...pairs.map(({ shift }) => shift)]
  return builder.emit('RESCALE', {
    attributes: { ...attributes, perChannel: 2 },
    x: sums,
    multiplier: builder.constant(tensorOf('int32', [2, pairs.length], packed)),
    shift: 0,
  })
}

/** A value brought to the layer's output quantization, and its activation; nothing where nothing changes. */
export function requantize(
  { builder, rounding, output }: LayerContext,
  { value, quantization }: QuantizedValue,
  activation: Activation = 'none',
): number {
  const { scale, zeroPoint } = quantization
  const [low, high] = outputRange(activation, output)
  if (sameReals(quantization, output)) {
    if (output.dtype === 'int32' && activation !== 'none') throw new RangeError('int32 values have an activation')
    const isWhole = output.dtype === 'int32' || (low === dtypeRange.int8[0] && high === dtypeRange.int8[1])
    return isWhole ? value : builder.emit('CLAMP', { attributes: { low, high }, x: value })
  }
  return builder.emit('RESCALE', {
    attributes: {
      dtype: dtypeCode.int8,
      rounding,
      inputZeroPoint: zeroPoint,
      outputZeroPoint: output.zeroPoint,
      low,
      high,
    },
    x: value,
    ...quantizeMultiplier(scale / output.scale),
  })
}

/** A value as int32, less its zero point, times `2^inputShift` and a factor. */
export function widen(
  { builder, rounding }: LayerContext,
  { value, quantization: { zeroPoint } }: QuantizedValue,
  inputShift = 0,
  factor?: number,
): number {
  return builder.emit('RESCALE', {
    attributes: {
      dtype: dtypeCode.int32,
      rounding,
      inputShift,
      inputZeroPoint: zeroPoint,
      low: INT32_MIN,
      high: INT32_MAX,
    },
    x: value,
    ...(factor === undefined ? UNIT_MULTIPLIER : quantizeMultiplier(factor)),
  })
}

/** RESHAPE, unless the shape is the same. */
export function reshapeTo(builder: ProgramBuilder, x: number, shape: Shape): number {
  const { dtype, shape: from } = builder.typeOf(x)
  return sameShape(shape, from) ? x : builder.emit('RESHAPE', { type: { dtype, shape } satisfies TypeOf, x })
}

type TypeOf = { readonly dtype: DType; readonly shape: Shape }
