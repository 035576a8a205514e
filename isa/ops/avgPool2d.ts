import { ensureDType } from '../check.ts'
import { defineCompute } from '../instruction.ts'
import { poolAttributes, poolRead, poolType, poolWindow, poolWork } from '../pool.ts'
import { endTap, firstTap, windowStart } from '../window.ts'

/** Average over windows of an image, rounded to nearest with halves away from zero. */
export const avgPool2d = defineCompute({
  opcode: 0x34,
  mnemonic: 'AVG_POOL2D',
  summary:
    'output[b,oy,ox,c] = sign(a) * ((|a| + n div 2) div n), a and n the sum and count of the x[b,iy,ix,c] in the window that lie inside x',
  description: `Averages windows over the spatial axes. Only positions inside x count: padding enters neither the sum a nor
the number n. Elements are taken as they are, without a zero point, so the average keeps the scale and zero point of x. The
quotient is rounded to nearest, halves away from zero; for odd n there are none.

Windows start at oy * strideH - padTop and ox * strideW - padLeft; there are
floor((H + padTop + padBottom - windowH) / strideH) + 1 rows of them, and columns likewise.

Halts with TypeMismatch unless x is int8; with ShapeMismatch unless x has rank 4 and the window fits the padded input; with
BadAttribute unless each pad is smaller than the window along its axis.`,
  attributes: poolAttributes,
  inputs: [
    { name: 'attributes', kind: 'attributes', doc: 'pads, window and strides' },
    { name: 'x', kind: 'tensor', doc: 'int8 [N,H,W,C]' },
  ],
  output: { name: 'output', kind: 'tensor', doc: 'int8 [N,OH,OW,C]' },
  infer({ attributes, x }) {
    ensureDType('x', x, 'int8')
    return poolType(attributes, x)
  },
  reads: ({ attributes, x }) => [poolRead(attributes, x)],
  work({ attributes, x }, output) {
    return poolWork(attributes, x, output, true)
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
      const firstY = firstTap(height, top)
      const firstX = firstTap(width, left)
      let sum = 0
      for (let ky = firstY; ky < endY; ky++)
        for (let kx = firstX; kx < endX; kx++)
          sum += data[((image + top + ky) * width.input + left + kx) * channels + channel] as number
      const count = (endY - firstY) * (endX - firstX)
      const magnitude = Math.floor((Math.abs(sum) + Math.floor(count / 2)) / count)
      return sum < 0 ? -magnitude : magnitude
    }
  },
})
