import type { Padding, Pads } from '../quantizer/layers.ts'
import { ensureSupported } from './error.ts'
import type { OnnxNode } from './reader.ts'
import { type Computed, layerName, plainOrder, type Translation } from './translation.ts'

/** An image [1, C, H, W] from a tensor of one or two dimensions, and what takes a result back. */
export type Image = { readonly image: Computed; restore(result: Computed): Computed }

/** @throws {UnsupportedError} unless the tensor is [1, C, L] or [1, C, H, W] */
export function asImage(translation: Translation, node: OnnxNode, x: Computed): Image {
  const { shape } = x
  ensureSupported(
    (shape.length === 3 || shape.length === 4) && shape[0] === 1,
    `its input is [${shape.join(',')}]; one image [1, C, H, W] or one sequence [1, C, L] is supported`,
  )
  if (shape.length === 4) return { image: x, restore: (result) => result }
  const [, channels, length] = shape as readonly [number, number, number]
  const plain = translation.arranged(x, plainOrder(3))
  const raised = [1, channels, 1, length]
  const value = translation.add(`${layerName(node)} rows`, { op: 'reshape', shape: raised }, plain)
  const integers = x.integers ? { integers: x.integers } : {}
  return {
    image: { value, order: plainOrder(4), shape: raised, ...integers },
    restore(result) {
      const lowered = result.shape.toSpliced(2, 1)
      const back = translation.arranged(result, [0, 2, 3, 1])
      const order = [0, 2, 1]
      const flat = translation.add(
        `${layerName(node)} columns`,
        { op: 'reshape', shape: order.map((axis) => lowered[axis] as number) },
        back,
      )
      return { ...result, value: flat, order, shape: lowered }
    },
  }
}

/** Where a window lies. */
export type ImageWindow = {
  readonly window: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly dilation: readonly [number, number]
  readonly padding: Padding
}

/** Two numbers for rows and columns; those of one dimension are of columns. */
function pair(values: readonly number[] | undefined, absent: number): [number, number] {
  const [first = absent, second] = values ?? []
  return second === undefined && values !== undefined ? [absent, first] : [first, second ?? absent]
}

/** Pads in the file's order: before each axis, then after each. */
function padsOf(values: readonly number[] | undefined): Pads {
  const { length } = values ?? []
  if (length === 2) {
    const [left, right] = values as readonly [number, number]
    return { top: 0, left, bottom: 0, right }
  }
  const [top = 0, left = 0, bottom = 0, right = 0] = values ?? []
  return { top, left, bottom, right }
}

/** Extra rows that a window needs so that its last position, rounded up, lies in the padded image. */
function roundedUp(size: number, extent: number, stride: number, before: number, after: number): number {
  const positions = Math.ceil((size + before + after - extent) / stride) + 1
  // A position that begins in the padding at the end is left out.
  const count = (positions - 1) * stride >= size + before ? positions - 1 : positions
  return Math.max(0, (count - 1) * stride + extent - (size + before + after))
}

/** The window of a node over an image [1, C, H, W]. */
export function readWindow(node: OnnxNode, image: readonly number[], taps?: readonly [number, number]): ImageWindow {
  const { attributes } = node
  const kernel = attributes.integers('kernel_shape')
  const window = taps ?? pair(kernel, 1)
  ensureSupported(taps !== undefined || kernel !== undefined, 'it has no kernel_shape')
  const stride = pair(attributes.integers('strides'), 1)
  const dilation = pair(attributes.integers('dilations'), 1)
  ensureSupported(
    [...window, ...stride, ...dilation].every((size) => size >= 1),
    `its window is [${window}], its strides [${stride}], its dilations [${dilation}]`,
  )
  const pads = padsOf(attributes.integers('pads'))
  ensureSupported(
    Object.values(pads).every((size) => size >= 0),
    'it has a negative pad',
  )
  const automatic = attributes.text('auto_pad', 'NOTSET')
  if (automatic === 'VALID') return { window, stride, dilation, padding: 'valid' }
  if (automatic === 'SAME_UPPER') return { window, stride, dilation, padding: 'same' }
  const [height, width] = [image[2] as number, image[3] as number]
  const extents = window.map((size, axis) => (size - 1) * (dilation[axis] as number) + 1) as [number, number]
  if (automatic === 'SAME_LOWER') {
    const total = (size: number, axis: 0 | 1) =>
      Math.max(0, (Math.ceil(size / stride[axis]) - 1) * stride[axis] + extents[axis] - size)
    const [rows, columns] = [total(height, 0), total(width, 1)]
    const padding = {
      top: Math.ceil(rows / 2),
      left: Math.ceil(columns / 2),
      bottom: Math.floor(rows / 2),
      right: Math.floor(columns / 2),
    }
    return { window, stride, dilation, padding }
  }
  ensureSupported(automatic === 'NOTSET', `its auto_pad is ${automatic}`)
  if (attributes.integer('ceil_mode', 0) === 0) return { window, stride, dilation, padding: pads }
  const bottom = pads.bottom + roundedUp(height, extents[0], stride[0], pads.top, pads.bottom)
  const right = pads.right + roundedUp(width, extents[1], stride[1], pads.left, pads.right)
  return { window, stride, dilation, padding: { ...pads, bottom, right } }
}
