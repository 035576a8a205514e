import { type AttributeValues, attributeLayout } from './attributes.ts'
import { ensureRank } from './check.ts'
import { ensure } from './halt.ts'
import { countOf, roundUp } from './numeric.ts'
import type { Read } from './reach.ts'
import { elementBytes, elementCount, type TensorType, tensorType } from './tensor.ts'
import { VECTOR_BYTES } from './tiles.ts'
import { padFields, strideFields, type Window2D, window2D, windowOutputSize } from './window.ts'
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

/** Work of both pools: every window is counted whole, padding included. */
export function poolWork({ windowH, windowW }: PoolAttributes, output: TensorType): Work {
  const bytes = countOf(elementCount(output.shape), elementBytes[output.dtype], windowH, windowW)
  return { pooledBytes: roundUp(bytes, VECTOR_BYTES) }
}
