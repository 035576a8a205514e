import type { Shape, Tensor } from '../../isa/index.ts'
import { type Random, randomInteger, randomSize, randomSizes, randomTensor } from './random.ts'
import type { Recipe } from './randomCase.ts'

/** Most taps that are read; the type rules refuse more than their reach by themselves. */
const MAX_DEPTH = 12_000

/** Products from which a call can have weights that, widened, are too many for a body's scratch. */
const HEAVY_PRODUCTS = 1_000_000

/** Outputs and depth of weights that take most of a large budget, now and then; undefined otherwise. */
function heavyWeights(random: Random, products: number, taps: number): [number, number] | undefined {
  if (products < HEAVY_PRODUCTS || random.oneIn(2)) return undefined
  const depth = Math.ceil(random.between(400, random.pick([1200, 4000, MAX_DEPTH - 400])) / taps)
  return [Math.ceil(products / (depth * taps) / random.pick([1, 2, 5, 12])), depth]
}

/** Outputs and depth of weights with `taps` positions of a window. */
function weightSizes(random: Random, products: number, taps: number, maxOutputs: number): [number, number] {
  const sizes = randomSizes(random, products / taps, [maxOutputs, MAX_DEPTH]) as [number, number]
  return heavyWeights(random, products, taps) ?? sizes
}

function productSizes(random: Random, products: number): [number, number, number] {
  const heavy = heavyWeights(random, products, 1)
  if (heavy) return [randomSize(random, products / (heavy[0] * heavy[1])), ...heavy]
  return randomSizes(random, products, [2000, 2000, MAX_DEPTH]) as [number, number, number]
}

function zeroPoint(random: Random): number {
  return randomInteger(random, -128, 127)
}

function bias(random: Random, channels: number): Tensor | undefined {
  return random.oneIn(2) ? undefined : randomTensor(random, 'int32', [channels])
}

/** A divisor of `n`, 1 half of the time. */
function divisor(random: Random, n: number): number {
  const divisors = [1, 2, 3, 4, 5, 8, 16, n].filter((candidate) => n % candidate === 0)
  return random.oneIn(2) ? 1 : random.pick(divisors)
}

/** Leading axes that broadcast to `batch`. */
function broadcastable(random: Random, batch: Shape): number[] {
  const shape = batch.map((size) => (random.oneIn(3) ? 1 : size))
  return shape.slice(random.oneIn(3) ? random.below(shape.length + 1) : 0)
}

export const matmul: Recipe = (random, { products }, weights) => {
  const [rows, columns, depth] = weights
    ? [randomSize(random, products / weights.data.length), ...(weights.shape.slice(-2) as [number, number])]
    : productSizes(random, products)
  const room = Math.min(products / (rows * columns * depth), 30)
  const batch =
    weights?.shape.slice(0, -2) ?? randomSizes(random, room, new Array(random.pick([0, 0, 1, 2, 3, 4])).fill(9))
  const dtype = random.pick(['int8', 'int8', 'int16'] as const)
  const shapeA = [...broadcastable(random, batch), rows, depth]
  const b = weights ?? randomTensor(random, 'int8', [...broadcastable(random, batch), columns, depth])
  // A matrix times itself has as many rows as columns.
  const isSquared = dtype === 'int8' && columns <= 4 * rows && random.oneIn(8)
  const a = isSquared ? b : randomTensor(random, dtype, shapeA)
  return {
    attributes: {
      zeroPointA: a.dtype === 'int8' ? zeroPoint(random) : 0,
      zeroPointB: random.pick([0, zeroPoint(random)]),
    },
    a,
    b,
    bias: bias(random, columns),
  }
}

/** Placement of a window of `taps` along one axis for about `positions` outputs. */
function windowAxis(random: Random, taps: number, positions: number) {
  const stride = random.pick([1, 1, 1, 2, 2, 3, random.between(1, 9)])
  const dilation = random.pick([1, 1, 1, 1, 2, 3, random.oneIn(4) ? random.between(1, 60) : 1])
  const extent = (taps - 1) * dilation + 1
  const pad = () => random.pick([0, 0, 1, random.below(extent), random.below(extent + 3)])
  const [before, after] = [pad(), pad()]
  const size = Math.max(1, (positions - 1) * stride + extent - before - after + random.below(stride))
  return { stride, dilation, before, after, size }
}

function window(random: Random, taps: readonly [number, number], room: number) {
  const [batch, rows, columns] = randomSizes(random, room, [4, 80, 300]) as [number, number, number]
  const height = windowAxis(random, taps[0], rows)
  const width = windowAxis(random, taps[1], columns)
  return {
    image: [batch, height.size, width.size],
    placement: {
      padTop: height.before,
      padLeft: width.before,
      padBottom: height.after,
      padRight: width.after,
      strideH: height.stride,
      strideW: width.stride,
    },
    dilations: { dilationH: height.dilation, dilationW: width.dilation },
  }
}

function tapCounts(random: Random): [number, number] {
  const taps = () => random.pick([1, 2, 3, 3, 4, 5, random.between(1, 8)])
  if (random.oneIn(3))
    return random
      .pick([
        [1, 1],
        [3, 3],
      ] as const)
      .slice() as [number, number]
  return [taps(), taps()]
}

export const conv2d: Recipe = (random, { products }, given) => {
  const [tapsH, tapsW] = given ? (given.shape.slice(1) as [number, number]) : tapCounts(random)
  const many = 1 + random.below(products < HEAVY_PRODUCTS ? 70 : 12_000)
  const groups = given ? divisor(random, given.shape[0] as number) : random.pick([1, 1, 1, 1, 2, 3, 4, 8, 16, many])
  const [perGroup, depth] = weightSizes(random, products / groups, tapsH * tapsW, 600)
  const weights = given ?? randomTensor(random, 'int8', [perGroup * groups, tapsH, tapsW, depth])
  const { image, placement, dilations } = window(random, [tapsH, tapsW], products / weights.data.length)
  const x = randomTensor(random, 'int8', [...image, (weights.shape[3] as number) * groups])
  const attributes = { zeroPoint: zeroPoint(random), ...placement, ...dilations, groups }
  return { attributes, x, weights, bias: bias(random, weights.shape[0] as number) }
}

export const depthwiseConv2d: Recipe = (random, { products }, given) => {
  const [tapsH, tapsW] = given ? (given.shape as [number, number]) : tapCounts(random)
  const [channels] = randomSizes(random, products / (tapsH * tapsW), [40_000]) as [number]
  const multiplier = given ? divisor(random, given.shape[2] as number) : random.pick([1, 1, 1, 1, 2, 3, 4, 8, 17])
  const weights = given ?? randomTensor(random, 'int8', [tapsH, tapsW, channels * multiplier])
  const { image, placement, dilations } = window(random, [tapsH, tapsW], products / weights.data.length)
  const outputs = weights.shape[2] as number
  const x = randomTensor(random, 'int8', [...image, outputs / multiplier])
  return {
    attributes: { zeroPoint: zeroPoint(random), ...placement, ...dilations },
    x,
    weights,
    bias: bias(random, outputs),
  }
}

export const transposeConv2d: Recipe = (random, { products, elements }, given) => {
  const [tapsH, tapsW] = given ? (given.shape.slice(1) as [number, number]) : tapCounts(random)
  const [outputs, depth] = weightSizes(random, products, tapsH * tapsW, 300)
  const weights = given ?? randomTensor(random, 'int8', [outputs, tapsH, tapsW, depth])
  const room = Math.min(products / weights.data.length, elements / (weights.shape[0] as number))
  const [batch, rows, columns] = randomSizes(random, room, [4, 80, 200]) as [number, number, number]
  const axis = (taps: number, size: number) => {
    const stride = random.pick([1, 1, 2, 2, 3, random.between(1, 9)])
    const pad = random.pick([0, 0, random.below(taps), random.below(taps + 3)])
    const whole = Math.max(1, (size - 1) * stride + taps - 2 * pad + random.between(-1, 3))
    return { stride, pad, output: random.oneIn(6) ? randomSize(random, whole) : whole }
  }
  const height = axis(tapsH, rows)
  const width = axis(tapsW, columns)
  return {
    attributes: {
      zeroPoint: zeroPoint(random),
      padTop: height.pad,
      padLeft: width.pad,
      strideH: height.stride,
      strideW: width.stride,
      outputH: height.output,
      outputW: width.output,
    },
    x: randomTensor(random, 'int8', [batch, rows, columns, weights.shape[3] as number]),
    weights,
    bias: bias(random, weights.shape[0] as number),
  }
}
