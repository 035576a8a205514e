import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import { importOnnx } from '../../../model/onnx/import.ts'
import { mnemonics, numbers } from '../quantizer/networks.ts'
import { broadcast, conv, fill, matmul, pool, type Reals, softmax } from './independent.ts'
import { type GivenNode, type GivenTensor, onnxModel } from './writer.ts'

type Scale = { readonly scale: number; readonly zeroPoint: number }
type Bytes = 'int8' | 'uint8'

const range = { int8: [-128, 127], uint8: [0, 255] } as const

/** Nearest integer, halves to even. */
function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return Math.abs(x - Math.trunc(x)) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** QuantizeLinear by its definition. */
function quantized({ shape, data }: Reals, { scale, zeroPoint }: Scale, type: Bytes): Reals {
  const [low, high] = range[type]
  return {
    shape,
    data: data.map((x) => Math.min(Math.max(roundHalfEven(x / scale) + zeroPoint, low), high)),
  }
}

/** DequantizeLinear by its definition. */
function reals({ shape, data }: Reals, { scale, zeroPoint }: Scale): Reals {
  return { shape, data: data.map((q) => (q - zeroPoint) * scale) }
}

/** Constants of a scale and its zero point, "name_s" and "name_z". */
function scaleConstants(name: string, { scale, zeroPoint }: Scale, type: Bytes): Record<string, GivenTensor> {
  return {
    [`${name}_s`]: { shape: [], values: [scale] },
    [`${name}_z`]: { type, shape: [], values: [zeroPoint] },
  }
}

const offset = { int8: 0, uint8: -128 } as const

/** Runs an imported model on integers as the file has them. */
function run(bytes: Uint8Array, { shape, data }: Reals, type: Bytes) {
  const { program } = importOnnx(bytes)
  const [result] = interpret(program, [
    tensorOf(
      'int8',
      shape,
      data.map((q) => q + offset[type]),
    ),
  ])
  return { shape: result?.shape, data: Array.from(result?.data ?? []), program }
}

const scales = fc.record({
  scale: fc.integer({ min: 1, max: 400 }).map((n) => Math.fround(n / 4096)),
  zeroPoint: fc.integer({ min: -40, max: 40 }),
})
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const types = fc.constantFrom<Bytes>('int8', 'uint8')

function drawn(next: () => number, type: Bytes, ...shape: number[]): Reals {
  const [low] = range[type]
  return fill(shape, () => low + Math.floor(((next() + 1) / 2) * 256))
}

const forType = ({ scale, zeroPoint }: Scale, type: Bytes) => ({
  scale,
  zeroPoint: type === 'uint8' ? zeroPoint + 128 : zeroPoint,
})

const weightScale = { scale: 1 / 256, zeroPoint: 0 }

describe('QLinear operators', () => {
  test('convolve as ONNX defines it, by channel, in groups and with a bias', () => {
    fc.assert(
      fc.property(seeds, types, scales, scales, (seed, type, inScale, outScale) => {
        const next = numbers(seed)
        const [xs, ys] = [forType(inScale, type), forType({ ...outScale, scale: outScale.scale * 16 }, type)]
        const x = drawn(next, type, 1, 4, 5, 6)
        const w = drawn(next, 'int8', 6, 2, 3, 2)
        const bias = fill([6], () => Math.floor(next() * 5000))
        const channelScales = [1, 2, 3, 4, 5, 6].map((n) => Math.fround(n / 512))
        const bytes = onnxModel({
          input: x.shape,
          inputType: type,
          constants: {
            ...scaleConstants('x', xs, type),
            ...scaleConstants('y', ys, type),
            w: { type: 'int8', shape: w.shape, values: w.data },
            w_s: { shape: [6], values: channelScales },
            w_z: { type: 'int8', shape: [6], values: [0, 0, 0, 0, 0, 0] },
            b: { type: 'int32', shape: [6], values: bias.data },
          },
          nodes: [
            {
              op: 'QLinearConv',
              inputs: ['x', 'x_s', 'x_z', 'w', 'w_s', 'w_z', 'y_s', 'y_z', 'b'],
              attributes: { group: 2, pads: [1, 0, 1, 1] },
            },
          ],
        })
        const { data, shape, program } = run(bytes, x, type)
        const sums = conv(reals(x, { scale: 1, zeroPoint: xs.zeroPoint }), w, bias.data, 2, { pads: [1, 0, 1, 1] })
        const area = (sums.shape[2] as number) * (sums.shape[3] as number)
        const steps = sums.data.map(
          (sum, index) => (sum * xs.scale * (channelScales[Math.floor(index / area)] as number)) / ys.scale,
        )
        const expected = quantized({ ...sums, data: steps }, { scale: 1, zeroPoint: ys.zeroPoint }, type)
        expect(shape).toEqual(sums.shape)
        expect(mnemonics(program)).toEqual(['TRANSPOSE', 'CONV2D', 'RESCALE', 'TRANSPOSE'])
        data.forEach((q, index) => {
          const step = steps[index] as number
          // Only at an exact half do the two ways of rounding differ.
          const isHalf = Math.abs(Math.abs(step - Math.floor(step)) - 0.5) < 1e-5 * (1 + Math.abs(step))
          const distance = Math.abs(q - offset[type] - (expected.data[index] as number))
          expect(distance).toBeLessThanOrEqual(isHalf ? 1 : 0)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('multiply matrices whose weights have a zero point', () => {
    const next = numbers(5)
    const x = drawn(next, 'uint8', 3, 7)
    const w = drawn(next, 'uint8', 7, 4)
    const constants = {
      ...scaleConstants('x', { scale: 0.02, zeroPoint: 120 }, 'uint8'),
      ...scaleConstants('w', { scale: 0.01, zeroPoint: 3 }, 'uint8'),
      ...scaleConstants('y', { scale: 0.06, zeroPoint: 100 }, 'uint8'),
      w: { type: 'uint8', shape: w.shape, values: w.data } as const,
    }
    const nodes = [{ op: 'QLinearMatMul', inputs: ['x', 'x_s', 'x_z', 'w', 'w_s', 'w_z', 'y_s', 'y_z'] }]
    const { data } = run(onnxModel({ input: x.shape, inputType: 'uint8', constants, nodes }), x, 'uint8')
    const product = matmul(
      reals(x, { scale: Math.fround(0.02), zeroPoint: 120 }),
      reals(w, { scale: Math.fround(0.01), zeroPoint: 3 }),
    )
    const expected = quantized(product, { scale: Math.fround(0.06), zeroPoint: 100 }, 'uint8')
    expect(data.map((q) => q + 128)).toEqual(expected.data)
  })

  test('give int32 sums where nothing rescales them', () => {
    const next = numbers(6)
    const x = drawn(next, 'int8', 1, 2, 4, 4)
    const w = drawn(next, 'int8', 3, 2, 2, 2)
    const constants = {
      w: { type: 'int8', shape: w.shape, values: w.data } as const,
      z: { type: 'int8', shape: [], values: [7] } as const,
    }
    const nodes = [{ op: 'ConvInteger', inputs: ['x', 'w', 'z'] }]
    const { data } = run(onnxModel({ input: x.shape, inputType: 'int8', constants, nodes }), x, 'int8')
    expect(data).toEqual(conv(reals(x, { scale: 1, zeroPoint: 7 }), w, [], 1, {}).data)
  })

  test("do what ONNX Runtime's own do", () => {
    const next = numbers(8)
    const x = drawn(next, 'int8', 1, 3, 4, 4)
    const other = drawn(next, 'int8', 1, 3, 4, 4)
    const [xs, bs, ys] = [
      { scale: 0.05, zeroPoint: 3 },
      { scale: 0.03, zeroPoint: -9 },
      { scale: 0.07, zeroPoint: 4 },
    ].map(({ scale, zeroPoint }) => ({ scale: Math.fround(scale), zeroPoint })) as [Scale, Scale, Scale]
    const constants = {
      ...scaleConstants('x', xs, 'int8'),
      ...scaleConstants('b', bs, 'int8'),
      ...scaleConstants('y', ys, 'int8'),
      b: { type: 'int8', shape: other.shape, values: other.data } as const,
    }
    const results: [string, Reals][] = [
      ['QLinearAdd', broadcast(reals(x, xs), reals(other, bs), (a, b) => a + b)],
      ['QLinearMul', broadcast(reals(x, xs), reals(other, bs), (a, b) => a * b)],
    ]
    for (const [op, expected] of results) {
      const inputs = ['x', 'x_s', 'x_z', 'b', 'b_s', 'b_z', 'y_s', 'y_z']
      const nodes = [{ op, domain: 'com.microsoft', inputs }]
      const { data } = run(onnxModel({ input: x.shape, inputType: 'int8', constants, nodes }), x, 'int8')
      quantized(expected, ys, 'int8').data.forEach((q, index) => {
        expect(Math.abs(q - (data[index] as number))).toBeLessThanOrEqual(1)
      })
    }
  })
})

describe('QuantizeLinear and DequantizeLinear around operators', () => {
  const xs: Scale = { scale: Math.fround(0.05), zeroPoint: 10 }
  const ys: Scale = { scale: Math.fround(0.04), zeroPoint: -20 }

  /** A model of one input that is dequantized, operators from "r" to "f", and "f" quantized. */
  function around(
    shape: readonly number[],
    nodes: readonly GivenNode[],
    constants: Record<string, GivenTensor> = {},
    opset = 17,
  ) {
    return onnxModel({
      opset,
      input: shape,
      inputType: 'int8',
      constants: { ...scaleConstants('x', xs, 'int8'), ...scaleConstants('y', ys, 'int8'), ...constants },
      nodes: [
        { op: 'DequantizeLinear', inputs: ['x', 'x_s', 'x_z'], outputs: ['r'] },
        ...nodes,
        { op: 'QuantizeLinear', inputs: ['f', 'y_s', 'y_z'] },
      ],
    })
  }

  const next = numbers(21)
  const image = drawn(next, 'int8', 1, 3, 6, 6)
  const filters = drawn(next, 'int8', 4, 3, 3, 3)
  const weights = reals(filters, weightScale)
  const real = reals(image, xs)
  const bias = [100, -200, 300, -400]
  const quantizedWeights: Record<string, GivenTensor> = {
    ...scaleConstants('w', weightScale, 'int8'),
    w: { type: 'int8', shape: filters.shape, values: filters.data },
    b: { type: 'int32', shape: [4], values: bias },
    b_s: { shape: [], values: [Math.fround(xs.scale * weightScale.scale)] },
  }
  const dequantizedWeights: GivenNode[] = [
    { op: 'DequantizeLinear', inputs: ['w', 'w_s', 'w_z'], outputs: ['wr'] },
    { op: 'DequantizeLinear', inputs: ['b', 'b_s'], outputs: ['br'] },
  ]
  const unary = (op: string, attributes: GivenNode['attributes'] = {}): GivenNode[] => [
    { op, inputs: ['r'], outputs: ['f'], attributes },
  ]
  const map = (apply: (x: number) => number): Reals => ({ ...real, data: real.data.map(apply) })

  const cases: readonly (readonly [string, Uint8Array, Reals])[] = [
    [
      'Conv, Relu and MaxPool',
      around(
        image.shape,
        [
          ...dequantizedWeights,
          { op: 'Conv', inputs: ['r', 'wr', 'br'], outputs: ['c'] },
          { op: 'Relu', inputs: ['c'], outputs: ['h'] },
          { op: 'MaxPool', inputs: ['h'], outputs: ['f'], attributes: { kernel_shape: [2, 2], strides: [2, 2] } },
        ],
        quantizedWeights,
      ),
      pool(
        ((sums) => ({ ...sums, data: sums.data.map((x) => Math.max(x, 0)) }))(
          conv(
            real,
            weights,
            bias.map((q) => q * xs.scale * weightScale.scale),
            1,
            {},
          ),
        ),
        'max',
        { kernel: [2, 2], strides: [2, 2] },
      ),
    ],
    ['GlobalAveragePool', around(image.shape, unary('GlobalAveragePool')), pool(real, 'average', { kernel: [6, 6] })],
    [
      'AveragePool',
      around(image.shape, unary('AveragePool', { kernel_shape: [2, 2] })),
      pool(real, 'average', { kernel: [2, 2] }),
    ],
    ['Sigmoid', around(image.shape, unary('Sigmoid')), map((x) => 1 / (1 + Math.exp(-x)))],
    ['Tanh', around(image.shape, unary('Tanh')), map(Math.tanh)],
    ['LeakyRelu', around(image.shape, unary('LeakyRelu')), map((x) => (x < 0 ? 0.01 * x : x))],
    ['Softmax', around(image.shape, unary('Softmax', { axis: 3 })), softmax(real, 3)],
    [
      'an addition to itself',
      around(image.shape, [{ op: 'Add', inputs: ['r', 'r'], outputs: ['f'] }]),
      map((x) => 2 * x),
    ],
    [
      'a product with itself',
      around(image.shape, [{ op: 'Mul', inputs: ['r', 'r'], outputs: ['f'] }]),
      map((x) => x * x),
    ],
    [
      'Concat',
      around(image.shape, [{ op: 'Concat', inputs: ['r', 'r'], outputs: ['f'], attributes: { axis: 0 } }]),
      { shape: [2, 3, 6, 6], data: [...real.data, ...real.data] },
    ],
    ['no operator', around(image.shape, unary('Identity')), real],
  ]

  test.each(cases)('%s: within a step', (_, bytes, expected) => {
    const { data, shape } = run(bytes, image, 'int8')
    expect(shape).toEqual(expected.shape)
    quantized(expected, ys, 'int8').data.forEach((q, index) => {
      expect(Math.abs(q - (data[index] as number))).toBeLessThanOrEqual(1)
    })
  })

  test('drops reals at the boundary and says what the integers stand for', () => {
    const bytes = onnxModel({
      input: [1, 4],
      constants: { ...scaleConstants('x', xs, 'int8') },
      nodes: [
        { op: 'QuantizeLinear', inputs: ['x', 'x_s', 'x_z'], outputs: ['q'] },
        { op: 'DequantizeLinear', inputs: ['q', 'x_s', 'x_z'], outputs: ['r'] },
        { op: 'Relu', inputs: ['r'], outputs: ['h'] },
        { op: 'QuantizeLinear', inputs: ['h', 'x_s', 'x_z'], outputs: ['p'] },
        { op: 'DequantizeLinear', inputs: ['p', 'x_s', 'x_z'] },
      ],
    })
    const { program, inputs, outputs, operators } = importOnnx(bytes)
    expect(mnemonics(program)).toEqual(['CLAMP'])
    expect(inputs).toEqual([{ name: 'x', type: { dtype: 'int8', shape: [1, 4] }, ...xs }])
    expect(outputs).toEqual([{ name: 'y', type: { dtype: 'int8', shape: [1, 4] }, ...xs }])
    expect(operators.map(({ name }) => name)).toHaveLength(5)
    expect([...(interpret(program, [tensorOf('int8', [1, 4], [-128, 0, 10, 50])])[0]?.data ?? [])]).toEqual([
      10, 10, 10, 50,
    ])
  })
})
