import { describe, expect, test } from 'vitest'
import { tensorOf } from '../../../isa/index.ts'
import { interpret } from '../../../model/interpreter.ts'
import { importOnnx } from '../../../model/onnx/import.ts'
import { mnemonics, numbers } from '../quantizer/networks.ts'
import { drawn, quantized, reals, run, type Scale, scaleConstants, weightScale } from './definition.ts'
import { conv, pool, type Reals, softmax } from './independent.ts'
import { type GivenNode, type GivenTensor, onnxModel } from './writer.ts'

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
