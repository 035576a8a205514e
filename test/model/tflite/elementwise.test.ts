import { describe, expect, it } from 'vitest'
import {
  everyInt8,
  importSpec,
  int8s,
  mnemonics,
  oneOperator,
  type Rounding,
  roundings,
  runSpec,
  saturate,
  scaled,
} from './reference.ts'
import type { TensorSpec } from './writer.ts'

const f32 = Math.fround
const a = { shape: [2, 3, 8], scale: f32(0.0372), zeroPoint: -11 } as const
const b = { shape: [3, 1], scale: f32(0.0211), zeroPoint: 23 } as const
const y = { shape: [2, 3, 8], scale: f32(0.0571), zeroPoint: 5 } as const
const dataA = int8s(48, 1)
const dataB = int8s(3, 2)

/** Pairs of elements as the shapes of a and b broadcast. */
const pairs = dataA.map(
  (value, index) => [value - a.zeroPoint, (dataB[Math.floor(index / 8) % 3] as number) - b.zeroPoint] as const,
)

/** ADD and SUB of TFLite's reference kernel, from integers without their zero points. */
function addOrSub(first: number, second: number, sign: 1 | -1, rounding: Rounding): number {
  const common = 2 * Math.max(a.scale, b.scale)
  const left = scaled(first * 2 ** 20, a.scale / common, rounding)
  const right = scaled(second * 2 ** 20, b.scale / common, rounding)
  return scaled(left + sign * right, common / (2 ** 20 * y.scale), rounding)
}

describe.each(roundings)('elementwise operators with broadcasting, %s rounding', (rounding) => {
  it('ADD, every pair of values', () => {
    const column = { ...a, shape: [256, 1] }
    const row = { ...b, shape: [1, 256] }
    const sum = { ...y, shape: [256, 256] }
    const expected = everyInt8.flatMap((p) =>
      everyInt8.map((q) => saturate(addOrSub(p - a.zeroPoint, q - b.zeroPoint, 1, rounding) + y.zeroPoint)),
    )
    const [actual] = runSpec(oneOperator('ADD', { column, row }, { sum }), [everyInt8, everyInt8], rounding)
    expect(actual).toEqual(expected)
  })

  it('SUB with a fused RELU', () => {
    const expected = pairs.map(([p, q]) => saturate(addOrSub(p, q, -1, rounding) + y.zeroPoint, y.zeroPoint))
    expect(runSpec(oneOperator('SUB', { a, b }, { y }, { activation: 1 }), [dataA, dataB], rounding)).toEqual([
      expected,
    ])
  })

  it('MUL by a constant, with a fused RELU6', () => {
    const real = (a.scale * b.scale) / y.scale
    const high = Math.round(6 / y.scale) + y.zeroPoint
    const expected = pairs.map(([p, q]) => saturate(scaled(p * q, real, rounding) + y.zeroPoint, y.zeroPoint, high))
    const spec = oneOperator('MUL', { a, b: { ...b, data: dataB } }, { y }, { activation: 3 })
    expect(runSpec(spec, [dataA], rounding)).toEqual([expected])
  })

  it('PRELU with a slope for each row', () => {
    const expected = pairs.map(([p, q]) => {
      const real = p >= 0 ? a.scale / y.scale : (a.scale * b.scale) / y.scale
      return saturate(scaled(p >= 0 ? p : p * q, real, rounding) + y.zeroPoint)
    })
    const spec = oneOperator('PRELU', { a, b: { ...b, data: dataB } }, { y })
    expect(runSpec(spec, [dataA], rounding)).toEqual([expected])
  })

  it('ADD of int16', () => {
    const [wide, sum] = [
      { type: 'INT16', shape: [4], scale: f32(3.1e-5) },
      { type: 'INT16', shape: [4], scale: f32(6.7e-5) },
    ]
    const [first, second] = [
      [-32768, 32767, 1, -20001],
      [-32768, 32767, -2, 31234],
    ] as const
    const expected = first.map((value, index) => {
      const common = 2 * wide.scale
      const align = (q: number) => scaled(q * 2 ** 15, wide.scale / common, rounding)
      return saturate(
        scaled(align(value) + align(second[index] as number), common / (2 ** 15 * sum.scale), rounding),
        -32768,
        32767,
      )
    })
    expect(runSpec(oneOperator('ADD', { wide, other: wide }, { sum }), [first, second], rounding)).toEqual([expected])
  })
})

describe('ADD', () => {
  it.each([
    ['INT8', 20],
    ['INT16', 15],
  ])('of %s shifts its operands up by %d bits first', (type, bits) => {
    const spec = oneOperator(
      'ADD',
      { a: { ...a, type, zeroPoint: 0 }, b: { ...b, type, zeroPoint: 0 } },
      { y: { ...y, type } },
    )
    const attributes = importSpec(spec).program.steps.map(({ instruction, operands }) =>
      instruction.attributes?.decode(operands[0] as bigint),
    )
    expect(attributes.map((values) => values?.inputShift)).toEqual([bits, bits, undefined, 0])
  })
})

describe('operators on integers as they are', () => {
  const same = { scale: 0.5, zeroPoint: 3 }
  it.each([
    ['MAXIMUM', [7, 7, 7, 100]],
    ['MINIMUM', [7, -9, -5, 7]],
  ])('%s of the same scale', (name, expected) => {
    const row = { shape: [4], ...same }
    const spec = oneOperator(name, { p: row, q: { shape: [1], ...same, data: [7] } }, { y: row })
    expect(runSpec(spec, [[7, -9, -5, 100]])).toEqual([expected])
  })

  it.each([
    ['ADD', [8, -1]],
    ['SUB', [2, -3]],
    ['MUL', [15, -2]],
  ])('%s of int32', (name, expected) => {
    const word: TensorSpec = { type: 'INT32', shape: [2] }
    expect(
      runSpec(oneOperator(name, { p: word, q: word }, { y: word }), [
        [5, -2],
        [3, 1],
      ]),
    ).toEqual([expected])
  })
})

const every = { shape: [256], scale: f32(0.05), zeroPoint: 10 } as const

/** Runs an activation on every int8 value; the outputs are real numbers. */
function activate(name: string, output: { scale: number; zeroPoint: number }, options: Record<string, number> = {}) {
  const spec = oneOperator(name, { every }, { y: { shape: [256], ...output } }, options)
  expect(mnemonics(importSpec(spec).program)).toEqual(['TABLE'])
  return (runSpec(spec, [everyInt8])[0] as number[]).map((q) => (q - output.zeroPoint) * output.scale)
}

describe('activations by table, against the real function', () => {
  const reals = everyInt8.map((q) => (q - every.zeroPoint) * every.scale)
  const hardSwish = (x: number) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6
  it.each([
    ['LOGISTIC', { scale: 1 / 256, zeroPoint: -128 }, {}, (x: number) => 1 / (1 + Math.exp(-x))],
    ['TANH', { scale: 1 / 128, zeroPoint: 0 }, {}, Math.tanh],
    ['HARD_SWISH', { scale: f32(0.05), zeroPoint: -20 }, {}, hardSwish],
    ['LEAKY_RELU', { scale: f32(0.06), zeroPoint: -20 }, { alpha: 0.1 }, (x: number) => (x < 0 ? 0.1 * x : x)],
    ['LEAKY_RELU', { scale: f32(0.06), zeroPoint: -20 }, { alpha: -0.3 }, (x: number) => (x < 0 ? -0.3 * x : x)],
    ['ELU', { scale: f32(0.055), zeroPoint: -100 }, {}, (x: number) => (x < 0 ? Math.expm1(x) : x)],
  ] as const)('%s is within one step', (name, output, options, apply) => {
    const actual = activate(name, output, options)
    const [low, high] = [(-128 - output.zeroPoint) * output.scale, (127 - output.zeroPoint) * output.scale]
    reals.forEach((x, index) => {
      const expected = Math.min(Math.max(apply(x), low), high)
      expect(Math.abs((actual[index] as number) - expected)).toBeLessThanOrEqual(output.scale)
    })
  })

  it('LEAKY_RELU is exactly the rescale of its side', () => {
    const output = { shape: [256], scale: f32(0.06), zeroPoint: -20 }
    const alpha = f32(0.1)
    for (const rounding of roundings) {
      const expected = everyInt8.map((q) => {
        const x = q - every.zeroPoint
        const real = x >= 0 ? f32(every.scale / output.scale) : f32(f32(every.scale * alpha) / output.scale)
        return saturate(scaled(x, real, rounding) + output.zeroPoint)
      })
      expect(runSpec(oneOperator('LEAKY_RELU', { every }, { output }, { alpha }), [everyInt8], rounding)).toEqual([
        expected,
      ])
    }
  })

  it.each([0.1, -0.3])('LEAKY_RELU of int16 by parts, alpha %d', (slope) => {
    const x = { type: 'INT16', shape: [6], scale: f32(1e-4) }
    const output = { ...x, scale: f32(2e-4) }
    const alpha = f32(slope)
    const data = [-32768, -1001, -1, 0, 12345, 32767]
    const expected = data.map((q) => {
      if (q >= 0) return saturate(scaled(q, f32(x.scale / output.scale), 'double'), -32768, 32767)
      const below = scaled(q, f32(f32(x.scale * Math.abs(alpha)) / output.scale), 'double')
      return alpha < 0 ? 0 - below : below
    })
    expect(runSpec(oneOperator('LEAKY_RELU', { x }, { output }, { alpha }), [data])).toEqual([expected])
  })
})

describe('clamps', () => {
  it('RELU6 of another scale rescales', () => {
    const output = { shape: [256], scale: f32(0.031), zeroPoint: -100 }
    const expected = everyInt8.map((q) =>
      saturate(
        scaled(q - every.zeroPoint, f32(every.scale / output.scale), 'double') + output.zeroPoint,
        -100,
        Math.min(127, Math.round(6 / output.scale) - 100),
      ),
    )
    expect(runSpec(oneOperator('RELU6', { every }, { output }), [everyInt8])).toEqual([expected])
  })

  it.each([
    ['RELU', 10, 127],
    ['RELU_N1_TO_1', -10, 30],
    ['RELU_0_TO_1', 10, 30],
  ])('%s of the same scale only clamps', (name, low, high) => {
    const spec = oneOperator(name, { every }, { y: every })
    expect(mnemonics(importSpec(spec).program)).toEqual(['CLAMP'])
    expect(runSpec(spec, [everyInt8])).toEqual([everyInt8.map((q) => saturate(q, low, high))])
  })
})

describe('SOFTMAX', () => {
  it.each([
    ['int8', { type: 'INT8', scale: 1 / 256, zeroPoint: -128 }],
    ['int16', { type: 'INT16', scale: 1 / 65536, zeroPoint: -32768 }],
  ])('gives %s near the real function, with beta', (_, output) => {
    const x = { shape: [2, 10], scale: f32(0.07), zeroPoint: 9 }
    const data = int8s(20, 5)
    const spec = oneOperator('SOFTMAX', { x }, { y: { shape: [2, 10], ...output } }, { beta: 0.5 })
    const [actual = []] = runSpec(spec, [data])
    for (const row of [0, 1]) {
      const exponentials = data.slice(10 * row, 10 * row + 10).map((q) => Math.exp(q * x.scale * 0.5))
      const sum = exponentials.reduce((total, value) => total + value, 0)
      exponentials.forEach((value, index) => {
        const real = ((actual[10 * row + index] as number) - output.zeroPoint) * output.scale
        expect(Math.abs(real - value / sum)).toBeLessThanOrEqual(1 / 256)
      })
    }
  })
})
