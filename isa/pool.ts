import { type AttributeValues, attributeLayout } from './attributes.ts'
import { ensureRank } from './check.ts'
import { ensure } from './halt.ts'
import { countOf, roundUp } from './numeric.ts'
import type { Read } from './reach.ts'
import { elementBytes, type TensorType, tensorType } from './tensor.ts'
import { VECTOR_BYTES } from './tiles.ts'
import { padFields, strideFields, type Window2D, type WindowAxis, window2D, windowOutputSize } from './window.ts'
import type { Work } from './work.ts'

/** Attribute word of both pools. */
export const poolAttributes = attributeLayout([
  ...padFields,
  { name: 'windowH', bits: 16, bias: 1, doc: 'rows of the window' },
  { name: 'windowW', bits: 16, bias: 1, doc: 'columns of the window' },
  ...strideFields,
])

export type PoolAttributes = AttributeValues<typeof poolAttributes.fields>

/** The window of a pool over `x` of shape [N, H, W, C]. */
export function poolWindow(attributes: PoolAttributes, x: TensorType): Window2D {
  return window2D(x.shape, [attributes.windowH, attributes.windowW], attributes)
}

/**
 * Type rule of both pools: [N, H, W, C] to [N, OH, OW, C].
 *
 * With each pad smaller than the window, every window reads at least one element.
 *
 * @throws {HaltError} `ShapeMismatch` when x is not of rank 4 or the window is larger than the padded input;
 * `BadAttribute` when a pad is not smaller than the window
 */
export function poolType(attributes: PoolAttributes, x: TensorType): TensorType {
  ensureRank('x', x, 4)
  const { padTop, padLeft, padBottom, padRight, windowH, windowW } = attributes
  ensure(
    Math.max(padTop, padBottom) < windowH && Math.max(padLeft, padRight) < windowW,
    'BadAttribute',
    `pads ${padTop},${padLeft},${padBottom},${padRight} are not all smaller than the window ${windowH}x${windowW}`,
  )
  const { height, width } = poolWindow(attributes, x)
  const [batch, , , channels] = x.shape as [number, number, number, number]
  return tensorType(x.dtype, [batch, windowOutputSize(height), windowOutputSize(width), channels])
}

/** What one element of a pool reads: the part of the window that lies in x, at one channel. */
export function poolRead({ windowH, windowW }: PoolAttributes, x: TensorType): Read {
  const [, height, width, channels] = x.shape as [number, number, number, number]
  const [rows, columns] = [Math.min(windowH, height), Math.min(windowW, width)]
  return channels === 1 ? { of: x, runs: rows, elements: columns } : { of: x, runs: rows * columns, elements: 1 }
}

/** Windows of a row that are folded with those beside them have at most so many taps. */
const MOST_TAPS_BY_ROWS = 255
/** Bytes of x that take as long as a gap: the least that is skipped. */
const GAP_BYTES = 2048

/** Taps of all windows along an axis that lie in the padding at one end, `pad` of which the window there has. */
function paddingTaps(pad: number, stride: number, windows: number): number {
  if (pad <= 0) return 0
  const padded = Math.min(Math.ceil(pad / stride), windows)
  return padded * pad - (stride * padded * (padded - 1)) / 2
}

/** Taps of all windows along an axis that lie in x. */
function innerTaps({ input, window, stride, padBefore }: WindowAxis, windows: number): number {
  const after = (windows - 1) * stride - padBefore + window - input
  return windows * window - paddingTaps(padBefore, stride, windows) - paddingTaps(after, stride, windows)
}

/** Windows along an axis of which no tap lies in the padding. */
function wholeWindows({ input, window, stride, padBefore }: WindowAxis, windows: number): number {
  const end = Math.min(Math.floor((input + padBefore - window) / stride) + 1, windows)
  return Math.max(0, end - Math.ceil(padBefore / stride))
}

/** Bytes of x that windows cover. What lies between windows, or beside them, is read or skipped, whichever is less. */
function coveredBytes(
  { height, width }: Window2D,
  [images, rows, columns]: readonly [images: number, rows: number, columns: number],
  [rowTaps, columnTaps]: readonly [rowTaps: number, columnTaps: number],
  pixelBytes: number,
): number {
  const rowBytes = width.input * pixelBytes
  const rowGaps = width.stride > width.window ? columns : 1
  const imageGaps = height.stride > height.window ? rows : 1
  const row = Math.min(rowBytes, Math.min(width.input, columnTaps) * pixelBytes + rowGaps * GAP_BYTES)
  const image = Math.min(height.input * rowBytes, Math.min(height.input, rowTaps) * row + imageGaps * GAP_BYTES)
  return roundUp(countOf(images, image), VECTOR_BYTES)
}

/**
 * Work of both pools. With fewer channels than a vector has lanes, small windows that lie side by side are folded together:
 * the rows of a row of windows into one, then its columns. Else each window is folded by itself, a vector of channels at a
 * time.
 *
 * @param isAverage - whether taps are added up, in two halves of a vector, and divided
 */
export function poolWork(attributes: PoolAttributes, x: TensorType, output: TensorType, isAverage: boolean): Work {
  const { height, width } = poolWindow(attributes, x)
  const [images, rows, columns, channels] = output.shape as [number, number, number, number]
  const lanes = VECTOR_BYTES / elementBytes[x.dtype]
  const rowTaps = innerTaps(height, rows)
  const columnTaps = innerTaps(width, columns)
  const taken = [images, rows, columns] as const
  const bytes = coveredBytes({ height, width }, taken, [rowTaps, columnTaps], channels * elementBytes[x.dtype])

  let vectors: number
  let folds: number
  let windows: number
  if (channels < lanes && width.stride <= width.window && height.window * width.window <= MOST_TAPS_BY_ROWS) {
    const span = (columns - 1) * width.stride + width.window - width.padBefore
    const folded = Math.ceil((Math.min(width.input, span) * channels) / lanes)
    const dense = Math.ceil((((columns - 1) * width.stride + 1) * channels) / lanes)
    const gathered = width.stride > 1 && width.stride * channels <= lanes ? columns : 0
    vectors = images * (rowTaps * folded + rows * (Math.min(columns, dense) * width.window + gathered))
    folds = images * rows * (folded + Math.min(columns, dense))
    windows = 2 * images * rows
  } else {
    const parts = Math.ceil(channels / lanes)
    vectors = images * rowTaps * columnTaps * parts
    folds = images * rows * columns * parts
    windows = images * rows * columns
  }
  if (!isAverage)
    return {
      pooledBytes: bytes,
      pooledVectors: countOf(vectors),
      pooledFolds: countOf(folds),
      pooledWindows: countOf(windows),
    }
  const whole = wholeWindows(width, columns)
  return {
    pooledBytes: bytes,
    pooledVectors: countOf(2, vectors),
    pooledFolds: countOf(3, folds),
    // Where the count of taps changes, so does the divisor.
    pooledWindows: countOf(windows + images * rows * (columns - whole + Math.min(whole, 1))),
  }
}
