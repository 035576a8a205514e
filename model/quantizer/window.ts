import type { Shape } from '../../isa/index.ts'
import type { LayerOf, Padding } from './layers.ts'

/** Layers that slide a window over an image. */
export type SlidingLayer = LayerOf<'conv2d'> | LayerOf<'depthwiseConv2d'> | LayerOf<'maxPool'> | LayerOf<'avgPool'>

/** Where a window of `taps` lies along one axis of size `input`. */
export type Axis = {
  readonly input: number
  readonly taps: number
  readonly stride: number
  readonly dilation: number
  readonly padBefore: number
  readonly padAfter: number
  readonly output: number
}

type AxisPads = 'valid' | 'same' | readonly [before: number, after: number]

function slideAxis(input: number, taps: number, stride: number, dilation: number, padding: AxisPads): Axis {
  const extent = (taps - 1) * dilation + 1
  const sameTotal = Math.max(0, (Math.ceil(input / stride) - 1) * stride + extent - input)
  const [padBefore, padAfter] =
    padding === 'valid' ? [0, 0] : padding === 'same' ? [Math.floor(sameTotal / 2), Math.ceil(sameTotal / 2)] : padding
  const output = Math.floor((input + padBefore + padAfter - extent) / stride) + 1
  return { input, taps, stride, dilation, padBefore, padAfter, output }
}

/** Rows and columns of a window over an image [1, H, W, C]. */
export function slideAxes(
  {
    stride,
    padding,
    dilation = [1, 1],
  }: { stride: readonly [number, number]; padding: Padding; dilation?: readonly [number, number] },
  image: Shape,
  [tapsH, tapsW]: readonly [number, number],
): readonly [rows: Axis, columns: Axis] {
  const isGiven = typeof padding === 'object'
  return [
    slideAxis(image[1] as number, tapsH, stride[0], dilation[0], isGiven ? [padding.top, padding.bottom] : padding),
    slideAxis(image[2] as number, tapsW, stride[1], dilation[1], isGiven ? [padding.left, padding.right] : padding),
  ]
}

/** Rows and columns of taps of a layer that slides a window. */
export function tapsOf(layer: SlidingLayer): readonly [number, number] {
  if (layer.op === 'maxPool' || layer.op === 'avgPool') return layer.window
  const first = layer.op === 'conv2d' ? 1 : 0
  return layer.weights.shape.slice(first, first + 2) as [number, number]
}
