import { type DType, dtypeRange, elementCount, encodeAxisWord } from '../../isa/index.ts'
import {
  type Random,
  randomDType,
  randomInteger,
  randomOrder,
  randomShape,
  randomSize,
  randomSizes,
  randomTensor,
} from './random.ts'
import type { Recipe } from './randomCase.ts'

function randomAxes(random: Random, rank: number): number {
  const all = 2 ** rank - 1
  return random.pick([1 << (rank - 1), 1, all, 1 + random.below(all), 1 + random.below(all)])
}

function reduction(random: Random, elements: number) {
  const x = randomTensor(random, randomDType(random), randomShape(random, elements))
  return { attributes: { axes: randomAxes(random, x.shape.length), keepDims: random.below(2) }, x }
}

export const reduceExtreme: Recipe = (random, { elements }) => reduction(random, elements)

export const reduceSum: Recipe = (random, { elements }) => {
  const { attributes, x } = reduction(random, elements)
  const zeroPoint = x.dtype === 'int32' ? 0 : randomInteger(random, ...dtypeRange[x.dtype])
  return { attributes: { ...attributes, zeroPoint }, x }
}

export const argmax: Recipe = (random, { elements }) => {
  if (random.oneIn(8)) {
    // More positions than an int8 lane counts; no larger than one element may read.
    const count = random.between(257, 1200)
    const x = randomTensor(random, 'int8', [count, randomSize(random, 24_576 / count)])
    return { attributes: { axis: 0 }, x }
  }
  const x = randomTensor(random, randomDType(random), randomShape(random, elements))
  return { attributes: { axis: random.pick([x.shape.length - 1, random.below(x.shape.length)]) }, x }
}

function pool(random: Random, elements: number, dtype: DType) {
  const shape = randomSizes(random, elements / random.pick([1, 4, 9]), [4, 120, 300, 5000]) as [
    number,
    number,
    number,
    number,
  ]
  const axis = (size: number) => {
    const taps = random.pick([2, 3, size, random.between(1, 9), random.between(1, 30)])
    const pad = () => random.pick([0, 0, random.below(taps)])
    return { taps, before: pad(), after: pad(), stride: random.pick([1, 2, taps, random.between(1, 9)]) }
  }
  const height = axis(shape[1])
  const width = axis(shape[2])
  const attributes = {
    padTop: height.before,
    padLeft: width.before,
    padBottom: height.after,
    padRight: width.after,
    windowH: height.taps,
    windowW: width.taps,
    strideH: height.stride,
    strideW: width.stride,
  }
  return { attributes, x: randomTensor(random, dtype, shape) }
}

export const avgPool2d: Recipe = (random, { elements }) => pool(random, elements, 'int8')
export const maxPool2d: Recipe = (random, { elements }) => pool(random, elements, randomDType(random))

export const reshape: Recipe = (random, { elements }) => {
  const x = randomTensor(random, randomDType(random), randomShape(random, elements))
  const flat = [elementCount(x.shape)]
  const moved = randomOrder(random, x.shape.length).map((axis) => x.shape[axis] as number)
  return { type: { dtype: x.dtype, shape: random.pick([flat, moved]) }, x }
}

export const transpose: Recipe = (random, { elements }) => {
  const x = randomTensor(random, randomDType(random), randomShape(random, elements))
  const order = randomOrder(random, x.shape.length)
  return { attributes: Object.fromEntries(order.map((from, axis) => [`axis${axis}`, from])), x }
}

export const slice: Recipe = (random, { elements }) => {
  const x = randomTensor(random, randomDType(random), randomShape(random, elements))
  const axes = x.shape.map((dimension) => {
    if (random.oneIn(3)) return { begin: 0, size: dimension, stride: 1 }
    const stride = random.pick([1, 1, 2, 3, 1 + random.below(dimension)])
    const begin = random.pick([0, random.below(dimension)])
    const most = Math.floor((dimension - 1 - begin) / stride) + 1
    return { begin, size: random.pick([most, 1 + random.below(most)]), stride }
  })
  return {
    begin: encodeAxisWord(axes.map(({ begin }) => begin)),
    size: encodeAxisWord(axes.map(({ size }) => size)),
    stride: encodeAxisWord(
      axes.map(({ stride }) => stride),
      1,
    ),
    x,
  }
}

export const pad: Recipe = (random, { elements }) => {
  const dtype = randomDType(random)
  const x = randomTensor(random, dtype, randomShape(random, elements / 2))
  const amount = () => random.pick([0, 0, 0, 1, random.below(5), random.below(40)])
  const pads = x.shape.flatMap((_, axis) => [
    [`before${axis}`, amount()],
    [`after${axis}`, amount()],
  ])
  return { attributes: { value: randomInteger(random, ...dtypeRange[dtype]), ...Object.fromEntries(pads) }, x }
}

export const concat: Recipe = (random, { elements }) => {
  const a = randomTensor(random, randomDType(random), randomShape(random, elements / 2))
  const axis = random.below(a.shape.length)
  if (random.oneIn(12)) return { attributes: { axis }, a, b: a }
  const limit = ((elements / 2) * (a.shape[axis] as number)) / elementCount(a.shape)
  const b = randomTensor(random, a.dtype, a.shape.with(axis, randomSize(random, limit)))
  return { attributes: { axis }, a, b }
}

export const gather: Recipe = (random, { elements }) => {
  const rows = randomSize(random, 300)
  const row = random.oneIn(4) ? [] : randomShape(random, elements / rows, 1, 4)
  const table = randomTensor(random, randomDType(random), [rows, ...row])
  const limit = elements / elementCount(row)
  const indices = randomTensor(random, randomDType(random), randomShape(random, limit, 1, 6 - row.length))
  const [low, high] = dtypeRange[indices.dtype]
  if (!random.oneIn(3))
    for (let i = 0; i < indices.data.length; i++)
      indices.data[i] = Math.max(low, Math.min(high, random.between(-2, rows + 1)))
  return { table, indices }
}

export const tile: Recipe = (random, { elements }) => {
  const x = randomTensor(random, randomDType(random), randomShape(random, elements / random.pick([2, 20, 200])))
  const copies = randomSizes(random, elements / x.data.length, new Array<number>(x.shape.length).fill(300))
  return { multiples: encodeAxisWord(copies), x }
}
