import type { Field } from './attributes.ts'
import { ensure } from './halt.ts'
import type { Shape } from './tensor.ts'

/** A window that slides along one spatial axis. Its taps are numbered from 0; tap t reads `start + t * dilation`. */
export type WindowAxis = {
  /** Size of the input along the axis. */
  readonly input: number
  /** Taps of the window. */
  readonly window: number
  readonly stride: number
  readonly dilation: number
  readonly padBefore: number
  readonly padAfter: number
}

/** The window over both spatial axes of an NHWC tensor. */
export type Window2D = { readonly height: WindowAxis; readonly width: WindowAxis }

/** Paddings of a window over an NHWC tensor, as attribute fields. */
export const padFields = [
  { name: 'padTop', bits: 16, doc: 'rows of padding above' },
  { name: 'padLeft', bits: 16, doc: 'columns of padding to the left' },
  { name: 'padBottom', bits: 16, doc: 'rows of padding below' },
  { name: 'padRight', bits: 16, doc: 'columns of padding to the right' },
] as const satisfies readonly Field[]

/** Strides of a window, as attribute fields. */
export const strideFields = [
  { name: 'strideH', bits: 16, bias: 1, doc: 'rows between windows' },
  { name: 'strideW', bits: 16, bias: 1, doc: 'columns between windows' },
] as const satisfies readonly Field[]

/** Dilations of a window, as attribute fields. */
export const dilationFields = [
  { name: 'dilationH', bits: 16, bias: 1, doc: 'rows between taps' },
  { name: 'dilationW', bits: 16, bias: 1, doc: 'columns between taps' },
] as const satisfies readonly Field[]

/** Attribute values that place a window; dilation is 1 where an instruction has none. */
export type WindowAttributes = {
  readonly padTop: number
  readonly padLeft: number
  readonly padBottom: number
  readonly padRight: number
  readonly strideH: number
  readonly strideW: number
  readonly dilationH?: number
  readonly dilationW?: number
}

/** The window of `taps` = [KH, KW] over an input of shape [N, H, W, C]. */
export function window2D(input: Shape, taps: readonly [number, number], attributes: WindowAttributes): Window2D {
  const { padTop, padLeft, padBottom, padRight, strideH, strideW, dilationH = 1, dilationW = 1 } = attributes
  return {
    height: {
      input: input[1] as number,
      window: taps[0],
      stride: strideH,
      dilation: dilationH,
      padBefore: padTop,
      padAfter: padBottom,
    },
    width: {
      input: input[2] as number,
      window: taps[1],
      stride: strideW,
      dilation: dilationW,
      padBefore: padLeft,
      padAfter: padRight,
    },
  }
}

/** Positions of the input that a window spans: `(window - 1) * dilation + 1`. */
export function extentOf({ window, dilation }: WindowAxis): number {
  return (window - 1) * dilation + 1
}

/**
 * Positions of a window: `floor((input + padBefore + padAfter - ((window - 1) * dilation + 1)) / stride) + 1`.
 *
 * @throws {HaltError} `ShapeMismatch` when the window is larger than the padded input
 */
export function windowOutputSize(axis: WindowAxis): number {
  const padded = axis.input + axis.padBefore + axis.padAfter
  const extent = extentOf(axis)
  ensure(extent <= padded, 'ShapeMismatch', `a window of ${extent} is larger than the padded input of ${padded}`)
  return Math.floor((padded - extent) / axis.stride) + 1
}

/** Where tap 0 of the window at `position` reads; negative in the padding before the input. */
export function windowStart(axis: WindowAxis, position: number): number {
  return position * axis.stride - axis.padBefore
}

/** The first tap of a window from `start` on that reads the input; not below {@link endTap} when none does. */
export function firstTap(axis: WindowAxis, start: number): number {
  return start >= 0 ? 0 : Math.ceil(-start / axis.dilation)
}

/** The tap after the last one that reads the input. */
export function endTap(axis: WindowAxis, start: number): number {
  return Math.min(axis.window, Math.ceil((axis.input - start) / axis.dilation))
}
