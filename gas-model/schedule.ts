import type { WorkCounts } from '../isa/index.ts'
import { calibrated } from './schedule.generated.ts'

/** Coefficient of a work count: gas times 2^16 a unit. */
type WorkParameter = `tensor${Capitalize<keyof WorkCounts>}Q16`

/** Every price and limit of the tensor fork. Each is a nonnegative integer that a chain can set by fork. */
export type TensorParameters = Readonly<
  Record<
    | WorkParameter
    | 'tensorBaseGas'
    | 'tensorZeroedBytesQ16'
    | 'tensorPageGas'
    | 'tensorColdChunkGas'
    | 'tensorWarmChunkGas'
    | 'tensorArenaBytes'
    | 'tensorMaxHandles',
    number
  >
>

/**
 * Prices of the first revision. `tensor-evm gas calibrate` measures them and says how; `gas-model/schedule.json` is what it
 * wrote, with the evidence.
 */
export const schedule: TensorParameters = calibrated

export type TensorParameterName = keyof TensorParameters

export const parameterNames = Object.keys(schedule) as readonly TensorParameterName[]
