import { defineCompute } from '../instruction.ts'
import { poolAttributes, poolRead, poolType, poolWindow, poolWork } from '../pool.ts'
import { endTap, firstTap, windowStart } from '../window.ts'

/** Largest element of windows of an image. */
export const maxPool2d = defineCompute({
  opcode: 0x35,
  mnemonic: 'MAX_POOL2D',
  summary: 'output[b,oy,ox,c] = max of the x[b,iy,ix,c] in the window that lie inside x',
  description: `Gives the largest element of windows over the spatial axes. Padding never wins: only positions inside x are
read. Windows are placed as for AVG_POOL2D.

Halts with ShapeMismatch unless x has rank 4 and the window fits the padded input; with BadAttribute unless each pad is
smaller than the window along its axis.`,
  attributes: poolAttributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'pads, window and strides' },
    { name: 'x', kind: 'tensor', doc: 'int8, int16 or int32 [N,H,W,C]' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'dtype of x, [N,OH,OW,C]' },
  infer({ attributes, x }) {
    return poolType(attributes, x)
  },
  reads: ({ attributes, x }) => [poolRead(attributes, x)],
  work({ attributes, x }, output) {
    return poolWork(attributes, x, output, false)
  },
  element({ attributes, x }, output) {
    const { height, width } = poolWindow(attributes, x)
    const [, rows, columns, channels] = output.shape as [number, number, number, number]
    const { data } = x
    return (index) => {
      const channel = index % channels
      const pixel = Math.floor(index / channels)
      const top = windowStart(height, Math.floor(pixel / columns) % rows)
      const left = windowStart(width, pixel % columns)
      const image = Math.floor(pixel / (columns * rows)) * height.input
      const endY = endTap(height, top)
      const endX = endTap(width, left)
      let largest = -Infinity
      for (let ky = firstTap(height, top); ky < endY; ky++)
        for (let kx = firstTap(width, left); kx < endX; kx++) {
          const value = data[((image + top + ky) * width.input + left + kx) * channels + channel] as number
          if (value > largest) largest = value
        }
      return largest
    }
  },
})
