/**
 * Machine-independent counts of what an instruction does, quantised to the tiles of the production kernel. The gas model
 * prices each count; a recalibration never touches an instruction.
 */
export type WorkCounts = {
  /** Multiply-accumulates of a contraction, rows padded to 2 (1 stays 1), columns to 4, depth to 16. */
  readonly tileMacs: number
  /** Accumulators of a contraction, rows and columns padded likewise. */
  readonly tileOutputs: number
  /** Bytes of the packed right operand of a contraction. */
  readonly panelBytes: number
  /** Bytes gathered into patches before a convolution becomes a matrix product. */
  readonly patchBytes: number
  /** Multiply-accumulates of a depthwise convolution, taps padded to 2, channels to 8. */
  readonly depthwiseMacs: number
  /** Sums of a depthwise convolution, channels padded to 8. */
  readonly depthwiseOutputs: number
  /** Elements that a depthwise convolution brings into lanes: those of the rows its windows reach, channels padded to 8. */
  readonly depthwiseInputs: number
  /** Taps of a depthwise convolution, once for each row of its output. */
  readonly depthwiseTaps: number
  /** Elements rescaled by one factor, padded to 16; twice as many where it shifts to the left. */
  readonly rescaledElements: number
  /** Elements rescaled by a factor for each channel, padded to 16. */
  readonly channelRescaledElements: number
  /** Channels that factors are prepared for, padded to 16. */
  readonly rescaledChannels: number
  /** Bytes of an elementwise result and of its operands as broadcast, padded to 16. */
  readonly elementwiseBytes: number
  /** Bytes moved unchanged, padded to 16. */
  readonly copiedBytes: number
  /** Runs of neighbouring elements that are moved, broadcast or reduced one after the other. */
  readonly movedRuns: number
  /** Bytes read by a reduction, padded to 16. */
  readonly reducedBytes: number
  /** Bytes read by the windows of a pooling operator, padded to 16. */
  readonly pooledBytes: number
  /** Elements looked up in a table, padded to 16. */
  readonly tableElements: number
  /** Elements of a softmax, each row padded to 16. */
  readonly softmaxElements: number
  /** Rows of a softmax. */
  readonly softmaxRows: number
  /** Elements of an integer reciprocal square root. */
  readonly rootElements: number
  /** Bytes hashed into a commitment, padded to 256-byte leaves. */
  readonly hashedBytes: number
  /** Entries of the handle table looked at. */
  readonly handles: number
}

/** The counts that are not zero. */
export type Work = Partial<WorkCounts>

export const workKinds = [
  'tileMacs',
  'tileOutputs',
  'panelBytes',
  'patchBytes',
  'depthwiseMacs',
  'depthwiseOutputs',
  'depthwiseInputs',
  'depthwiseTaps',
  'rescaledElements',
  'channelRescaledElements',
  'rescaledChannels',
  'elementwiseBytes',
  'copiedBytes',
  'movedRuns',
  'reducedBytes',
  'pooledBytes',
  'tableElements',
  'softmaxElements',
  'softmaxRows',
  'rootElements',
  'hashedBytes',
  'handles',
] as const satisfies readonly (keyof WorkCounts)[]
