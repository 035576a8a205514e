import { type DType, dtypeCode, dtypeRange, type TensorType } from '../../isa/index.ts'
import type { Axis, Point, PriceClass, ShapeFamily } from '../family.ts'
import { dtypeAt, dtypeAxis } from './shapes.ts'

const matrixAxes: readonly Axis[] = [
  { name: 'rows', min: 1, max: 4096 },
  { name: 'columns', min: 1, max: 65536 },
]
const matrix = (dtype: DType, { rows = 1, columns = 1 }: Point): TensorType => ({ dtype, shape: [rows, columns] })

const scaling = (output: DType, perChannel: number, rounding: number) => {
  const [low, high] = dtypeRange[output]
  return {
    dtype: dtypeCode[output],
    perChannel,
    rounding,
    inputShift: 0,
    inputZeroPoint: 0,
    outputZeroPoint: 0,
    low,
    high,
  }
}

const rescaleAxes: readonly Axis[] = [
  ...matrixAxes,
  { name: 'from', min: 0, max: 2, isChoice: true },
  { name: 'to', min: 0, max: 2, isChoice: true },
  { name: 'rounding', min: 0, max: 1, isChoice: true },
]

const perTensor: ShapeFamily = {
  name: 'RESCALE',
  mnemonic: 'RESCALE',
  axes: [...rescaleAxes, { name: 'shift', min: 0, max: 3, isChoice: true }],
  operands: (point) => ({
    attributes: scaling(dtypeAt(point.to), 0, point.rounding ?? 0),
    x: matrix(dtypeAt(point.from), point),
    multiplier: 1_518_500_250n,
    // To the right as after a product, by nothing, and to the left.
    shift: BigInt.asUintN(256, [-10n, -1n, 0n, 4n][point.shift ?? 0] as bigint),
  }),
}

const perChannel: ShapeFamily = {
  name: 'RESCALE per channel',
  mnemonic: 'RESCALE',
  axes: [...rescaleAxes, { name: 'form', min: 1, max: 2, isChoice: true }],
  operands: (point) => {
    const { columns = 1, form = 1 } = point
    return {
      attributes: scaling(dtypeAt(point.to), form, point.rounding ?? 0),
      x: matrix(dtypeAt(point.from), point),
      multiplier: { dtype: 'int32', shape: form === 2 ? [2, columns] : [columns] },
      shift: form === 2 ? 0n : { dtype: 'int8', shape: [columns] },
    }
  },
  fill: { multiplier: [2 ** 30, 2 ** 31 - 1], shift: [-12, 2] },
}

const broadcastShapes: readonly ((point: Point) => readonly [number[], number[]])[] = [
  ({ rows = 1, columns = 1 }) => [
    [rows, columns],
    [rows, columns],
  ],
  ({ rows = 1, columns = 1 }) => [[rows, columns], [columns]],
  ({ rows = 1, columns = 1 }) => [
    [rows, columns],
    [rows, 1],
  ],
  ({ rows = 1, columns = 1 }) => [[rows, columns], [1]],
  ({ rows = 1, columns = 1 }) => [
    [rows, 1],
    [1, columns],
  ],
]
const broadcastAxis: Axis = { name: 'broadcast', min: 0, max: broadcastShapes.length - 1, isChoice: true }

const pair = (point: Point, dtype: DType) => {
  const shapes = broadcastShapes[point.broadcast ?? 0] as (typeof broadcastShapes)[number]
  const [a, b] = shapes(point)
  return { a: { dtype, shape: a }, b: { dtype, shape: b } }
}

const binary = (mnemonic: string, hasDType: boolean, fill?: ShapeFamily['fill']): ShapeFamily => ({
  name: mnemonic,
  mnemonic,
  axes: [...matrixAxes, broadcastAxis, ...(hasDType ? [dtypeAxis] : [])],
  operands: (point) => pair(point, hasDType ? dtypeAt(point.dtype) : 'int32'),
  ...(fill && { fill }),
})

/** Six axes, each of which either operand may lack. */
const broadcastSix = ({ name, ...family }: ShapeFamily): ShapeFamily => ({
  ...family,
  name: `${name} of six axes`,
  axes: [
    ...Array.from({ length: 6 }, (_, axis) => ({ name: `size${axis}`, min: 1, max: 24 })),
    { name: 'axesOfA', min: 0, max: 63, isChoice: true },
    { name: 'axesOfB', min: 0, max: 63, isChoice: true },
    ...family.axes.filter(({ name }) => name === 'dtype'),
  ],
  operands: (point) => {
    const shape = (axes: number) =>
      Array.from({ length: 6 }, (_, axis) => ((axes >> axis) & 1 ? (point[`size${axis}`] as number) : 1))
    const { a, b, ...rest } = family.operands({ ...point, rows: 1, columns: 1 }) as Record<string, TensorType>
    return {
      ...rest,
      a: { ...a, shape: shape(point.axesOfA as number) },
      b: { ...b, shape: shape(point.axesOfB as number) },
    }
  },
})

const product: ShapeFamily = {
  name: 'TMUL',
  mnemonic: 'TMUL',
  axes: [...matrixAxes, broadcastAxis],
  operands: (point) => ({ attributes: { shift: 0 }, ...pair(point, 'int32') }),
}

const shiftedProduct: ShapeFamily = {
  name: 'TMUL with shift',
  mnemonic: 'TMUL',
  axes: [...matrixAxes, broadcastAxis],
  operands: (point) => ({ attributes: { shift: 31 }, ...pair(point, 'int32') }),
}

const clamp: ShapeFamily = {
  name: 'CLAMP',
  mnemonic: 'CLAMP',
  axes: [...matrixAxes, dtypeAxis],
  operands: (point) => ({ attributes: { low: -100, high: 50 }, x: matrix(dtypeAt(point.dtype), point) }),
}

const table: ShapeFamily = {
  name: 'TABLE',
  mnemonic: 'TABLE',
  axes: [...matrixAxes, dtypeAxis],
  operands: (point) => ({ x: matrix('int8', point), table: { dtype: dtypeAt(point.dtype), shape: [256] } }),
}

const wideTable: ShapeFamily = {
  name: 'TABLE int16',
  mnemonic: 'TABLE',
  axes: matrixAxes,
  operands: (point) => ({ x: matrix('int16', point), table: { dtype: 'int16', shape: [513] } }),
}

const softmax: ShapeFamily = {
  name: 'SOFTMAX',
  mnemonic: 'SOFTMAX',
  axes: [
    { name: 'rows', min: 1, max: 4096 },
    { name: 'columns', min: 1, max: 4095 },
    { name: 'form', min: 0, max: 2, isChoice: true },
  ],
  operands: (point) => ({
    attributes: { form: point.form },
    x: matrix('int8', point),
    table: { dtype: 'int32', shape: [256] },
  }),
  fill: { table: [0, 2 ** 31 - 1] },
}

const rsqrt: ShapeFamily = {
  name: 'RSQRT',
  mnemonic: 'RSQRT',
  axes: [{ name: 'columns', min: 1, max: 65536 }],
  operands: (point) => ({ x: matrix('int32', point) }),
  fill: { x: [1, 2 ** 31 - 1] },
}

export const rescaling: PriceClass = {
  name: 'rescaling',
  counts: ['rescaledElements', 'channelRescaledElements', 'rescaledChannels'],
  families: [perTensor, perChannel],
}
export const elementwise: PriceClass = {
  name: 'elementwise',
  counts: ['elementwiseBytes', 'elementwiseVectors', 'elementwiseRuns', 'shiftedVectors'],
  families: [
    ...['TADD', 'TSUB'].map((mnemonic) => binary(mnemonic, false)),
    ...['MAXIMUM', 'MINIMUM'].map((mnemonic) => binary(mnemonic, true)),
    binary('ARITHMETIC_RIGHT_SHIFT', false, { b: [0, 31] }),
    product,
    shiftedProduct,
    ...[binary('TSUB', false), binary('MAXIMUM', true), shiftedProduct].map(broadcastSix),
    broadcastSix(binary('ARITHMETIC_RIGHT_SHIFT', false, { b: [0, 31] })),
    clamp,
  ],
}
export const tables: PriceClass = { name: 'tables', counts: ['tableElements'], families: [table, wideTable] }
export const softmaxes: PriceClass = {
  name: 'softmax',
  counts: ['softmaxElements', 'softmaxRows'],
  families: [softmax],
}
export const roots: PriceClass = { name: 'roots', counts: ['rootElements'], families: [rsqrt] }
