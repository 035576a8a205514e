import type { WorkCounts } from '../isa/index.ts'

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
 * Prices of the first revision, at 10 ns a gas. They are provisional: measured on one machine with prototypes of the
 * kernel, times 1.25.
 */
export const schedule: TensorParameters = {
  tensorBaseGas: 100,
  tensorTileMacsQ16: 435,
  tensorTileOutputsQ16: 3507,
  tensorPanelBytesQ16: 55,
  tensorPatchBytesQ16: 549,
  tensorDepthwiseMacsQ16: 328,
  tensorDepthwiseOutputsQ16: 4096,
  tensorDepthwiseInputsQ16: 2048,
  tensorDepthwiseTapsQ16: 163840,
  tensorRescaledElementsQ16: 5571,
  tensorChannelRescaledElementsQ16: 16384,
  tensorRescaledChannelsQ16: 32768,
  tensorElementwiseBytesQ16: 557,
  tensorCopiedBytesQ16: 549,
  tensorMovedRunsQ16: 13107,
  tensorReducedBytesQ16: 377,
  tensorPooledBytesQ16: 2957,
  tensorTableElementsQ16: 3695,
  tensorSoftmaxElementsQ16: 19661,
  tensorSoftmaxRowsQ16: 819200,
  tensorRootElementsQ16: 819200,
  tensorHashedBytesQ16: 24576,
  tensorHandlesQ16: 65536,
  tensorZeroedBytesQ16: 373,
  tensorPageGas: 150,
  tensorColdChunkGas: 6600,
  tensorWarmChunkGas: 100,
  tensorArenaBytes: 64 * 2 ** 20,
  tensorMaxHandles: 1024,
}

export type TensorParameterName = keyof TensorParameters

export const parameterNames = Object.keys(schedule) as readonly TensorParameterName[]
