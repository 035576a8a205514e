import { type DType, dtypes, type TensorType } from '../../isa/index.ts'
import type { Axis, Point } from '../family.ts'

export const int8 = (...shape: number[]): TensorType => ({ dtype: 'int8', shape })
export const bias = (columns: number): TensorType => ({ dtype: 'int32', shape: [columns] })
/** Sizes of an axis, from 1 on. */
export const size = (name: string, max: number, min = 1): Axis => ({ name, min, max })
export const choice = (name: string, max: number): Axis => ({ name, min: 0, max, isChoice: true })

/** The dtype that an axis {@link dtypeAxis} chooses. */
export const dtypeAt = (value: number | undefined): DType => dtypes[value ?? 0] as DType
export const dtypeAxis: Axis = choice('dtype', 2)

/** Values of a point in the order of names. */
export const at = <N extends string>(point: Point, ...names: readonly N[]) =>
  Object.fromEntries(names.map((name) => [name, point[name] ?? 1])) as Record<N, number>
