import { numbers } from '../quantizer/networks.ts'
import { broadcast, conv, fill, matmul, pool, type Reals, read, softmax } from './independent.ts'
import type { GivenModel, GivenNode, GivenTensor } from './writer.ts'

const next = numbers(11)
const random = (...shape: number[]) => fill(shape, () => Math.fround(next()))
const given = ({ shape, data }: Reals): GivenTensor => ({ shape, values: data })
const integers = (...values: number[]): GivenTensor => ({ type: 'int64', shape: [values.length], values })

const image = random(1, 4, 6, 5)
const rows = random(3, 8)
const sequence = random(1, 3, 9)
const weights = random(6, 4, 3, 2)
const grouped = random(6, 2, 3, 3)
const depthwise = random(8, 1, 3, 3)
const bias = random(6)
const matrix = random(8, 5)
const perChannel = random(1, 4, 1, 1)
const [scale, shift, mean] = [random(4), random(4), random(4)]
const line = random(5, 3, 4)
const [across, vector, column, square, channels] = [
  random(5, 8),
  random(5),
  random(6, 1),
  random(4, 4, 1, 1),
  random(1, 2, 6, 5),
]
const variance = fill([4], () => 0.5 + Math.abs(next()))

type Case = Omit<GivenModel, 'input'> & { readonly name: string; readonly x: Reals; readonly expected: Reals }

const one = (op: string, attributes: GivenNode['attributes'] = {}, ...others: string[]): GivenNode[] => [
  { op, inputs: ['x', ...others], attributes },
]
const map = (x: Reals, apply: (value: number) => number): Reals => ({ shape: x.shape, data: x.data.map(apply) })
const reshaped = ({ data }: Reals, ...shape: number[]): Reals => ({ shape, data })
const mapped = (op: string, apply: (value: number) => number, attributes: GivenNode['attributes'] = {}): Case => ({
  name: op,
  x: image,
  nodes: one(op, attributes),
  opset: 20,
  expected: map(image, apply),
})
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Models of few operators, an input, and what they make of it by the loops of `independent.ts`. */
export const operatorCases: readonly Case[] = [
  {
    name: 'Conv with pads, strides and dilations',
    x: image,
    constants: { w: given(weights), b: given(bias) },
    nodes: one('Conv', { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] }, 'w', 'b'),
    expected: conv(image, weights, bias.data, 1, { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] }),
  },
  {
    name: 'Conv in groups',
    x: image,
    constants: { w: given(grouped) },
    nodes: one('Conv', { group: 2 }, 'w'),
    expected: conv(image, grouped, [], 2, {}),
  },
  {
    name: 'Conv of each channel, SAME_UPPER',
    x: image,
    constants: { w: given(depthwise) },
    nodes: one('Conv', { group: 4, auto_pad: 'SAME_UPPER', strides: [2, 2] }, 'w'),
    expected: conv(image, depthwise, [], 4, { strides: [2, 2], pads: [0, 1, 1, 1] }),
  },
  {
    name: 'Conv in one dimension',
    x: sequence,
    constants: { w: given(line) },
    nodes: one('Conv', { pads: [1, 2], strides: [2] }, 'w'),
    expected: reshaped(
      conv(reshaped(sequence, 1, 3, 1, 9), reshaped(line, 5, 3, 1, 4), [], 1, { pads: [0, 1, 0, 2], strides: [1, 2] }),
      1,
      5,
      5,
    ),
  },
  {
    name: 'MaxPool',
    x: image,
    nodes: one('MaxPool', { kernel_shape: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
    expected: pool(image, 'max', { kernel: [3, 2], strides: [2, 1], pads: [1, 0, 1, 1] }),
  },
  {
    name: 'MaxPool with sizes rounded up',
    x: image,
    nodes: one('MaxPool', { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }),
    expected: pool(image, 'max', { kernel: [2, 2], strides: [2, 2], pads: [0, 0, 0, 1] }),
  },
  {
    name: 'MaxPool, SAME_LOWER',
    x: image,
    nodes: one('MaxPool', { kernel_shape: [3, 2], auto_pad: 'SAME_LOWER' }),
    expected: pool(image, 'max', { kernel: [3, 2], pads: [1, 1, 1, 0] }),
  },
  {
    name: 'AveragePool',
    x: image,
    nodes: one('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
    expected: pool(image, 'average', { kernel: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] }),
  },
  {
    name: 'AveragePool that counts pads',
    x: image,
    nodes: one('AveragePool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }),
    expected: pool(image, 'averageWithPads', { kernel: [3, 3], pads: [1, 1, 1, 1] }),
  },
  {
    name: 'GlobalAveragePool',
    x: image,
    nodes: one('GlobalAveragePool'),
    expected: pool(image, 'average', { kernel: [6, 5] }),
  },
  {
    name: 'Gemm, transposed, with alpha and beta',
    x: rows,
    constants: { b: given(across), c: { shape: [1], values: [0.5] } },
    nodes: one('Gemm', { transB: 1, alpha: { float: 0.5 }, beta: { float: 2 } }, 'b', 'c'),
    expected: map(
      matmul(
        rows,
        fill([8, 5], (k, n) => read(across, [n, k])),
      ),
      (sum) => 0.5 * sum + 1,
    ),
  },
  {
    name: 'MatMul and a bias',
    x: rows,
    constants: { w: given(matrix), b: given(vector) },
    nodes: [
      { op: 'MatMul', inputs: ['x', 'w'], outputs: ['h'] },
      { op: 'Add', inputs: ['b', 'h'] },
    ],
    expected: broadcast(matmul(rows, matrix), vector, (a, b) => a + b),
  },
  {
    name: 'MatMul of two results',
    x: rows,
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['t'] },
      { op: 'MatMul', inputs: ['x', 't'] },
    ],
    expected: matmul(
      rows,
      fill([8, 3], (i, j) => read(rows, [j, i])),
    ),
  },
  {
    name: 'BatchNormalization',
    x: image,
    constants: { s: given(scale), b: given(shift), m: given(mean), v: given(variance) },
    nodes: one('BatchNormalization', { epsilon: { float: 0.01 } }, 's', 'b', 'm', 'v'),
    expected: fill(
      image.shape,
      (...at) =>
        ((read(image, at) - (mean.data[at[1] as number] as number)) /
          Math.sqrt((variance.data[at[1] as number] as number) + 0.01)) *
          (scale.data[at[1] as number] as number) +
        (shift.data[at[1] as number] as number),
    ),
  },
  ...(['Add', 'Sub', 'Mul', 'Div'] as const).map(
    (op): Case => ({
      name: `${op} of numbers of a channel`,
      x: image,
      constants: { c: given(perChannel) },
      nodes: one(op, {}, 'c'),
      expected: broadcast(
        image,
        perChannel,
        {
          Add: (a: number, b: number) => a + b,
          Sub: (a: number, b: number) => a - b,
          Mul: (a: number, b: number) => a * b,
          Div: (a: number, b: number) => a / b,
        }[op],
      ),
    }),
  ),
  {
    name: 'Sub from a number',
    x: image,
    constants: { c: { shape: [], values: [1.5] } },
    nodes: [{ op: 'Sub', inputs: ['c', 'x'] }],
    expected: map(image, (x) => 1.5 - x),
  },
  {
    name: 'Mul by a tensor along other axes',
    x: image,
    constants: { c: given(column) },
    nodes: one('Mul', {}, 'c'),
    expected: broadcast(image, column, (a, b) => a * b),
  },
  {
    name: 'Add of results in different orders',
    x: image,
    constants: { w: given(square) },
    nodes: [
      { op: 'Conv', inputs: ['x', 'w'], outputs: ['h'] },
      { op: 'Add', inputs: ['x', 'h'] },
    ],
    expected: broadcast(image, conv(image, square, [], 1, {}), (a, b) => a + b),
  },
  mapped('Relu', (x) => Math.max(x, 0)),
  mapped('LeakyRelu', (x) => (x < 0 ? 0.25 * x : x), { alpha: { float: 0.25 } }),
  mapped('Elu', (x) => (x < 0 ? Math.expm1(x) : x)),
  mapped('Sigmoid', sigmoid),
  mapped('Tanh', Math.tanh),
  mapped('HardSigmoid', (x) => Math.min(Math.max(0.2 * x + 0.5, 0), 1)),
  mapped('HardSwish', (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1)),
  mapped('Softplus', (x) => Math.log(1 + Math.exp(x))),
  mapped('Neg', (x) => -x),
  {
    name: 'Clip by operands',
    x: image,
    constants: { low: { shape: [], values: [-0.5] }, high: { shape: [], values: [0.25] } },
    nodes: one('Clip', {}, 'low', 'high'),
    expected: map(image, (x) => Math.min(Math.max(x, -0.5), 0.25)),
  },
  {
    name: 'Clip by attributes',
    x: image,
    opset: 10,
    nodes: one('Clip', { min: { float: 0 }, max: { float: 0.5 } }),
    expected: map(image, (x) => Math.min(Math.max(x, 0), 0.5)),
  },
  { name: 'Softmax along channels', x: image, nodes: one('Softmax', { axis: 1 }), expected: softmax(image, 1) },
  {
    name: 'Softmax along all but the first axis',
    x: rows,
    opset: 11,
    nodes: one('Softmax'),
    expected: softmax(rows, 1),
  },
  {
    name: 'Pad',
    x: image,
    constants: { p: integers(0, 1, 2, 0, 0, 0, 1, 3) },
    nodes: one('Pad', {}, 'p'),
    expected: fill([1, 5, 9, 8], (n, c, y, z) => read(image, [n, c - 1, y - 2, z])),
  },
  {
    name: 'Concat along channels',
    x: image,
    constants: { c: given(channels) },
    nodes: one('Concat', { axis: 1 }, 'c'),
    expected: fill([1, 6, 6, 5], (n, c, y, z) =>
      c < 4 ? read(image, [n, c, y, z]) : read(channels, [n, c - 4, y, z]),
    ),
  },
  {
    name: 'Transpose and Flatten',
    x: image,
    nodes: [
      { op: 'Transpose', inputs: ['x'], outputs: ['t'], attributes: { perm: [0, 2, 3, 1] } },
      { op: 'Flatten', inputs: ['t'] },
    ],
    expected: reshaped(
      fill([1, 6, 5, 4], (n, y, z, c) => read(image, [n, c, y, z])),
      1,
      120,
    ),
  },
  {
    name: 'Reshape by arithmetic on Shape',
    x: image,
    constants: { zero: { type: 'int64', shape: [], values: [0] }, rest: integers(-1), zeros: integers(0) },
    nodes: [
      { op: 'Shape', inputs: ['x'], outputs: ['s'] },
      { op: 'Gather', inputs: ['s', 'zero'], outputs: ['n'] },
      { op: 'Unsqueeze', inputs: ['n', 'zeros'], outputs: ['first'] },
      { op: 'Concat', inputs: ['first', 'rest'], outputs: ['shape'], attributes: { axis: 0 } },
      { op: 'Reshape', inputs: ['x', 'shape'] },
    ],
    expected: reshaped(image, 1, 120),
  },
  {
    name: 'ReduceMean over some axes',
    x: image,
    nodes: one('ReduceMean', { axes: [1, -1], keepdims: 0 }),
    expected: fill([1, 6], (n, y) => {
      const values = [0, 1, 2, 3].flatMap((c) => [0, 1, 2, 3, 4].map((z) => read(image, [n, c, y, z])))
      return values.reduce((a, b) => a + b) / values.length
    }),
  },
  {
    name: 'ArgMax',
    x: image,
    nodes: one('ArgMax', { axis: 1, keepdims: 1 }),
    expected: fill([1, 1, 6, 5], (n, _, y, z) => {
      const values = [0, 1, 2, 3].map((c) => read(image, [n, c, y, z]))
      return values.indexOf(Math.max(...values))
    }),
  },
  {
    name: 'Slice by steps',
    x: image,
    constants: { from: integers(1, 0), to: integers(-1, 99), axes: integers(2, 1), steps: integers(2, 3) },
    nodes: one('Slice', {}, 'from', 'to', 'axes', 'steps'),
    expected: fill([1, 2, 2, 5], (n, c, y, z) => read(image, [n, 3 * c, 1 + 2 * y, z])),
  },
  {
    name: 'a second output of Split',
    x: image,
    constants: { parts: integers(1, 3) },
    nodes: [{ op: 'Split', inputs: ['x', 'parts'], outputs: ['a', 'y'], attributes: { axis: 1 } }],
    expected: fill([1, 3, 6, 5], (n, c, y, z) => read(image, [n, c + 1, y, z])),
  },
]
