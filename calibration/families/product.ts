import type { ShapeFamily } from '../family.ts'
import { at, bias, choice, int8, size } from './shapes.ts'

const matmul: ShapeFamily = {
  name: 'MATMUL',
  mnemonic: 'MATMUL',
  axes: [size('rows', 4096), size('columns', 4096), size('depth', 4096), choice('bias', 1)],
  operands(point) {
    const { rows, columns, depth } = at(point, 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: -3, zeroPointB: 5 },
      a: int8(rows, depth),
      b: int8(columns, depth),
      bias: point.bias ? bias(columns) : undefined,
    }
  },
}

/** Small matrices by the many: what attention heads multiply. */
const batched: ShapeFamily = {
  name: 'MATMUL batched',
  mnemonic: 'MATMUL',
  axes: [size('batch', 256, 2), size('rows', 256), size('columns', 256), size('depth', 256), choice('shared', 1)],
  operands(point) {
    const { batch, rows, columns, depth } = at(point, 'batch', 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: -3, zeroPointB: 0 },
      a: int8(batch, rows, depth),
      b: point.shared ? int8(columns, depth) : int8(batch, columns, depth),
      bias: undefined,
    }
  },
}

const wide: ShapeFamily = {
  name: 'MATMUL int16',
  mnemonic: 'MATMUL',
  axes: [size('rows', 1024), size('columns', 1024), size('depth', 2048)],
  operands(point) {
    const { rows, columns, depth } = at(point, 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: 0, zeroPointB: 0 },
      a: { dtype: 'int16', shape: [rows, depth] },
      b: int8(columns, depth),
      bias: undefined,
    }
  },
}

/** The least matrices by the most, of either dtype: `shared` gives one b to all, or one a. */
const tiny: ShapeFamily = {
  name: 'MATMUL tiny',
  mnemonic: 'MATMUL',
  axes: [
    size('batch', 8192, 2),
    size('rows', 16),
    size('columns', 16),
    size('depth', 64),
    choice('shared', 2),
    choice('wide', 1),
  ],
  operands(point) {
    const { batch, rows, columns, depth } = at(point, 'batch', 'rows', 'columns', 'depth')
    return {
      attributes: { zeroPointA: point.wide ? 0 : -3, zeroPointB: 5 },
      a: { dtype: point.wide ? 'int16' : 'int8', shape: [point.shared === 2 ? 1 : batch, rows, depth] },
      b: point.shared === 1 ? int8(columns, depth) : int8(batch, columns, depth),
      bias: undefined,
    }
  },
}

/** Products of extreme shape: many rows of a few columns, or a few rows of many. */
const extreme = (name: string, rows: number, columns: number, depth: number): ShapeFamily => ({
  name,
  mnemonic: 'MATMUL',
  axes: [size('rows', rows), size('columns', columns), size('depth', depth), choice('wide', 1)],
  operands(point) {
    return {
      attributes: { zeroPointA: point.wide ? 0 : -3, zeroPointB: 5 },
      a: { dtype: point.wide ? 'int16' : 'int8', shape: [point.rows ?? 1, point.depth ?? 1] },
      b: int8(point.columns ?? 1, point.depth ?? 1),
      bias: undefined,
    }
  },
})
const narrow = extreme('MATMUL narrow', 2 ** 17, 16, 32)
const flat = extreme('MATMUL flat', 12, 65536, 8192)

/** Matrix products. */
export const products: readonly ShapeFamily[] = [matmul, batched, tiny, wide, narrow, flat]
