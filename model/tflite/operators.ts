/** Names of TFLite's built-in operators, by code. */
export const operatorNames = `
ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS
SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN
EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2
GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG
SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT
UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU
SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE
MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND
SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D
IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE
READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU
DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2
UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT
`
  .trim()
  .split(/\s+/)

export const CUSTOM_OPERATOR = operatorNames.indexOf('CUSTOM')

type OptionKind = 'int8' | 'int32' | 'float32' | 'bool' | 'int32s'
/** Where a field of an option table lies, how it is read, and what it is where absent (0, unless said). */
export type OptionField = readonly [slot: number, kind: OptionKind, absent?: number]

/** Options of the operators that are imported: place in the schema's union, and the fields that matter. */
export const optionTables = {
  ADD: { union: 11, fields: { activation: [0, 'int8'] } },
  POOL_2D: {
    union: 5,
    fields: {
      padding: [0, 'int8'],
      strideW: [1, 'int32'],
      strideH: [2, 'int32'],
      windowW: [3, 'int32'],
      windowH: [4, 'int32'],
      activation: [5, 'int8'],
    },
  },
  BATCH_MATMUL: { union: 101, fields: { adjointX: [0, 'bool'], adjointY: [1, 'bool'] } },
  CONCATENATION: { union: 10, fields: { axis: [0, 'int32'], activation: [1, 'int8'] } },
  CONV_2D: {
    union: 1,
    fields: {
      padding: [0, 'int8'],
      strideW: [1, 'int32'],
      strideH: [2, 'int32'],
      activation: [3, 'int8'],
      dilationW: [4, 'int32', 1],
      dilationH: [5, 'int32', 1],
    },
  },
  DEPTHWISE_CONV_2D: {
    union: 2,
    fields: {
      padding: [0, 'int8'],
      strideW: [1, 'int32'],
      strideH: [2, 'int32'],
      activation: [4, 'int8'],
      dilationW: [5, 'int32', 1],
      dilationH: [6, 'int32', 1],
    },
  },
  DEPTH_TO_SPACE: { union: 94, fields: { blockSize: [0, 'int32'] } },
  FULLY_CONNECTED: {
    union: 8,
    fields: { activation: [0, 'int8'], weightsFormat: [1, 'int8'], keepDims: [2, 'bool'] },
  },
  GATHER: { union: 23, fields: { axis: [0, 'int32'], batchDims: [1, 'int32'] } },
  LEAKY_RELU: { union: 75, fields: { alpha: [0, 'float32'] } },
  MIRROR_PAD: { union: 77, fields: { mode: [0, 'int8'] } },
  MUL: { union: 21, fields: { activation: [0, 'int8'] } },
  PACK: { union: 59, fields: { axis: [1, 'int32'] } },
  REDUCER: { union: 27, fields: { keepDims: [0, 'bool'] } },
  RESHAPE: { union: 17, fields: { newShape: [0, 'int32s'] } },
  RESIZE_NEAREST_NEIGHBOR: { union: 74, fields: { alignCorners: [0, 'bool'], halfPixelCenters: [1, 'bool'] } },
  SOFTMAX: { union: 9, fields: { beta: [0, 'float32'] } },
  SPACE_TO_DEPTH: { union: 19, fields: { blockSize: [0, 'int32'] } },
  SQUEEZE: { union: 30, fields: { axes: [0, 'int32s'] } },
  STRIDED_SLICE: {
    union: 32,
    fields: {
      beginMask: [0, 'int32'],
      endMask: [1, 'int32'],
      ellipsisMask: [2, 'int32'],
      newAxisMask: [3, 'int32'],
      shrinkAxisMask: [4, 'int32'],
      offset: [5, 'bool'],
    },
  },
  SUB: { union: 28, fields: { activation: [0, 'int8'] } },
  TRANSPOSE_CONV: {
    union: 49,
    fields: { padding: [0, 'int8'], strideW: [1, 'int32'], strideH: [2, 'int32'], activation: [3, 'int8'] },
  },
  UNPACK: { union: 64, fields: { axis: [1, 'int32'] } },
} as const satisfies Record<string, { union: number; fields: Record<string, OptionField> }>

export type OptionTableName = keyof typeof optionTables

type OptionValue<K> = K extends 'bool' ? boolean : K extends 'int32s' ? readonly number[] | undefined : number

/** Options of an operator by name. */
export type Options<N extends OptionTableName> = {
  readonly [F in keyof (typeof optionTables)[N]['fields']]: (typeof optionTables)[N]['fields'][F] extends readonly [
    number,
    infer K,
    ...unknown[],
  ]
    ? OptionValue<K>
    : never
}
