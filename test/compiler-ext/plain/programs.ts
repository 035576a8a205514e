import type { PlainArithmetic } from '../../../compiler-ext/index.ts'
import { createTensor, encodeAxisWord, type Tensor, type TensorType, tensorOf } from '../../../isa/index.ts'
import { createProgramBuilder, type OperandArgument, type Program, type ProgramBuilder } from '../../../model/index.ts'
import { type Random, randomFrom, randomTensor } from '../../model/randomProgram.ts'

/** A program under construction, with what it takes to add a step of random operands. */
export type Sketch = {
  readonly builder: ProgramBuilder
  readonly random: Random
  input(dtype: TensorType['dtype'], ...shape: number[]): number
  constant(dtype: TensorType['dtype'], ...shape: number[]): number
  emit(mnemonic: string, operands: Readonly<Record<string, OperandArgument>>): number
  /** Adds a step whose result is an output. */
  output(mnemonic: string, operands: Readonly<Record<string, OperandArgument>>): void
}

/** Builds a program from random constants. */
export function sketch(seed: number, build: (sketch: Sketch) => void): Program {
  const builder = createProgramBuilder()
  const random = randomFrom(seed)
  const emit: Sketch['emit'] = (mnemonic, operands) => builder.emit(mnemonic, operands)
  build({
    builder,
    random,
    input: (dtype, ...shape) => builder.input({ dtype, shape }),
    constant: (dtype, ...shape) => builder.constant(randomTensor(random, { dtype, shape })),
    emit,
    output: (mnemonic, operands) => builder.output(emit(mnemonic, operands)),
  })
  return builder.build()
}

/** A RESCALE of `x` to int8, per channel or not, with shifts that make of most sums something between the limits. */
function rescaled(s: Sketch, x: number, bits: number, isPerChannel: boolean, rounding: 0 | 1 = 0): number {
  const { builder, random } = s
  const channels = builder.typeOf(x).shape.at(-1) as number
  const attributes = { dtype: 1, rounding, low: -128, high: 127, outputZeroPoint: random(40) - 20 }
  if (!isPerChannel)
    return s.emit('RESCALE', { attributes, x, multiplier: 2 ** 30 + random(2 ** 30), shift: 8 - bits - random(2) })
  const multipliers = Array.from({ length: channels }, () => (random(10) === 0 ? 0 : 2 ** 30 + random(2 ** 30)))
  const shifts = Array.from({ length: channels }, () => 8 - bits - random(3))
  return s.emit('RESCALE', {
    attributes: { ...attributes, perChannel: 1 },
    x,
    multiplier: builder.constant(tensorOf('int32', [channels], multipliers)),
    shift: builder.constant(tensorOf('int8', [channels], shifts)),
  })
}

/** Rows, depth and outputs of matrix products: depths at the edges of words, few rows and many. */
const productSizes = {
  swar: [
    [1, 1, 3],
    [20, 10, 2],
    [2, 21, 3],
    [16, 30, 2],
    [15, 53, 2],
    [1, 700, 3],
    [3, 260, 3],
  ],
  scalar: [
    [2, 5, 3],
    [1, 32, 2],
    [3, 65, 3],
  ],
} as const

/** Matrix products of every form: zero points, biases, rescaled or not, sums that wrap. */
export function products(seed: number, arithmetic: PlainArithmetic): Program {
  return sketch(seed, (s) => {
    for (const [rows, depth, columns] of productSizes[arithmetic]) {
      const a = s.input('int8', rows, depth)
      const attributes = { zeroPointA: s.random(256) - 128, zeroPointB: s.random(3) === 0 ? s.random(256) - 128 : 0 }
      const bias = s.random(3) === 0 ? undefined : s.constant('int32', columns)
      const product = s.emit('MATMUL', { attributes, a, b: s.constant('int8', columns, depth), bias })
      if (s.random(3) === 0) s.builder.output(product)
      else s.builder.output(rescaled(s, product, bias === undefined ? 18 : 32, s.random(2) === 0, s.random(2) as 0 | 1))
    }
  })
}

/** Depths at which the code of a product becomes a loop, and weights that don't fit memory at once. */
export function deepProducts(seed: number): Program {
  return sketch(seed, (s) => {
    const a = s.input('int8', 1, 1300)
    const weights = { ...createTensor({ dtype: 'int8', shape: [40, 1300] }) }
    weights.data.forEach((_, i) => {
      weights.data[i] = i < 1300 ? -128 : i < 2600 ? 127 : s.random(256) - 128
    })
    const attributes = { zeroPointA: 127 }
    const hidden = s.emit('MATMUL', { attributes, a, b: s.builder.constant(weights), bias: s.constant('int32', 40) })
    s.builder.output(hidden)
    s.output('MATMUL', {
      attributes: { zeroPointA: -128 },
      a: s.input('int8', 14, 1300),
      b: s.constant('int8', 2, 1300),
    })
    s.builder.output(rescaled(s, hidden, 32, true))
  })
}

const pads = { padTop: 1, padLeft: 2, padBottom: 0, padRight: 1 }

/** Convolutions with groups, strides, dilations and paddings; int8 and int32 results. */
export function convolutions(seed: number, arithmetic: PlainArithmetic): Program {
  return sketch(seed, (s) => {
    const convolve = (x: number, outputs: number, taps: [number, number], attributes: Record<string, number>) => {
      const depth = (s.builder.typeOf(x).shape[3] as number) / (attributes.groups ?? 1)
      const weights = s.constant('int8', outputs, ...taps, depth)
      const bias = s.random(2) === 0 ? undefined : s.constant('int32', outputs)
      const zeroPoint = s.random(256) - 128
      return s.emit('CONV2D', { attributes: { zeroPoint, ...attributes }, x, weights, bias })
    }
    const x = s.input('int8', 2, 7, 6, 4)
    s.builder.output(rescaled(s, convolve(x, 6, [3, 3], pads), 18, true))
    s.builder.output(convolve(x, 4, [2, 3], { groups: 2, strideW: 2, dilationH: 2 }))
    s.builder.output(rescaled(s, convolve(x, 8, [3, 2], { ...pads, groups: 4, dilationW: 2 }), 17, true, 1))
    if (arithmetic === 'scalar') return
    s.builder.output(rescaled(s, convolve(x, 5, [1, 1], { strideH: 2, strideW: 3 }), 17, false))
    const wide = s.input('int8', 1, 5, 5, 13)
    s.builder.output(rescaled(s, convolve(wide, 3, [4, 4], { padTop: 3, padRight: 3 }), 20, true))
    s.builder.output(convolve(wide, 2, [1, 1], {}))
  })
}

/** Depthwise convolutions: windows, strides, dilations, several outputs a channel. */
export function depthwise(seed: number): Program {
  return sketch(seed, (s) => {
    const convolve = (x: number, outputs: number, taps: [number, number], attributes: Record<string, number>) => {
      const bias = s.random(2) === 0 ? undefined : s.constant('int32', outputs)
      const weights = s.constant('int8', ...taps, outputs)
      const zeroPoint = s.random(256) - 128
      return s.emit('DEPTHWISE_CONV2D', { attributes: { zeroPoint, ...attributes }, x, weights, bias })
    }
    const x = s.input('int8', 2, 9, 14, 3)
    s.builder.output(rescaled(s, convolve(x, 3, [3, 3], pads), 17, true))
    s.builder.output(rescaled(s, convolve(x, 6, [3, 2], { strideH: 2, strideW: 2 }), 17, true))
    s.builder.output(convolve(x, 3, [1, 1], { strideW: 3 }))
    s.builder.output(rescaled(s, convolve(x, 3, [2, 3], { dilationW: 2, dilationH: 3 }), 17, false))
    s.builder.output(rescaled(s, convolve(x, 3, [2, 7], { padLeft: 3, padRight: 3 }), 17, true))
    s.builder.output(rescaled(s, convolve(s.input('int8', 1, 8, 8, 1), 8, [8, 5], pads), 18, true, 1))
  })
}

/** RESCALE by itself: each dtype, both roundings, every shift, factors of each form, extreme values. */
export function rescalings(seed: number): Program {
  return sketch(seed, (s) => {
    const extremes = [-(2 ** 31), 2 ** 31 - 1, -1, 0, 1, 2 ** 30, -(2 ** 30), 12345]
    const every = Array.from({ length: 62 }, (_, i) => i - 31)
    const grid = tensorOf(
      'int32',
      [8, 62],
      extremes.flatMap((value) => every.map(() => value)),
    )
    const x = s.emit('TADD', { a: s.input('int32', 1), b: s.builder.constant(grid) })
    const multipliers = every.map(() => s.random(2 ** 31))
    const shift = s.builder.constant(tensorOf('int8', [62], every))
    for (const [dtype, low, high, rounding] of [
      [1, -128, 127, 0],
      [1, -100, 20, 1],
      [2, -32768, 32767, 0],
      [3, -(2 ** 31), 2 ** 31 - 1, 0],
      [3, -(2 ** 31), 2 ** 31 - 1, 1],
      [3, -5, 7, 0],
    ] as const) {
      const multiplier = s.builder.constant(
        tensorOf(
          'int32',
          [62],
          multipliers.map((m, i) => (i === 5 ? -1 : m)),
        ),
      )
      const attributes = { dtype, rounding, low, high, perChannel: 1, outputZeroPoint: dtype === 3 ? 0 : 7 }
      s.output('RESCALE', { attributes, x, multiplier, shift })
    }
    const packed = s.builder.constant(tensorOf('int32', [2, 3], [2 ** 30, 2 ** 31 - 1, 5, -100, 3, 100]))
    const attributes = { dtype: 2, low: -30000, high: 30000 }
    const packedAttributes = { ...attributes, perChannel: 2, inputShift: 15, inputZeroPoint: -300 }
    s.output('RESCALE', { attributes: packedAttributes, x: s.input('int16', 2, 3), multiplier: packed, shift: 0 })
    const words = { ...attributes, inputShift: 22, inputZeroPoint: 9, outputZeroPoint: -50 }
    s.output('RESCALE', { attributes: words, x: s.input('int8', 7), multiplier: 2 ** 30 + 5, shift: -15 })
  })
}

/** Everything that works element by element, on each dtype that it takes. */
export function elements(seed: number): Program {
  return sketch(seed, (s) => {
    const x8 = s.input('int8', 3, 5)
    // Nothing reads it.
    s.input('int16', 3)
    const x16 = s.input('int16', 3, 5)
    const x32 = s.input('int32', 3, 5)
    const y32 = s.input('int32', 2, 1, 5)
    for (const x of [x8, x16, x32]) s.output('CLAMP', { attributes: { low: -20, high: 30 }, x })
    s.output('CLAMP', { attributes: { low: 5, high: 5 }, x: x8 })
    for (const mnemonic of ['TADD', 'TSUB', 'MAXIMUM', 'MINIMUM']) {
      s.output(mnemonic, { a: x32, b: s.constant('int32', 3, 5) })
      s.output(mnemonic, { a: x32, b: y32 })
    }
    for (const shift of [0, 1, 16, 31, 62]) s.output('TMUL', { attributes: { shift }, a: y32, b: x32 })
    for (const [x, dtype] of [
      [x8, 'int8'],
      [x16, 'int16'],
    ] as const)
      for (const mnemonic of ['MAXIMUM', 'MINIMUM']) s.output(mnemonic, { a: x, b: s.constant(dtype, 3, 1) })
    for (const dtype of ['int8', 'int16', 'int32'] as const) s.output('TABLE', { x: x8, table: s.constant(dtype, 256) })
    s.output('RESHAPE', { type: { dtype: 'int16', shape: [15] }, x: x16 })
    for (const value of [x16, x8, x8, s.constant('int32', 3)]) s.builder.output(value)
  })
}

/** Moves, reductions, pools and softmax. */
export function arrangements(seed: number): Program {
  return sketch(seed, (s) => {
    const { builder } = s
    const x8 = s.input('int8', 2, 5, 6, 3)
    const x16 = s.input('int16', 4, 3, 5)
    const x32 = s.input('int32', 3, 7)
    s.output('TRANSPOSE', { attributes: { axis0: 0, axis1: 3, axis2: 1, axis3: 2 }, x: x8 })
    s.output('TRANSPOSE', { attributes: { axis0: 1, axis1: 0, axis2: 2 }, x: x16 })
    s.output('TRANSPOSE', { attributes: { axis0: 1, axis1: 0 }, x: x32 })
    const stride = encodeAxisWord([1, 2, 3, 1], 1)
    s.output('SLICE', { begin: encodeAxisWord([1, 0, 2, 1]), size: encodeAxisWord([1, 3, 2, 2]), stride, x: x8 })
    s.output('SLICE', { begin: encodeAxisWord([1, 0, 0]), size: encodeAxisWord([2, 3, 5]), stride: 0, x: x16 })
    s.output('PAD', { attributes: { value: -7, before1: 1, after1: 2, before3: 1 }, x: x8 })
    s.output('PAD', { attributes: { value: 300, after0: 1, before2: 2 }, x: x16 })
    s.output('PAD', { attributes: { value: -70000, before0: 1 }, x: x32 })
    s.output('CONCAT', { attributes: { axis: 2 }, a: x8, b: s.constant('int8', 2, 5, 1, 3) })
    s.output('CONCAT', { attributes: { axis: 0 }, a: x32, b: x32 })
    for (const axes of [1, 2, 3]) {
      s.output('REDUCE_SUM', { attributes: { axes, keepDims: 1 }, x: x32 })
      s.output('REDUCE_MAX', { attributes: { axes }, x: x32 })
    }
    s.output('REDUCE_SUM', { attributes: { axes: 6, zeroPoint: -9 }, x: x8 })
    s.output('REDUCE_SUM', { attributes: { axes: 5, zeroPoint: 300 }, x: x16 })
    s.output('REDUCE_MIN', { attributes: { axes: 10 }, x: x8 })
    s.output('ARGMAX', { attributes: { axis: 3 }, x: x8 })
    s.output('ARGMAX', { attributes: { axis: 1 }, x: x16 })
    const pool = { windowH: 2, windowW: 3, strideH: 2, strideW: 1, padTop: 1, padLeft: 2, padRight: 1 }
    s.output('AVG_POOL2D', { attributes: pool, x: x8 })
    s.output('AVG_POOL2D', { attributes: { windowH: 5, windowW: 6 }, x: x8 })
    s.output('MAX_POOL2D', { attributes: pool, x: x8 })
    const image32 = builder.emit('RESHAPE', { type: { dtype: 'int32', shape: [1, 3, 7, 1] }, x: x32 })
    s.output('MAX_POOL2D', { attributes: { windowH: 2, windowW: 2, strideH: 1, strideW: 2 }, x: image32 })
    const exponentials = Array.from({ length: 256 }, (_, d) =>
      Math.min(2 ** 31 - 1, Math.floor(2 ** 31 * Math.exp(-d / 40))),
    )
    const table = builder.constant(tensorOf('int32', [256], exponentials))
    for (const form of [0, 1, 2]) s.output('SOFTMAX', { attributes: { form }, x: x8, table })
    s.output('SOFTMAX', { attributes: { form: 0 }, x: x8, table: s.constant('int32', 256) })
  })
}

/** Inputs of a program: random, or at the ends of their ranges. */
export function inputsOf(program: Program, seed: number, kind: 'random' | 'least' | 'greatest' | 'ends'): Tensor[] {
  const random = randomFrom(seed)
  return program.inputs.map((type) => {
    const tensor = randomTensor(random, type)
    if (kind === 'random') return tensor
    const bits = 8 * tensor.data.BYTES_PER_ELEMENT - 1
    const [least, greatest] = [-(2 ** bits), 2 ** bits - 1]
    tensor.data.forEach((_, i) => {
      tensor.data[i] = kind === 'least' || (kind === 'ends' && random(2) === 0) ? least : greatest
    })
    return tensor
  })
}
