import type { TensorType } from '../../isa/index.ts'
import type { Axis, Point, PriceClass, ShapeFamily } from '../family.ts'
import { dtypeAt, dtypeAxis } from './shapes.ts'

const shapeAxes: readonly Axis[] = [
  { name: 'batch', min: 1, max: 64 },
  { name: 'outer', min: 1, max: 4096 },
  { name: 'middle', min: 1, max: 4096 },
  { name: 'inner', min: 1, max: 24576 },
  dtypeAxis,
]
/**
 * Sets of axes, as bits: innermost, middle, outermost but one, both inner ones, both of the middle, the innermost and the
 * outermost but one, all but the innermost, all but the outermost.
 */
const axisSets = [0b1000, 0b0100, 0b0010, 0b1100, 0b0110, 0b1010, 0b0101, 0b0111, 0b1110] as const

const source = (point: Point): TensorType => {
  const { batch = 1, outer = 1, middle = 1, inner = 1 } = point
  return { dtype: dtypeAt(point.dtype), shape: [batch, outer, middle, inner] }
}

const reduction = (mnemonic: string, zeroPoint: Readonly<Record<string, number>>): ShapeFamily => ({
  name: mnemonic,
  mnemonic,
  axes: [...shapeAxes, { name: 'axes', min: 0, max: axisSets.length - 1, isChoice: true }],
  operands: (point) => ({
    attributes: { axes: axisSets[point.axes ?? 0], keepDims: 0, ...zeroPoint },
    x: source(point),
  }),
})

const argmax: ShapeFamily = {
  name: 'ARGMAX',
  mnemonic: 'ARGMAX',
  axes: [...shapeAxes, { name: 'axis', min: 0, max: 3, isChoice: true }],
  operands: (point) => ({ attributes: { axis: point.axis }, x: source(point) }),
}

export const reductions: PriceClass = {
  name: 'reductions',
  counts: ['reducedVectors', 'reducedRuns'],
  families: [
    reduction('REDUCE_SUM', { zeroPoint: 0 }),
    reduction('REDUCE_MAX', {}),
    reduction('REDUCE_MIN', {}),
    argmax,
  ],
}

const poolAxes: readonly Axis[] = [
  { name: 'batch', min: 1, max: 16 },
  { name: 'height', min: 1, max: 512 },
  { name: 'width', min: 1, max: 4096 },
  { name: 'channels', min: 1, max: 4096 },
  { name: 'windowH', min: 1, max: 150 },
  { name: 'windowW', min: 1, max: 150 },
  { name: 'strideH', min: 1, max: 16 },
  { name: 'strideW', min: 1, max: 16 },
  { name: 'padding', min: 0, max: 3, isChoice: true },
]

/** Padding along an axis: none, half of the window, as much as there can be, or that in front only. */
const pads = (window: number, padding: number): readonly [before: number, after: number] => {
  const most = window - 1
  return (
    (
      [
        [0, 0],
        [window >> 1, window >> 1],
        [most, most],
        [most, 0],
      ] as const
    )[padding] ?? [0, 0]
  )
}

const pool = (mnemonic: string, axes: readonly Axis[]): ShapeFamily => ({
  name: mnemonic,
  mnemonic,
  axes,
  operands: (point) => {
    const { batch = 1, height = 1, width = 1, channels = 1, windowH = 1, windowW = 1, strideH = 1, strideW = 1 } = point
    const [padTop, padBottom] = pads(windowH, point.padding ?? 0)
    const [padLeft, padRight] = pads(windowW, point.padding ?? 0)
    return {
      attributes: { padTop, padLeft, padBottom, padRight, windowH, windowW, strideH, strideW },
      x: { dtype: dtypeAt(point.dtype), shape: [batch, height, width, channels] },
    }
  },
})

export const pools: PriceClass = {
  name: 'pools',
  counts: ['pooledBytes', 'pooledVectors', 'pooledFolds', 'pooledWindows'],
  families: [pool('MAX_POOL2D', [...poolAxes, dtypeAxis]), pool('AVG_POOL2D', poolAxes)],
}
