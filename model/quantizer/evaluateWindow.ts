import { type FloatTensor, type LayerOf, weightsPerChannel } from './layers.ts'
import { type Axis, type SlidingLayer, slideAxes, tapsOf } from './window.ts'

/** Visits each tap of each position of a window that lies inside the image, by their row-major numbers. */
function forEachTap(
  [rows, columns]: readonly [Axis, Axis],
  visit: (position: number, pixel: number, tap: number) => void,
): void {
  for (let oy = 0; oy < rows.output; oy++)
    for (let ox = 0; ox < columns.output; ox++)
      for (let ky = 0; ky < rows.taps; ky++) {
        const y = oy * rows.stride - rows.padBefore + ky * rows.dilation
        if (y < 0 || y >= rows.input) continue
        for (let kx = 0; kx < columns.taps; kx++) {
          const x = ox * columns.stride - columns.padBefore + kx * columns.dilation
          if (x < 0 || x >= columns.input) continue
          visit(oy * columns.output + ox, y * columns.input + x, ky * columns.taps + kx)
        }
      }
}

/** Where a layer's window lies, and its sums, which begin with the bias. */
function startSums(layer: SlidingLayer & { bias: Float32Array }, { shape }: FloatTensor) {
  const axes = slideAxes(layer, shape, tapsOf(layer))
  const outputs = layer.bias.length
  const sums = Float64Array.from(
    { length: axes[0].output * axes[1].output * outputs },
    (_, i) => layer.bias[i % outputs] as number,
  )
  return { axes, outputs, taps: axes[0].taps * axes[1].taps, channels: shape[3] as number, sums }
}

/** Sums of a convolution, in double precision. */
export function conv2d(layer: LayerOf<'conv2d'>, input: FloatTensor): Float64Array {
  const { weights, groups = 1 } = layer
  const { data } = input
  const { axes, outputs, taps, channels, sums } = startSums(layer, input)
  const [depth, perGroup] = [channels / groups, outputs / groups]
  forEachTap(axes, (position, pixel, tap) => {
    for (let o = 0; o < outputs; o++) {
      const first = pixel * channels + Math.floor(o / perGroup) * depth
      const row = (o * taps + tap) * depth
      let sum = 0
      for (let i = 0; i < depth; i++) sum += (data[first + i] as number) * (weights.data[row + i] as number)
      sums[position * outputs + o] = (sums[position * outputs + o] as number) + sum
    }
  })
  return sums
}

/** Sums of a depthwise convolution, in double precision. */
export function depthwiseConv2d(layer: LayerOf<'depthwiseConv2d'>, input: FloatTensor): Float64Array {
  const { weights } = layer
  const { data } = input
  const { axes, outputs, channels, sums } = startSums(layer, input)
  const multiplier = outputs / channels
  forEachTap(axes, (position, pixel, tap) => {
    for (let o = 0; o < outputs; o++) {
      const product =
        (data[pixel * channels + Math.floor(o / multiplier)] as number) * (weights.data[tap * outputs + o] as number)
      sums[position * outputs + o] = (sums[position * outputs + o] as number) + product
    }
  })
  return sums
}

/** Sums of a dense layer, in double precision. */
export function dense(layer: LayerOf<'dense'>, { data }: FloatTensor): Float64Array {
  const { weights, bias } = layer
  const depth = weightsPerChannel(layer)
  return Float64Array.from({ length: (data.length / depth) * bias.length }, (_, index) => {
    const o = index % bias.length
    const first = Math.floor(index / bias.length) * depth
    let sum = bias[o] as number
    for (let i = 0; i < depth; i++) sum += (data[first + i] as number) * (weights.data[o * depth + i] as number)
    return sum
  })
}

/** Largest or mean values of windows. */
export function pool(layer: LayerOf<'maxPool'> | LayerOf<'avgPool'>, { shape, data }: FloatTensor): Float64Array {
  const axes = slideAxes(layer, shape, layer.window)
  const channels = shape[3] as number
  const positions = axes[0].output * axes[1].output
  const isMax = layer.op === 'maxPool'
  const result = new Float64Array(positions * channels).fill(isMax ? -Infinity : 0)
  const counts = new Float64Array(positions)
  forEachTap(axes, (position, pixel) => {
    counts[position] = (counts[position] as number) + 1
    for (let c = 0; c < channels; c++) {
      const value = data[pixel * channels + c] as number
      const before = result[position * channels + c] as number
      result[position * channels + c] = isMax ? Math.max(before, value) : before + value
    }
  })
  return isMax ? result : result.map((sum, i) => sum / (counts[Math.floor(i / channels)] as number))
}
