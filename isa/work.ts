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
  /** Multiply-accumulates of a depthwise convolution, channels padded to 16. */
  readonly depthwiseMacs: number
  /** Elements multiplied, shifted and rounded in 64 bits, padded to 16. */
  readonly rescaledElements: number
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
  'rescaledElements',
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
