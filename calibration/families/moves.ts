import { type DType, encodeAxisWord, type TensorType } from '../../isa/index.ts'
import type { Axis, Point, PriceClass, ShapeFamily } from '../family.ts'

const dtypes: readonly DType[] = ['int8', 'int16', 'int32']
const dtypeAt = (value: number | undefined): DType => dtypes[value ?? 0] as DType
const dtypeAxis: Axis = { name: 'dtype', min: 0, max: 2, isChoice: true }
const size = (name: string, max: number, min = 1): Axis => ({ name, min, max })
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
  axes: [size('rows', 32768), size('row', 16384), size('indices', 16384), { ...dtypeAxis, name: 'index' }, dtypeAxis],
  operands: (point) => {
    const { rows = 1, row = 1, indices = 1, index = 2 } = point
    return { table: tensor(point, rows, row), indices: { dtype: dtypeAt(index), shape: [indices] } }
  },
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

/** Moves of whole tensors and of their parts. */
export const moves: PriceClass = {
  name: 'moves',
  counts: ['copiedBytes', 'movedRuns'],
  families: [reshape, transpose, slice, pad, concat, gather, tile],
}
