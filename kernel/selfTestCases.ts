import { createTensor, type DType, dtypeRange, type Shape, type Tensor, type TensorType } from '../isa/index.ts'

/** A call and, where it was worked out by hand, its answer; where there is none the reference answers. */
export type SelfTestCase = {
  readonly mnemonic: string
  /** By name; attributes that are left out are as in a word of zeros. */
  readonly operands: Readonly<Record<string, Tensor | TensorType | bigint | undefined | Attributes>>
  readonly answer?: readonly number[]
}
export type Attributes = Readonly<Record<string, number>>

const INT32_MIN = -(2 ** 31)
const INT32_MAX = 2 ** 31 - 1

/** A tensor of these values, one after another and from the first again. */
function given(dtype: DType, shape: Shape, ...values: readonly number[]): Tensor {
  const tensor = createTensor({ dtype, shape })
  for (let i = 0; i < tensor.data.length; i++) tensor.data[i] = values[i % values.length] as number
  return tensor
}

const NOISE_ELEMENTS = 1031

/** Scattered values of a dtype, every fifth of them an end of its range. */
function noise(dtype: DType): Tensor {
  const tensor = createTensor({ dtype, shape: [NOISE_ELEMENTS] })
  const [low, high] = dtypeRange[dtype]
  let state = 1
  for (let i = 0; i < NOISE_ELEMENTS; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    tensor.data[i] = i % 5 !== 0 ? state >> (i & 15) : i % 2 === 0 ? low : high
  }
  return tensor
}

/** Makes tensors of scattered values, cut from the noise one behind the other: a copy takes far less time than a loop. */
function scattered(): (dtype: DType, ...shape: readonly number[]) => Tensor {
  const source = { int8: noise('int8').data, int16: noise('int16').data, int32: noise('int32').data }
  let next = 0
  return (dtype, ...shape) => {
    const tensor = createTensor({ dtype, shape })
    for (let done = 0; done < tensor.data.length; ) {
      const run = Math.min(tensor.data.length - done, NOISE_ELEMENTS - next)
      tensor.data.set(source[dtype].subarray(next, next + run), done)
      done += run
      next = (next + run) % NOISE_ELEMENTS
    }
    return tensor
  }
}

/** Answers worked out by hand, so that an engine that gets reference and kernel wrong alike is noticed too. */
const known: readonly SelfTestCase[] = [
  {
    // 64 * -128 * 127 in every one of 17 columns, and 64 * (-128 - 127) * 127 less the bias.
    mnemonic: 'MATMUL',
    operands: {
      attributes: {},
      a: given('int8', [1, 64], -128),
      b: given('int8', [17, 64], 127),
      bias: undefined,
    },
    answer: new Array(17).fill(-1_040_384),
  },
  {
    mnemonic: 'MATMUL',
    operands: {
      attributes: { zeroPointA: 127 },
      a: given('int8', [2, 64], -128),
      b: given('int8', [3, 64], 127),
      bias: given('int32', [3], 5, INT32_MIN, 2_072_645),
    },
    answer: [-2_072_635, 2_145_411_008, 5, -2_072_635, 2_145_411_008, 5],
  },
  {
    mnemonic: 'CONV2D',
    operands: {
      attributes: {},
      x: given('int8', [1, 3, 3, 1], 1, 2, 3, 4, 5, 6, 7, 8, 9),
      weights: given('int8', [1, 2, 2, 1], 1),
      bias: undefined,
    },
    answer: [12, 16, 24, 28],
  },
  {
    mnemonic: 'DEPTHWISE_CONV2D',
    operands: {
      attributes: { padTop: 1 },
      x: given('int8', [1, 1, 2, 2], 1, 2, 3, 4),
      weights: given('int8', [2, 2, 2], 7, 7, 7, 7, 1, 10, 2, 20),
      bias: given('int32', [2], 100, 1000),
    },
    answer: [107, 1100],
  },
  {
    mnemonic: 'TRANSPOSE_CONV2D',
    operands: {
      attributes: { outputH: 2, outputW: 2 },
      x: given('int8', [1, 1, 1, 1], 2),
      weights: given('int8', [1, 2, 2, 1], 1, 2, 3, 4),
      bias: undefined,
    },
    answer: [2, 4, 6, 8],
  },
  // A quarter of -6, -2, 2 and 6: a half goes away from zero when rounding twice, upwards when rounding once.
  {
    mnemonic: 'RESCALE',
    operands: {
      attributes: { dtype: 1, rounding: 0, low: -128, high: 127 },
      x: given('int32', [1, 17], -6, -2, 2, 6),
      multiplier: 2n ** 30n,
      shift: 2n ** 256n - 1n,
    },
    answer: Array.from({ length: 17 }, (_, i) => [-2, -1, 1, 2][i % 4] as number),
  },
  {
    mnemonic: 'RESCALE',
    operands: {
      attributes: { dtype: 1, rounding: 1, low: -128, high: 127 },
      x: given('int32', [1, 17], -6, -2, 2, 6),
      multiplier: 2n ** 30n,
      shift: 2n ** 256n - 1n,
    },
    answer: Array.from({ length: 17 }, (_, i) => [-1, 0, 1, 2][i % 4] as number),
  },
  {
    // One half each of two equal elements, in units of 1/256 from -128 on.
    mnemonic: 'SOFTMAX',
    operands: { attributes: { form: 0 }, x: given('int8', [1, 2], 9), table: given('int32', [256], INT32_MAX) },
    answer: [0, 0],
  },
  {
    mnemonic: 'TADD',
    operands: { a: given('int32', [5], INT32_MAX), b: given('int32', [5], 1, -1, 0, INT32_MIN, INT32_MAX) },
    answer: [INT32_MIN, INT32_MAX - 1, INT32_MAX, -1, -2],
  },
  {
    // The low 32 bits of 46341^2 = 2^31 + 4633, INT32_MIN^2 = 2^62 and 2^16 * 2^16.
    mnemonic: 'TMUL',
    operands: {
      attributes: {},
      a: given('int32', [6], 46341, INT32_MIN, 65536),
      b: given('int32', [6], 46341, INT32_MIN, 65536),
    },
    answer: [INT32_MIN + 4633, 0, 0, INT32_MIN + 4633, 0, 0],
  },
  {
    // 2^31 / sqrt(2) = 1518500249.98..; 2^31 / sqrt(2^31 - 1) = 46340.95..
    mnemonic: 'RSQRT',
    operands: { x: given('int32', [6], 4, 1, 2, INT32_MAX, 0, INT32_MIN) },
    answer: [2 ** 30, INT32_MAX, 1_518_500_249, 46_340, INT32_MAX, INT32_MAX],
  },
  {
    mnemonic: 'AVG_POOL2D',
    operands: { attributes: { windowH: 1, windowW: 2, strideW: 2 }, x: given('int8', [1, 1, 4, 1], 1, 2, -1, -2) },
    answer: [2, -2],
  },
  {
    mnemonic: 'ARGMAX',
    operands: { attributes: { axis: 0 }, x: given('int8', [21], 3, 7, 7, 1) },
    answer: [1],
  },
]

const pad1 = { padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 }
const stride2 = { strideH: 2, strideW: 2 }
const wholeInt8 = { dtype: 1, low: -128, high: 127 }
const wholeInt16 = { dtype: 2, low: -32768, high: 32767 }
const wholeInt32 = { dtype: 3, low: INT32_MIN, high: INT32_MAX }
const dtypes = ['int8', 'int16', 'int32'] as const

/** Multipliers near one half and one. */
function multipliers(channels: number, ...more: readonly number[]): Tensor {
  const values = [2 ** 30, INT32_MAX, 1_518_500_250, 1_073_741_825, 2_000_000_011]
  const tensor = given('int32', more.length > 0 ? [2, channels] : [channels], ...values)
  for (let i = channels; i < tensor.data.length; i++) tensor.data[i] = more[i % more.length] as number
  return tensor
}

/** Calls of the instructions on several tensors, sized for whole vectors and a rest. */
function contractionsAndRescales(tensor: ReturnType<typeof scattered>): SelfTestCase[] {
  const word = (shift: number) => BigInt.asUintN(256, BigInt(shift))
  const convolve = (mnemonic: string, attributes: Attributes, x: Tensor, weights: Tensor, bias?: Tensor) => ({
    mnemonic,
    operands: { attributes, x, weights, bias },
  })
  const matmul = (attributes: Attributes, a: Tensor, b: Tensor, bias?: Tensor) => ({
    mnemonic: 'MATMUL',
    operands: { attributes, a, b, bias },
  })
  const rescale = (attributes: Attributes, x: Tensor, multiplier: Tensor | bigint, shift: Tensor | bigint) => ({
    mnemonic: 'RESCALE',
    operands: { attributes, x, multiplier, shift },
  })
  const both = (attributes: Attributes) => [0, 1].map((rounding) => ({ ...attributes, rounding }))
  return [
    matmul({ zeroPointA: -7, zeroPointB: 3 }, tensor('int8', 3, 37), tensor('int8', 19, 37), tensor('int32', 19)),
    matmul({}, tensor('int16', 2, 35), tensor('int8', 17, 35)),
    convolve('CONV2D', { zeroPoint: 5, ...pad1 }, tensor('int8', 1, 1, 3, 16), tensor('int8', 17, 3, 3, 16)),
    convolve(
      'CONV2D',
      { zeroPoint: -128 },
      tensor('int8', 1, 2, 5, 19),
      tensor('int8', 9, 1, 1, 19),
      tensor('int32', 9),
    ),
    convolve('CONV2D', { ...stride2, groups: 2 }, tensor('int8', 1, 4, 4, 6), tensor('int8', 4, 2, 2, 3)),
    convolve('DEPTHWISE_CONV2D', { zeroPoint: 9, ...pad1 }, tensor('int8', 1, 2, 5, 19), tensor('int8', 3, 3, 19)),
    convolve('DEPTHWISE_CONV2D', stride2, tensor('int8', 1, 4, 5, 3), tensor('int8', 3, 3, 6), tensor('int32', 6)),
    convolve(
      'TRANSPOSE_CONV2D',
      { zeroPoint: 4, ...stride2, outputH: 4, outputW: 3 },
      tensor('int8', 1, 2, 2, 17),
      tensor('int8', 5, 3, 3, 17),
    ),
    ...both({ ...wholeInt8, outputZeroPoint: -3 }).map((attributes) =>
      rescale(attributes, tensor('int32', 2, 21), 1_518_500_250n, word(-9)),
    ),
    ...both({ ...wholeInt8, perChannel: 1 }).map((attributes) =>
      rescale(attributes, tensor('int32', 2, 21), multipliers(21), given('int8', [21], -3, -12, -31, 30, -20, 0)),
    ),
    ...both({ ...wholeInt16, perChannel: 2 }).map((attributes) =>
      rescale(attributes, tensor('int32', 2, 19), multipliers(19, -5, -14, -2, 4), 0n),
    ),
    ...both({ ...wholeInt32, inputShift: 20, inputZeroPoint: -128 }).map((attributes) =>
      rescale(attributes, tensor('int8', 37), 1_400_000_000n, word(-1)),
    ),
    rescale({ ...wholeInt16, rounding: 0, inputZeroPoint: 12 }, tensor('int16', 37), 1_400_000_000n, word(1)),
  ]
}

/** Calls of the instructions that look at each element, a row or a window. */
function elementwiseAndReductions(tensor: ReturnType<typeof scattered>): SelfTestCase[] {
  const pair = (mnemonic: string, a: Tensor, b: Tensor, attributes?: Attributes) => ({
    mnemonic,
    operands: attributes ? { attributes, a, b } : { a, b },
  })
  const unary = (mnemonic: string, attributes: Attributes, x: Tensor) => ({ mnemonic, operands: { attributes, x } })
  const window = { windowH: 3, windowW: 3, ...stride2, ...pad1 }
  return [
    ...dtypes.flatMap((dtype) => [
      unary('CLAMP', { low: -7, high: 100 }, tensor(dtype, 37)),
      { mnemonic: 'TABLE', operands: { x: tensor('int8', 37), table: tensor(dtype, 256) } },
      pair('MAXIMUM', tensor(dtype, 37), tensor(dtype, 37)),
      pair('MINIMUM', tensor(dtype, 3, 1), tensor(dtype, 1, 21)),
      unary('REDUCE_SUM', { axes: 1 }, tensor(dtype, 3, 19)),
      unary('REDUCE_SUM', { axes: 2 }, tensor(dtype, 2, 37)),
      unary('REDUCE_MAX', { axes: 1 }, tensor(dtype, 3, 19)),
      unary('REDUCE_MIN', { axes: 2, keepDims: 1 }, tensor(dtype, 2, 37)),
      unary('ARGMAX', { axis: 1 }, tensor(dtype, 2, 37)),
      unary('MAX_POOL2D', window, tensor(dtype, 1, 2, 4, 19)),
    ]),
    { mnemonic: 'TABLE', operands: { x: tensor('int16', 37), table: tensor('int16', 513) } },
    ...[0, 1, 2].map((form) => ({
      mnemonic: 'SOFTMAX',
      operands: { attributes: { form }, x: tensor('int8', 2, 21), table: tensor('int32', 256) },
    })),
    pair('TADD', tensor('int32', 3, 1), tensor('int32', 21)),
    pair('TSUB', tensor('int32', 37), tensor('int32', 37)),
    pair('TMUL', tensor('int32', 37), tensor('int32', 37), { shift: 31 }),
    pair('TMUL', tensor('int32', 37), tensor('int32', 1), { shift: 5 }),
    pair('ARITHMETIC_RIGHT_SHIFT', tensor('int32', 37), tensor('int32', 37)),
    { mnemonic: 'RSQRT', operands: { x: tensor('int32', 21) } },
    unary('REDUCE_SUM', { axes: 1, zeroPoint: -128 }, tensor('int8', 35)),
    unary('AVG_POOL2D', window, tensor('int8', 1, 3, 4, 19)),
  ]
}

/** Calls of the instructions that move elements. */
function movements(tensor: ReturnType<typeof scattered>): SelfTestCase[] {
  return [
    { mnemonic: 'RESHAPE', operands: { type: { dtype: 'int8', shape: [3, 7] }, x: tensor('int8', 21) } },
    ...dtypes.flatMap((dtype): SelfTestCase[] => [
      { mnemonic: 'TRANSPOSE', operands: { attributes: { axis0: 1 }, x: tensor(dtype, 17, 9) } },
      // Rows 1 and 3, every other column.
      {
        mnemonic: 'SLICE',
        operands: { begin: 1n, size: 2n | (19n << 32n), stride: 1n | (1n << 32n), x: tensor(dtype, 4, 37) },
      },
      { mnemonic: 'PAD', operands: { attributes: { value: -1, before0: 1, after1: 3 }, x: tensor(dtype, 2, 37) } },
      { mnemonic: 'CONCAT', operands: { attributes: { axis: 1 }, a: tensor(dtype, 2, 19), b: tensor(dtype, 2, 3) } },
      { mnemonic: 'GATHER', operands: { table: tensor(dtype, 3, 17), indices: given('int8', [4], 2, -1, 9, 1) } },
      { mnemonic: 'TILE', operands: { multiples: 2n | (3n << 32n), x: tensor(dtype, 2, 7) } },
    ]),
  ]
}

/** The calls of the self-test, the same every time. */
export function selfTestCases(): SelfTestCase[] {
  const tensor = scattered()
  return [...known, ...contractionsAndRescales(tensor), ...elementwiseAndReductions(tensor), ...movements(tensor)]
}
