import { type DType, dtypes, encodeAxisWord } from '../../isa/index.ts'
import type { Random } from '../kernel/random.ts'
import { conv2d, depthwise, matmul, transposeConv2d } from './contractionRecipes.ts'
import {
  broadcastable,
  crowdedType,
  ofInt8,
  ofInt32,
  type Recipe,
  room,
  shape,
  size,
  type,
  word,
} from './randomTypes.ts'

function pairOf(dtypeOf: (random: Random) => DType): Recipe {
  return (random) => {
    const dtype = dtypeOf(random)
    const [a, b] = broadcastable(random, random.between(1, 6), Math.min(room(random), 2 ** 30))
    return { a: { dtype, shape: a }, b: { dtype, shape: b } }
  }
}

const int32Pair = pairOf(() => 'int32')
const anyPair = pairOf((random) => random.pick(dtypes))

const rescale: Recipe = (random) => {
  const dtype = random.between(1, 3)
  const perChannel = random.below(3)
  const x = type(random)
  const channels = x.shape.at(-1) as number
  const multiplier =
    perChannel === 0 ? BigInt(random.below(2 ** 31)) : perChannel === 1 ? ofInt32(channels) : ofInt32(2, channels)
  const shift = perChannel === 1 ? ofInt8(channels) : perChannel === 2 ? 0n : BigInt(random.between(-31, 30))
  return {
    attributes: { dtype, perChannel, rounding: random.below(2), low: -1, high: 1 },
    x,
    multiplier,
    shift: typeof shift === 'bigint' ? BigInt.asUintN(256, shift) : shift,
  }
}

const table: Recipe = (random) => {
  const isWide = random.oneIn(2)
  return {
    x: type(random, isWide ? 'int16' : 'int8'),
    table: isWide ? { dtype: 'int16', shape: [513] } : { dtype: random.pick(dtypes), shape: [256] },
  }
}

const softmax: Recipe = (random) => {
  const rows = shape(random, random.below(6), room(random) / 4096)
  return { attributes: { form: random.below(3) }, x: ofInt8(...rows, size(random, 4095)), table: ofInt32(256) }
}

/** A tensor of which an element of a reduction reads little enough. */
function reduction(attributesOf: (random: Random, rank: number) => Record<string, number>): Recipe {
  return (random) => {
    const rank = random.between(1, 6)
    const x = type(random, random.pick(dtypes), rank)
    return { attributes: attributesOf(random, rank), x }
  }
}
const reduceOver = reduction((random, rank) => ({ axes: 1 + random.below(2 ** rank - 1), keepDims: random.below(2) }))

function pool(dtypeOf: (random: Random) => DType): Recipe {
  return (random) => {
    // Of a small image, an element reads no more than all: then windows and pads can be as large as fields hold.
    const isHuge = random.oneIn(10)
    const [windowH, windowW] = isHuge
      ? [random.pick([4096, 30_000, 65536]), random.pick([4096, 30_000, 65536])]
      : [random.pick([16, random.between(1, 9)]), random.pick([15, 16, random.between(1, 9), random.between(1, 30)])]
    const pad = (window: number) => (isHuge ? window - 1 : random.below(window))
    const most = random.pick([2, 4, 16, 500])
    const attributes = {
      ...{ padTop: pad(windowH), padBottom: pad(windowH), padLeft: pad(windowW), padRight: pad(windowW) },
      ...{ windowH, windowW, strideH: random.between(1, most), strideW: random.between(1, most) },
    }
    const dims = isHuge
      ? [1, random.between(1, 40), random.between(1, 40), 1]
      : [size(random, 4), size(random, 300), size(random, 300), size(random, random.pick([3, 15, 300]))]
    return { attributes, x: { dtype: dtypeOf(random), shape: dims } }
  }
}

const reshape: Recipe = (random) => {
  const x = type(random)
  const dims = [...x.shape].sort(() => random.below(3) - 1)
  if (dims.length < 6 && random.oneIn(2)) dims.splice(random.below(dims.length + 1), 0, 1)
  return { type: { dtype: x.dtype, shape: dims }, x }
}

const transpose: Recipe = (random) => {
  const x = random.oneIn(2) ? crowdedType(random) : type(random)
  const order = x.shape.map((_, axis) => axis)
  for (let axis = order.length - 1; axis > 0; axis--) {
    if (random.oneIn(3)) continue
    const other = random.below(axis + 1)
    ;[order[axis], order[other]] = [order[other] as number, order[axis] as number]
  }
  return { attributes: Object.fromEntries(order.map((from, axis) => [`axis${axis}`, from])), x }
}

const slice: Recipe = (random) => {
  const x = random.oneIn(2) ? crowdedType(random) : type(random)
  const isWhole = random.pick([1, 2, 4])
  const parts = x.shape.map((dim) => {
    if (random.oneIn(isWhole)) return { begin: 0, size: dim, stride: 1 }
    const stride = random.oneIn(2) ? 1 : random.pick([1, 2, 3, 2 ** 32])
    const most = Math.floor((dim - 1) / stride) + 1
    const count = size(random, most)
    return { begin: random.below(dim - (count - 1) * stride), size: count, stride }
  })
  const packed = (name: 'begin' | 'size' | 'stride') =>
    encodeAxisWord(
      parts.map((part) => part[name]),
      name === 'stride' ? 1 : 0,
    )
  return { begin: packed('begin'), size: packed('size'), stride: packed('stride'), x }
}

const pad: Recipe = (random) => {
  const x = type(random)
  const attributes: Record<string, number> = { value: random.between(-128, 127) }
  x.shape.forEach((_, axis) => {
    if (random.oneIn(2)) return
    attributes[`before${axis}`] = random.below(random.pick([2, 20, 65536]))
    attributes[`after${axis}`] = random.below(random.pick([2, 20, 65536]))
  })
  return { attributes, x }
}

const concat: Recipe = (random) => {
  const a = type(random)
  const axis = random.below(a.shape.length)
  const b = { ...a, shape: a.shape.with(axis, size(random, 1000)) }
  return { attributes: { axis }, a, b }
}

const gather: Recipe = (random) => ({
  table: type(random, random.pick(dtypes), random.between(1, 4)),
  indices: { dtype: random.pick(dtypes), shape: shape(random, random.between(1, 3), 2 ** random.between(0, 16)) },
})

const tile: Recipe = (random) => {
  const x = random.oneIn(2) ? crowdedType(random) : type(random)
  const rate = random.pick([1, 2, 4])
  const most = random.pick([3, 8, 100])
  return { multiples: encodeAxisWord(x.shape.map(() => (random.oneIn(rate) ? 1 : size(random, most)))), x }
}

const load: Recipe = (random) => ({ type: type(random), account: word(random), offset: word(random) })

const modelLoad: Recipe = (random) => {
  const types = Array.from({ length: random.between(1, 5) }, () => type(random))
  const index = random.below(types.length)
  const rows = types[index]?.shape[0] as number
  const firstRow = random.oneIn(3) ? 0 : random.below(rows)
  const rowCount = random.oneIn(3) ? rows - firstRow : size(random, rows - firstRow)
  return { model: { root: 1n, types }, index: BigInt(index), firstRow: BigInt(firstRow), rowCount: BigInt(rowCount) }
}

/** A recipe for each instruction. */
export const priceRecipes: Readonly<Record<string, Recipe>> = {
  TMLOAD: load,
  TCALLDATALOAD: load,
  TCODELOAD: load,
  TMODELLOAD: modelLoad,
  TMSTORE: (random) => ({ tensor: type(random), offset: word(random) }),
  TTYPE: (random) => ({ tensor: type(random) }),
  TFREE: (random) => ({ handle: 1n, count: random.oneIn(2) ? BigInt(random.below(2000)) : word(random, 31) }),
  TSPACE: () => ({}),
  TROOT: (random) => ({ tensor: type(random) }),
  MATMUL: matmul,
  CONV2D: conv2d,
  DEPTHWISE_CONV2D: depthwise,
  TRANSPOSE_CONV2D: transposeConv2d,
  RESCALE: rescale,
  CLAMP: (random) => ({ attributes: { low: -1, high: 1 }, x: type(random) }),
  TABLE: table,
  SOFTMAX: softmax,
  TADD: int32Pair,
  TSUB: int32Pair,
  TMUL: (random) => ({ ...int32Pair(random), attributes: { shift: random.oneIn(3) ? 0 : random.below(63) } }),
  MAXIMUM: anyPair,
  MINIMUM: anyPair,
  ARITHMETIC_RIGHT_SHIFT: int32Pair,
  RSQRT: (random) => ({ x: type(random, 'int32') }),
  REDUCE_SUM: reduceOver,
  REDUCE_MAX: reduceOver,
  REDUCE_MIN: reduceOver,
  ARGMAX: reduction((random, rank) => ({ axis: random.below(rank) })),
  AVG_POOL2D: pool(() => 'int8'),
  MAX_POOL2D: pool((random) => random.pick(dtypes)),
  RESHAPE: reshape,
  TRANSPOSE: transpose,
  SLICE: slice,
  PAD: pad,
  CONCAT: concat,
  GATHER: gather,
  TILE: tile,
}
