/**
 * Machine-independent counts of what an instruction does, quantised to the tiles of the production kernel. The gas model
 * prices each count; a recalibration never touches an instruction.
 */
export type WorkCounts = {
  /** Multiply-accumulates of a contraction: runs padded to 2 and 2 more, columns to 4 and 8 more for each panel. */
  readonly tileMacs: number
  /** Accumulators of a contraction, columns padded to 4; twice as many where they lie apart or come one vector at a time. */
  readonly tileOutputs: number
  /** Weights packed into panels, columns padded to 4, pieces of neighbours to 8 and 8 more. */
  readonly panelBytes: number
  /** Multiply-accumulates of a vector with rows that aren't packed, rows padded to 4, depth to 8. */
  readonly vectorMacs: number
  /** Elements brought to 16 bits for a contraction, and what finding them costs, in elements. */
  readonly widenedElements: number
  /** Beginnings of the products of a contraction: 3 for packed weights, else 1 and 1 for each vector. */
  readonly productSteps: number
  /** Multiply-accumulates of a depthwise convolution, taps padded to 2, channels to 8. */
  readonly depthwiseMacs: number
  /** Sums of a depthwise convolution, channels padded to 8. */
  readonly depthwiseOutputs: number
  /** Elements that a depthwise convolution brings into lanes, 8 columns more a row, channels padded to 8. */
  readonly depthwiseInputs: number
  /** Taps of a depthwise convolution, once for each row of its output. */
  readonly depthwiseTaps: number
  /** Weights of a depthwise convolution brought into pairs, taps padded to 2, channels to 8. */
  readonly depthwiseWeights: number
  /** Elements rescaled by one factor, padded to 16; twice as many where it shifts to the left. */
  readonly rescaledElements: number
  /** Elements rescaled by a factor for each channel, padded to 16. */
  readonly channelRescaledElements: number
  /** Factors that are made ready, one for each channel and, where channels are few, for several rows of them. */
  readonly rescaledChannels: number
  /** Bytes of the operands of an elementwise instruction, each padded to 16. */
  readonly elementwiseBytes: number
  /** Vectors of 16 bytes of an elementwise result, each run padded to whole ones. */
  readonly elementwiseVectors: number
  /** Runs of neighbours along which each operand of an elementwise instruction moves on or stands still. */
  readonly elementwiseRuns: number
  /** Vectors of products that are shifted and rounded in 64 bits. */
  readonly shiftedVectors: number
  /** Bytes copied as a whole into a tensor, padded to 16. */
  readonly copiedBytes: number
  /** Bytes copied from a tensor into EVM memory, padded to 16. */
  readonly storedBytes: number
  /** Bytes read of tensors whose parts are moved, padded to 16, or to lines of 64 where parts lie apart. */
  readonly movedBytes: number
  /** Runs of neighbours laid one after the other, in vectors of 16 bytes, 16 at most a run. */
  readonly movedParts: number
  /** Values of 1, 2, 4, 8 or 16 bytes moved one by one. */
  readonly movedValues: number
  /** Vectors moved: parts of runs that lie apart, groups of shuffled bytes, lines of transposed tiles. */
  readonly movedVectors: number
  /** Loops over such values or vectors. */
  readonly movedRows: number
  /** Lines of 64 bytes that a look-up may wait for. */
  readonly gatheredLines: number
  /** Vectors of 16 bytes that a reduction reads, each run of neighbours padded to whole ones; twice those it searches. */
  readonly reducedVectors: number
  /** Runs along reduced axes, twice each, that a reduction folds one by one; else vectors of its result. */
  readonly reducedRuns: number
  /** Bytes that a pool reads, padded to 16; gaps in between count up to 2048 bytes each. */
  readonly pooledBytes: number
  /** Vectors that a pool folds; twice as many where it adds them up. */
  readonly pooledVectors: number
  /** Vectors that a pool folds into; three times as many where it divides them. */
  readonly pooledFolds: number
  /** Windows of a pool that are folded by themselves, or rows of windows, which count twice; and its divisors. */
  readonly pooledWindows: number
  /** Elements looked up in a table, padded to 16. */
  readonly tableElements: number
  /** Elements of a softmax, each row padded to 16. */
  readonly softmaxElements: number
  /** Rows of a softmax. */
  readonly softmaxRows: number
  /** Elements of an integer reciprocal square root. */
  readonly rootElements: number
  /** Bytes hashed into a commitment, padded to 256-byte leaves, and 512 more. */
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
  'vectorMacs',
  'widenedElements',
  'productSteps',
  'depthwiseMacs',
  'depthwiseOutputs',
  'depthwiseInputs',
  'depthwiseTaps',
  'depthwiseWeights',
  'rescaledElements',
  'channelRescaledElements',
  'rescaledChannels',
  'elementwiseBytes',
  'elementwiseVectors',
  'elementwiseRuns',
  'shiftedVectors',
  'copiedBytes',
  'storedBytes',
  'movedBytes',
  'movedParts',
  'movedValues',
  'movedVectors',
  'movedRows',
  'gatheredLines',
  'reducedVectors',
  'reducedRuns',
  'pooledBytes',
  'pooledVectors',
  'pooledFolds',
  'pooledWindows',
  'tableElements',
  'softmaxElements',
  'softmaxRows',
  'rootElements',
  'hashedBytes',
  'handles',
] as const satisfies readonly (keyof WorkCounts)[]
