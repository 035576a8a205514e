import type { TensorParameterName } from './schedule.ts'

/** What a parameter is the price or the limit of. */
export type ParameterMeaning = {
  /** What one unit is, in one or two words; the parameter is gas or, with Q16 in its name, gas times 2^16, a unit. */
  readonly unit: string
  readonly meaning: string
}

/** The parameters in words. */
export const parameterMeanings: Readonly<Record<TensorParameterName, ParameterMeaning>> = {
  tensorBaseGas: { unit: 'instruction', meaning: 'each instruction, whatever it does' },
  tensorTileMacsQ16: { unit: 'MAC', meaning: 'multiply-accumulates of a contraction, in whole tiles' },
  tensorTileOutputsQ16: { unit: 'sum', meaning: 'accumulators of a contraction, in whole tiles' },
  tensorPanelBytesQ16: { unit: 'byte', meaning: 'packing the right operand of a contraction' },
  tensorPatchBytesQ16: { unit: 'byte', meaning: 'gathering the patches of a convolution' },
  tensorDepthwiseMacsQ16: { unit: 'MAC', meaning: 'multiply-accumulates of a depthwise convolution' },
  tensorDepthwiseOutputsQ16: { unit: 'sum', meaning: 'sums of a depthwise convolution' },
  tensorDepthwiseInputsQ16: { unit: 'element', meaning: 'bringing the input of a depthwise convolution into lanes' },
  tensorDepthwiseTapsQ16: { unit: 'tap', meaning: 'taps of a depthwise convolution, for each row of its output' },
  tensorRescaledElementsQ16: { unit: 'element', meaning: 'rescaling by one factor; twice where it shifts to the left' },
  tensorChannelRescaledElementsQ16: { unit: 'element', meaning: 'rescaling by a factor for each channel' },
  tensorRescaledChannelsQ16: { unit: 'channel', meaning: 'preparing the factors of channels' },
  tensorElementwiseBytesQ16: { unit: 'byte', meaning: 'elementwise results and operands' },
  tensorCopiedBytesQ16: { unit: 'byte', meaning: 'moving data unchanged' },
  tensorMovedRunsQ16: { unit: 'run', meaning: 'each run of neighbours that is moved, broadcast or reduced' },
  tensorReducedBytesQ16: { unit: 'byte', meaning: 'reading what is reduced' },
  tensorPooledBytesQ16: { unit: 'byte', meaning: 'reading the windows of a pool' },
  tensorTableElementsQ16: { unit: 'element', meaning: 'looking elements up in a table' },
  tensorSoftmaxElementsQ16: { unit: 'element', meaning: 'elements of a softmax, in whole vectors' },
  tensorSoftmaxRowsQ16: { unit: 'row', meaning: 'each row of a softmax' },
  tensorRootElementsQ16: { unit: 'element', meaning: 'reciprocal square roots' },
  tensorHashedBytesQ16: { unit: 'byte', meaning: 'hashing into a commitment' },
  tensorHandlesQ16: { unit: 'handle', meaning: 'looking at the handles to free' },
  tensorZeroedBytesQ16: { unit: 'byte', meaning: 'arena memory of a new tensor, each time' },
  tensorPageGas: { unit: '4 KiB page', meaning: 'arena pages that the transaction never reached before' },
  tensorColdChunkGas: { unit: '32 KiB chunk', meaning: 'a chunk of a model, the first time in a transaction' },
  tensorWarmChunkGas: { unit: '32 KiB chunk', meaning: 'a chunk of a model, after the first time' },
  tensorArenaBytes: { unit: 'byte', meaning: 'most arena memory that live tensors take together' },
  tensorMaxHandles: { unit: 'tensor', meaning: 'most tensors alive at once' },
}
