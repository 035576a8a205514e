import { dtypeRange, encodeAxisWord, type TensorType } from '../../isa/index.ts'
import type { Axis, Point, PriceClass, ShapeFamily } from '../family.ts'
import { dtypeAt, dtypeAxis, size } from './shapes.ts'

const tensor = (point: Point, ...shape: number[]): TensorType => ({ dtype: dtypeAt(point.dtype), shape })

const reshape: ShapeFamily = {
  name: 'RESHAPE',
  mnemonic: 'RESHAPE',
  axes: [size('rows', 4096), size('columns', 65536), dtypeAxis],
  operands: (point) => {
    const { rows = 1, columns = 1 } = point
    return { type: tensor(point, columns, rows), x: tensor(point, rows, columns) }
  },
}

const permutations = [
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
  [1, 2, 0],
  [2, 0, 1],
] as const

const transpose: ShapeFamily = {
  name: 'TRANSPOSE',
  mnemonic: 'TRANSPOSE',
  axes: [
    size('outer', 1024),
    size('middle', 1024),
    size('inner', 1024),
    { name: 'permutation', min: 0, max: permutations.length - 1, isChoice: true },
    dtypeAxis,
  ],
  operands: (point) => {
    const { outer = 1, middle = 1, inner = 1, permutation = 0 } = point
    const [axis0, axis1, axis2] = permutations[permutation] as (typeof permutations)[number]
    return {
      attributes: { axis0, axis1, axis2, axis3: 0, axis4: 0, axis5: 0 },
      x: tensor(point, outer, middle, inner),
    }
  },
}

const slice: ShapeFamily = {
  name: 'SLICE',
  mnemonic: 'SLICE',
  axes: [
    size('outer', 512),
    size('middle', 512),
    size('inner', 4096),
    size('strideMiddle', 3),
    size('strideInner', 4),
    dtypeAxis,
  ],
  operands: (point) => {
    const { outer = 1, middle = 1, inner = 1, strideMiddle = 1, strideInner = 1 } = point
    return {
      begin: encodeAxisWord([0, 1, 1]),
      size: encodeAxisWord([outer, middle, inner]),
      stride: encodeAxisWord([1, strideMiddle, strideInner], 1),
      x: tensor(point, outer, middle * strideMiddle + 1, inner * strideInner + 1),
    }
  },
}

const pad: ShapeFamily = {
  name: 'PAD',
  mnemonic: 'PAD',
  axes: [size('outer', 512), size('middle', 512), size('inner', 4096), size('before', 64), size('edge', 64), dtypeAxis],
  operands: (point) => {
    const { outer = 1, middle = 1, inner = 1, before = 1, edge = 1 } = point
    const none = Object.fromEntries(
      Array.from({ length: 6 }, (_, axis) => [
        [`before${axis}`, 0],
        [`after${axis}`, 0],
      ]).flat(),
    )
    const attributes = { value: 7, ...none, before1: before - 1, after1: before - 1, before2: edge - 1, after2: edge }
    return { attributes, x: tensor(point, outer, middle, inner) }
  },
}

const concat: ShapeFamily = {
  name: 'CONCAT',
  mnemonic: 'CONCAT',
  axes: [size('outer', 4096), size('inner', 16384), size('other', 4096), dtypeAxis],
  operands: (point) => {
    const { outer = 1, inner = 1, other = 1 } = point
    return { attributes: { axis: 1 }, a: tensor(point, outer, inner), b: tensor(point, outer, other) }
  },
}

const gather: ShapeFamily = {
  name: 'GATHER',
  mnemonic: 'GATHER',
  axes: [
    size('rows', 2 ** 20),
    size('row', 16384),
    size('indices', 2 ** 18),
    { ...dtypeAxis, name: 'index' },
    dtypeAxis,
  ],
  operands: (point) => {
    const { rows = 1, row = 1, indices = 1, index = 2 } = point
    return { table: tensor(point, rows, row), indices: { dtype: dtypeAt(index), shape: [indices] } }
  },
  // Any row is as likely, so that rows are as far apart as can be.
  fill: { indices: ({ rows = 1, index }) => [0, Math.min(rows - 1, dtypeRange[dtypeAt(index)][1])] },
}

const tile: ShapeFamily = {
  name: 'TILE',
  mnemonic: 'TILE',
  axes: [size('outer', 256), size('inner', 4096), size('copiesOuter', 64), size('copiesInner', 64), dtypeAxis],
  operands: (point) => {
    const { outer = 1, inner = 1, copiesOuter = 1, copiesInner = 1 } = point
    return { multiples: encodeAxisWord([copiesOuter, copiesInner]), x: tensor(point, outer, inner) }
  },
}

/** Sizes of six axes, and their names. */
const six = (name: string, max: number): Axis[] => Array.from({ length: 6 }, (_, axis) => size(`${name}${axis}`, max))
const sixOf = (point: Point, name: string): number[] =>
  Array.from({ length: 6 }, (_, axis) => point[`${name}${axis}`] as number)

/** The permutation of an index below 720. */
function permutationAt(index: number): number[] {
  const left = [0, 1, 2, 3, 4, 5]
  let rest = index
  return [6, 5, 4, 3, 2, 1].map((count) => {
    const [axis] = left.splice(rest % count, 1)
    rest = Math.floor(rest / count)
    return axis as number
  })
}

const transposeSix: ShapeFamily = {
  name: 'TRANSPOSE of six axes',
  mnemonic: 'TRANSPOSE',
  axes: [...six('size', 40), { name: 'permutation', min: 0, max: 719, isChoice: true }, dtypeAxis],
  operands: (point) => {
    const [axis0, axis1, axis2, axis3, axis4, axis5] = permutationAt(point.permutation as number)
    return { attributes: { axis0, axis1, axis2, axis3, axis4, axis5 }, x: tensor(point, ...sixOf(point, 'size')) }
  },
}

/** Powers of two as sizes: rows whose lines fall on the same few places of a cache. */
const transposePowers: ShapeFamily = {
  ...transpose,
  name: 'TRANSPOSE of powers of two',
  axes: [
    { name: 'outer', min: 1, max: 12, isChoice: true },
    { name: 'middle', min: 1, max: 12, isChoice: true },
    { name: 'inner', min: 0, max: 6, isChoice: true },
    { name: 'permutation', min: 0, max: permutations.length - 1, isChoice: true },
    dtypeAxis,
  ],
  operands: (point) => {
    const { outer = 0, middle = 0, inner = 0 } = point
    return transpose.operands({ ...point, outer: 2 ** outer, middle: 2 ** middle, inner: 2 ** inner })
  },
}

const sliceSix: ShapeFamily = {
  name: 'SLICE of six axes',
  mnemonic: 'SLICE',
  axes: [...six('size', 24), ...six('stride', 3), dtypeAxis],
  operands: (point) => {
    const sizes = sixOf(point, 'size')
    const strides = sixOf(point, 'stride')
    const x = tensor(point, ...sizes.map((count, axis) => (count - 1) * (strides[axis] as number) + 1))
    return { begin: 0n, size: encodeAxisWord(sizes), stride: encodeAxisWord(strides, 1), x }
  },
}

/** Short runs that lie apart. */
const sliceRuns: ShapeFamily = {
  name: 'SLICE of short runs',
  mnemonic: 'SLICE',
  axes: [size('rows', 16384), size('run', 32), size('skip', 512), dtypeAxis],
  operands: (point) => {
    const { rows = 1, run = 1, skip = 1 } = point
    return { begin: 0n, size: encodeAxisWord([rows, run]), stride: 0n, x: tensor(point, rows, run + skip) }
  },
}

const tileSix: ShapeFamily = {
  name: 'TILE of six axes',
  mnemonic: 'TILE',
  axes: [...six('size', 12), ...six('copies', 6), dtypeAxis],
  operands: (point) => ({
    multiples: encodeAxisWord(sixOf(point, 'copies')),
    x: tensor(point, ...sixOf(point, 'size')),
  }),
}

const padSix: ShapeFamily = {
  name: 'PAD of six axes',
  mnemonic: 'PAD',
  axes: [...six('size', 16), ...six('before', 4), ...six('after', 4), dtypeAxis],
  operands: (point) => {
    const pads = (name: string) => sixOf(point, name).map((pad, axis): [string, number] => [`${name}${axis}`, pad - 1])
    const attributes = { value: 7, ...Object.fromEntries([...pads('before'), ...pads('after')]) }
    return { attributes, x: tensor(point, ...sixOf(point, 'size')) }
  },
}

const concatShort: ShapeFamily = {
  ...concat,
  name: 'CONCAT of short runs',
  axes: [size('outer', 65536), size('inner', 64), size('other', 64), dtypeAxis],
}

/** Moves of whole tensors and of their parts. */
export const moves: PriceClass = {
  name: 'moves',
  counts: ['copiedBytes', 'movedBytes', 'movedParts', 'movedValues', 'movedVectors', 'movedRows', 'gatheredLines'],
  families: [
    reshape,
    ...[transpose, transposeSix, transposePowers],
    ...[slice, sliceSix, sliceRuns],
    ...[pad, padSix],
    ...[concat, concatShort],
    gather,
    ...[tile, tileSix],
  ],
}
