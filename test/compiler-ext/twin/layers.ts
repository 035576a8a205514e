import type { Random } from './random.ts'

/** A layer as Vision.sol takes it. */
export type Layer = {
  readonly kind: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly border: number
  readonly channels: number
  readonly zeroPoint: number
  readonly channelwise: boolean
}

type Shape = readonly [n: number, h: number, w: number, c: number]

/** Images: batch, height, width, channels. */
export const VISION_SHAPES: readonly Shape[] = [
  [1, 4, 4, 1],
  [1, 5, 4, 2],
  [1, 3, 5, 3],
  [2, 3, 3, 2],
  [1, 1, 1, 5],
  [3, 2, 2, 1],
]

const places = (length: number, window: number, stride: number) => Math.floor((length - window) / stride) + 1

/** Shape after a layer of Vision.sol, each with the pads that its function there gives; undefined where none fits. */
const after: readonly ((shape: Shape, layer: Layer) => Shape | undefined)[] = [
  ([n, h, w, c], { kernel, stride, dilation, border, channels, channelwise }) => {
    if (channelwise && channels % c !== 0) return undefined
    const height = places(h + 2 * border, (kernel - 1) * dilation + 1, stride)
    return [n, height, places(w + border + Math.floor(border / 2), kernel, stride), channels]
  },
  ([n, h, w, c], { kernel, stride, dilation, border, channels }) => {
    if (channels % c !== 0) return undefined
    const window = (kernel - 1) * dilation + 1
    return [n, places(h + 2 * border, window, 1), places(w + border, window, stride), channels]
  },
  ([n, h, w], { kernel, stride, channels }) => [n, h * stride, w + kernel, channels],
  pooled,
  pooled,
  ([n, h, w, c], { border }) => [n, h + border + 1, w + border, c],
  ([n, h, w, c]) => [n, 1, 1, h * w * c],
  ([n, h, w], { channels }) => [n, h, w, channels],
]

function pooled([n, h, w, c]: Shape, { kernel, stride, border }: Layer): Shape | undefined {
  if (border >= kernel) return undefined
  return [n, places(h + 2 * border, kernel, stride), places(w + border, kernel, 1), c]
}

const MAX_ELEMENTS = 160

function randomLayer(random: Random, channels: number): Layer {
  return {
    kind: random.below(after.length),
    kernel: random.between(1, 3),
    stride: random.pick([1, 1, 2]),
    dilation: random.pick([1, 1, 2]),
    border: random.pick([0, 0, 1, 2]),
    channels: random.chance(0.5) ? Math.min(channels * random.between(1, 2), 8) : random.between(1, 4),
    zeroPoint: random.pick([0, 0, -3, 5, 127, -128]),
    channelwise: random.chance(0.35),
  }
}

/** Layers one after the other, of which each fits the one before unless they are hostile. */
export function randomLayers(random: Random, image: Shape, count: number, hostile: boolean): Layer[] {
  const layers: Layer[] = []
  let shape = image
  while (layers.length < count) {
    const layer = randomLayer(random, shape[3])
    if (hostile) {
      layers.push({ ...layer, [random.pick(['kernel', 'stride', 'channels'])]: random.below(6) })
      continue
    }
    const next = after[layer.kind]?.(shape, layer)
    if (next === undefined || next.some((dimension) => dimension < 1)) continue
    if (next.reduce((product, dimension) => product * dimension, 1) > MAX_ELEMENTS) continue
    layers.push(layer)
    shape = next
  }
  return layers
}
