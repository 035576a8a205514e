import { MAX_DIMENSION } from '../../isa/index.ts'
import type { Random } from '../kernel/random.ts'
import { broadcastable, ofInt8, ofInt32, type Recipe, room, size } from './randomTypes.ts'

/** Operands of the instruction of this name. */
export const matmul: Recipe = (random) => {
  const depth = size(random, random.pick([40, 600, 12_000]))
  const [batchA, batchB] = random.oneIn(2) ? [[], []] : broadcastable(random, random.between(1, 4), 2 ** 10)
  const [rows, columns] = [size(random, room(random) / depth), size(random, room(random) / depth)]
  return {
    a: { dtype: random.pick(['int8', 'int16']), shape: [...batchA, rows, depth] },
    b: ofInt8(...batchB, columns, depth),
    bias: random.oneIn(2) ? undefined : ofInt32(columns),
  }
}

const pads = (random: Random, most: number) =>
  random.oneIn(2)
    ? {}
    : {
        padTop: random.below(most),
        padLeft: random.below(most),
        padBottom: random.below(most),
        padRight: random.below(most),
      }
const step = (random: Random) => (random.oneIn(2) ? 1 : random.pick([1, 2, 3, 7, 65536]))

const dilation = (random: Random) => random.between(1, random.pick([1, 4, 300, 65536]))

function convolutionWindow(random: Random): Record<string, number> {
  const strides = random.oneIn(2) ? {} : { strideH: step(random), strideW: step(random) }
  const dilations = random.oneIn(3)
    ? { dilationH: dilation(random), dilationW: random.oneIn(2) ? 1 : dilation(random) }
    : {}
  return { ...pads(random, random.pick([3, 9, 65536])), ...strides, ...dilations }
}

/** A window of many taps over a small image with wide paddings: what is read does not come line by line. */
const wideConv2d: Recipe = (random) => {
  const channels = random.between(1, 4)
  const groups = random.pick([1, 1, channels])
  const width = random.between(1, random.pick([2, 20, 200]))
  const height = random.between(1, Math.floor(random.pick([4, 20, 2000, 20_000]) / (width * channels)) + 1)
  const isSparse = random.oneIn(2)
  const dilations = isSparse ? { dilationH: random.between(1, 300), dilationW: random.pick([1, 200]) } : {}
  const outputs = groups * size(random, 20)
  return {
    attributes: {
      ...{ ...convolutionWindow(random), ...dilations, groups },
      ...{ ...pads(random, random.pick([300, 1000, 65536])), strideH: size(random, 3000), strideW: size(random, 3000) },
    },
    x: ofInt8(size(random, 4), size(random, 40), size(random, 40), channels),
    weights: ofInt8(outputs, height, width, channels / groups),
    bias: undefined,
  }
}

/** Operands of the instruction of this name. */
export const conv2d: Recipe = (random) => {
  if (random.oneIn(4)) return wideConv2d(random)
  const groups = random.oneIn(2) ? 1 : size(random, random.pick([8, 1000, MAX_DIMENSION]))
  const depth = size(random, random.pick([4, 8, 600, 9000]) / Math.min(groups, 8))
  const taps = random.oneIn(3) ? [1, 1] : [random.between(1, 7), random.between(1, 7)]
  const outputs = groups * size(random, random.pick([1, 4, 200]))
  const [height, width] = [size(random, 300), size(random, 300)]
  return {
    attributes: { ...convolutionWindow(random), groups },
    x: ofInt8(size(random, 4), height, width, depth * groups),
    weights: ofInt8(outputs, taps[0] as number, taps[1] as number, depth),
    bias: random.oneIn(2) ? undefined : ofInt32(outputs),
  }
}

/** Windows as large as dilations make them, with as many outputs as fit: elements that are read saturate. */
const wideDepthwise: Recipe = (random) => ({
  attributes: {
    ...{ padLeft: 65535, padRight: 65535, strideH: 65536, strideW: 65536 },
    ...{ dilationH: 65536, dilationW: 65536 },
  },
  x: ofInt8(1, random.between(65537, 200_000), random.between(1, 900), 1),
  weights: ofInt8(2, 2, size(random, MAX_DIMENSION)),
  bias: undefined,
})

/** Operands of the instruction of this name. */
export const depthwise: Recipe = (random) => {
  if (random.oneIn(30)) return wideDepthwise(random)
  const channels = size(random, 2000)
  const outputs = channels * size(random, random.pick([1, 3, 20]))
  return {
    attributes: convolutionWindow(random),
    x: ofInt8(size(random, 4), size(random, 300), size(random, 300), channels),
    weights: ofInt8(random.between(1, 6), random.between(1, 6), outputs),
    bias: random.oneIn(2) ? undefined : ofInt32(outputs),
  }
}

/** Operands of the instruction of this name. */
export const transposeConv2d: Recipe = (random) => {
  // Only a stride of many taps lets weights be large.
  const isWide = random.oneIn(10)
  const depth = size(random, isWide ? 8 : 500)
  const stride = () => (isWide ? random.pick([300, 4096, 65536]) : random.between(1, random.pick([2, 4, 9])))
  const taps = () => (isWide ? size(random, 4096) : random.between(1, random.pick([3, 5, 9])))
  const pad = random.pick([1, 3, 65536])
  return {
    attributes: {
      padTop: random.below(pad),
      padLeft: random.below(pad),
      strideH: stride(),
      strideW: stride(),
      outputH: size(random, random.pick([9, 300, 20_000])),
      outputW: size(random, random.pick([9, 300, 20_000])),
    },
    x: ofInt8(size(random, 3), size(random, 200), size(random, 200), depth),
    weights: ofInt8(size(random, 300), taps(), taps(), depth),
    bias: undefined,
  }
}
