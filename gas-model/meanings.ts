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
  tensorVectorMacsQ16: { unit: 'MAC', meaning: 'multiply-accumulates with weights that are not packed' },
  tensorWidenedElementsQ16: { unit: 'element', meaning: 'bringing operands of a contraction to 16 bits' },
  tensorProductStepsQ16: { unit: 'step', meaning: 'beginning each product of a contraction' },
  tensorDepthwiseMacsQ16: { unit: 'MAC', meaning: 'multiply-accumulates of a depthwise convolution' },
  tensorDepthwiseOutputsQ16: { unit: 'sum', meaning: 'sums of a depthwise convolution' },
  tensorDepthwiseInputsQ16: { unit: 'element', meaning: 'bringing the input of a depthwise convolution into lanes' },
  tensorDepthwiseTapsQ16: { unit: 'tap', meaning: 'taps of a depthwise convolution, for each row of its output' },
  tensorDepthwiseWeightsQ16: { unit: 'weight', meaning: 'bringing the weights of a depthwise convolution into pairs' },
  tensorRescaledElementsQ16: { unit: 'element', meaning: 'rescaling by one factor; twice where it shifts to the left' },
  tensorChannelRescaledElementsQ16: { unit: 'element', meaning: 'rescaling by a factor for each channel' },
  tensorRescaledChannelsQ16: { unit: 'factor', meaning: 'preparing the factors of channels' },
  tensorElementwiseBytesQ16: { unit: 'byte', meaning: 'reading elementwise operands' },
  tensorElementwiseVectorsQ16: { unit: 'vector', meaning: 'elementwise results, in vectors of 16 bytes' },
  tensorElementwiseRunsQ16: { unit: 'run', meaning: 'each run along which operands are broadcast alike' },
  tensorShiftedVectorsQ16: { unit: 'vector', meaning: 'shifting and rounding products in 64 bits' },
  tensorCopiedBytesQ16: { unit: 'byte', meaning: 'copying data as a whole into a tensor' },
  tensorStoredBytesQ16: { unit: 'byte', meaning: 'copying a tensor into memory' },
  tensorMovedBytesQ16: { unit: 'byte', meaning: 'reading tensors whose parts are moved' },
  tensorMovedPartsQ16: { unit: 'vector', meaning: 'laying runs of neighbours one after the other' },
  tensorMovedValuesQ16: { unit: 'value', meaning: 'moving values one by one' },
  tensorMovedVectorsQ16: { unit: 'vector', meaning: 'moving runs, shuffled bytes and tiles that lie apart' },
  tensorMovedRowsQ16: { unit: 'row', meaning: 'each loop over such values or vectors' },
  tensorGatheredLinesQ16: { unit: 'line', meaning: 'waiting for lines of 64 bytes of a table' },
  tensorReducedVectorsQ16: { unit: 'vector', meaning: 'folding what is reduced, in vectors of 16 bytes' },
  tensorReducedRunsQ16: { unit: 'run', meaning: 'runs of neighbours that are reduced, or results side by side' },
  tensorPooledBytesQ16: { unit: 'byte', meaning: 'reading what is pooled, gaps included' },
  tensorPooledVectorsQ16: { unit: 'vector', meaning: 'folding what is pooled, in vectors of 16 bytes' },
  tensorPooledFoldsQ16: { unit: 'vector', meaning: 'results of folding what is pooled' },
  tensorPooledWindowsQ16: { unit: 'window', meaning: 'windows, rows of windows and divisors of a pool' },
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
