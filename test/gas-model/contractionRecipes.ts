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

function convolutionWindow(random: Random): Record<string, number> {
  const strides = random.oneIn(2) ? {} : { strideH: step(random), strideW: step(random) }
  const dilations = random.oneIn(3) ? { dilationH: random.between(1, 4), dilationW: random.between(1, 4) } : {}
  return { ...pads(random, random.pick([3, 9, 65536])), ...strides, ...dilations }
}

/** Operands of the instruction of this name. */
export const conv2d: Recipe = (random) => {
  const groups = random.oneIn(2) ? 1 : size(random, random.pick([8, 1000, MAX_DIMENSION]))
  const depth = size(random, random.pick([8, 600, 9000]) / Math.min(groups, 8))
  const taps = random.oneIn(3) ? [1, 1] : [random.between(1, 7), random.between(1, 7)]
  const outputs = groups * size(random, 200)
  const [height, width] = [size(random, 300), size(random, 300)]
  return {
    attributes: { ...convolutionWindow(random), groups },
    x: ofInt8(size(random, 4), height, width, depth * groups),
    weights: ofInt8(outputs, taps[0] as number, taps[1] as number, depth),
    bias: random.oneIn(2) ? undefined : ofInt32(outputs),
  }
}

/** Operands of the instruction of this name. */
export const depthwise: Recipe = (random) => {
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
  // Only a stride of many taps lets weights be large; then multiply-accumulates saturate.
  const isHuge = random.oneIn(30)
  const depth = isHuge ? 1 : size(random, 500)
  const stride = isHuge ? 4096 : random.between(1, 4)
  const taps = isHuge ? [4096, 1024] : [random.between(1, 5), random.between(1, 5)]
  return {
    attributes: {
      padTop: random.below(3),
      padLeft: random.below(3),
      strideH: stride,
      strideW: stride,
      outputH: size(random, 300),
      outputW: size(random, 300),
    },
    x: isHuge ? ofInt8(1, 4096, 4096, 1) : ofInt8(size(random, 3), size(random, 200), size(random, 200), depth),
    weights: ofInt8(isHuge ? size(random, 60) : size(random, 300), taps[0] as number, taps[1] as number, depth),
    bias: undefined,
  }
}
