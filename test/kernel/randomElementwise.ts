import { type DType, dtypeCode, dtypeRange, type Shape, type Tensor } from '../../isa/index.ts'
import { type Random, randomDType, randomInteger, randomShape, randomTensor } from './random.ts'
import type { Recipe } from './randomCase.ts'

/** Two shapes that broadcast against each other: often equal, or one a single element, a row or a column. */
function broadcastPair(random: Random, elements: number): [Shape, Shape] {
  const shape = randomShape(random, elements)
  const stretched = () => {
    const style = random.below(6)
    if (style <= 1) return shape
    if (style === 2) return new Array<number>(random.between(1, shape.length)).fill(1)
    if (style === 3) return shape.slice(random.below(shape.length))
    const every = random.pick([2, 3])
    return shape.map((size) => (random.oneIn(every) ? 1 : size)).slice(random.oneIn(3) ? random.below(shape.length) : 0)
  }
  const [a, b] = [stretched(), stretched()]
  return random.oneIn(3) ? [shape, b] : random.oneIn(2) ? [a, shape] : [a, b]
}

function pairOf(random: Random, elements: number, dtype: DType): { a: Tensor; b: Tensor } {
  const [shapeA, shapeB] = broadcastPair(random, elements)
  const a = randomTensor(random, dtype, shapeA)
  return { a, b: random.oneIn(12) ? a : randomTensor(random, dtype, shapeB) }
}

export const int32Pair: Recipe = (random, { elements }) => pairOf(random, elements, 'int32')

export const tmul: Recipe = (random, { elements }) => ({
  attributes: { shift: random.pick([0, 0, 1, 15, 16, 17, 31, 32, 62, random.below(63)]) },
  ...pairOf(random, elements, 'int32'),
})

export const anyPair: Recipe = (random, { elements }) => pairOf(random, elements, randomDType(random))

export const clamp: Recipe = (random, { elements }) => {
  const dtype = randomDType(random)
  const [least, greatest] = dtypeRange[dtype]
  const low = randomInteger(random, least, greatest)
  const high = randomInteger(random, low, greatest)
  return { attributes: { low, high }, x: randomTensor(random, dtype, randomShape(random, elements)) }
}

export const table: Recipe = (random, { elements }) => {
  const dtype = random.pick(['int8', 'int8', 'int16'] as const)
  const x = randomTensor(random, dtype, randomShape(random, elements))
  if (dtype === 'int8') return { x, table: randomTensor(random, randomDType(random), [256]) }
  return { x, table: randomTensor(random, 'int16', [513]) }
}

const MAX_ROW = 4095

/** Exponentials in Q0.31 that fall by a random factor a step. */
function exponentials(random: Random): Tensor {
  const table = randomTensor(random, 'int32', [256])
  const ratio = random.pick([255, 250, 200, random.below(256)])
  let value = 2 ** 31 - 1
  for (let d = 0; d < 256; d++) {
    table.data[d] = value
    value = ((value - (value % 256)) / 256) * ratio
  }
  return table
}

export const softmax: Recipe = (random, { elements }) => {
  const shape = randomShape(random, elements)
  const last = shape.length - 1
  shape[last] = Math.min(shape[last] as number, MAX_ROW)
  return {
    attributes: { form: random.below(3) },
    x: randomTensor(random, 'int8', shape),
    table: random.oneIn(3) ? randomTensor(random, 'int32', [256]) : exponentials(random),
  }
}

export const rsqrt: Recipe = (random, { elements }) => {
  const x = randomTensor(random, 'int32', randomShape(random, Math.ceil(elements / 8)))
  // About perfect squares the root of a rounded quotient is one off.
  if (random.oneIn(2))
    for (let i = 0; i < x.data.length; i++) {
      const root = 1 + random.below(random.pick([4, 100, 46340]))
      x.data[i] = root * root + random.between(-1, 1)
    }
  return { x }
}

const MAX_MULTIPLIER = 2 ** 31 - 1

function multiplierWord(random: Random): number {
  const bits = random.bits() & MAX_MULTIPLIER
  return random.pick([0, 1, 2 ** 30, 2 ** 30, MAX_MULTIPLIER, bits, bits | (2 ** 30), bits | (2 ** 30), bits >> 12])
}

function zeroPoint(random: Random, dtype: DType): number {
  return dtype === 'int32' ? 0 : randomInteger(random, ...dtypeRange[dtype])
}

const outputBits: Readonly<Record<DType, number>> = { int8: 8, int16: 16, int32: 32 }

/** A shift after which values of `bits` bits fill a result of the dtype about, so that not everything saturates. */
function shiftFor(random: Random, bits: number, dtype: DType): number {
  if (random.oneIn(2)) return random.between(-31, 30)
  return Math.min(30, Math.max(-31, outputBits[dtype] - bits + random.between(-3, 2)))
}

export const rescale: Recipe = (random, { elements }) => {
  const [from, to] = [randomDType(random), randomDType(random)]
  const x = randomTensor(random, from, randomShape(random, elements))
  const bits = from === 'int32' ? random.between(4, 32) : outputBits[from]
  if (from === 'int32' && random.oneIn(2))
    for (let i = 0; i < x.data.length; i++) x.data[i] = random.bits() >> (32 - bits)
  const channels = x.shape.at(-1) as number
  const perChannel = random.below(3)
  const [least, greatest] = dtypeRange[to]
  const isWhole = !random.oneIn(3)
  const low = isWhole ? least : randomInteger(random, least, greatest)
  const high = isWhole ? greatest : randomInteger(random, low, greatest)
  const maxInputShift = from === 'int8' ? 22 : from === 'int16' ? 15 : 0
  const attributes = {
    dtype: dtypeCode[to],
    perChannel,
    rounding: random.below(2),
    inputShift: random.oneIn(3) ? random.between(0, maxInputShift) : 0,
    inputZeroPoint: zeroPoint(random, from),
    outputZeroPoint: zeroPoint(random, to),
    low,
    high,
  }
  const shift = () => shiftFor(random, bits + attributes.inputShift, to)
  if (perChannel === 0)
    return { attributes, x, multiplier: BigInt(multiplierWord(random)), shift: BigInt.asUintN(256, BigInt(shift())) }
  const multiplier = randomTensor(random, 'int32', perChannel === 1 ? [channels] : [2, channels])
  const shifts = randomTensor(random, 'int8', [channels])
  if (!random.oneIn(4)) {
    for (let c = 0; c < channels; c++) multiplier.data[c] = multiplierWord(random)
    const common = shift()
    const isCommon = random.oneIn(3)
    for (let c = 0; c < channels; c++) {
      const value = isCommon ? common : shift()
      shifts.data[c] = value
      if (perChannel === 2) multiplier.data[channels + c] = value
    }
  }
  return { attributes, x, multiplier, shift: perChannel === 1 ? shifts : 0n }
}
