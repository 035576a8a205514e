import { translateConv, translateGemm, translateMatMul } from './contractions.ts'
import {
  translateBatchNormalization,
  translateBinary,
  translateClip,
  translateDiv,
  translateMany,
  translateMap,
  translateNeg,
  translatePow,
  translatePRelu,
  translateRelu,
  translateSoftmax,
} from './elementwise.ts'
import { UnsupportedError } from './error.ts'
import { foldNode } from './folding.ts'
import {
  translateConcat,
  translateFlatten,
  translateGather,
  translateIdentity,
  translatePad,
  translateReshape,
  translateSlice,
  translateSplit,
  translateSqueeze,
  translateTranspose,
  translateUnsqueeze,
} from './layoutNodes.ts'
import { translateArgMax, translateGlobalPool, translatePool, translateReduce } from './pooling.ts'
import {
  type Translate,
  translateDequantize,
  translateInteger,
  translateQLinear,
  translateQuantize,
  translateQuantizedOperator,
} from './quantizedNodes.ts'
import type { OnnxNode } from './reader.ts'
import type { Translation } from './translation.ts'

/** What translates each operator that is supported. */
const handlers: Readonly<Record<string, Translate>> = {
  Abs: translateMap('abs'),
  Add: translateBinary('add'),
  ArgMax: translateArgMax,
  AveragePool: translatePool('avgPool'),
  BatchNormalization: translateBatchNormalization,
  Cast: translateIdentity,
  Clip: translateClip,
  Concat: translateConcat,
  Conv: translateConv,
  ConvInteger: translateInteger('Conv', translateNode),
  DequantizeLinear: translateDequantize,
  Div: translateDiv,
  Dropout: translateIdentity,
  Elu: translateMap('elu', { alpha: 1 }),
  Exp: translateMap('exp'),
  Flatten: translateFlatten,
  Gather: translateGather,
  Gelu: translateMap('gelu'),
  Gemm: translateGemm,
  GlobalAveragePool: translateGlobalPool('mean'),
  GlobalMaxPool: translateGlobalPool('max'),
  HardSigmoid: translateMap('hardSigmoid', { alpha: 0.2, beta: ['beta', 0.5] }),
  HardSwish: translateMap('hardSwish'),
  Identity: translateIdentity,
  LeakyRelu: translateMap('leakyRelu', { alpha: 0.01 }),
  MatMul: translateMatMul,
  MatMulInteger: translateInteger('MatMul', translateNode),
  Max: translateMany('maximum'),
  MaxPool: translatePool('maxPool'),
  Min: translateMany('minimum'),
  Mul: translateBinary('mul'),
  Neg: translateNeg,
  PRelu: translatePRelu,
  Pad: translatePad,
  Pow: translatePow,
  QGemm: translateQLinear('Gemm', translateNode),
  QLinearAdd: translateQuantizedOperator('Add', 2, translateNode),
  QLinearAveragePool: translateQuantizedOperator('AveragePool', 1, translateNode),
  QLinearConv: translateQLinear('Conv', translateNode),
  QLinearGlobalAveragePool: translateQuantizedOperator('GlobalAveragePool', 1, translateNode),
  QLinearLeakyRelu: translateQuantizedOperator('LeakyRelu', 1, translateNode),
  QLinearMatMul: translateQLinear('MatMul', translateNode),
  QLinearMul: translateQuantizedOperator('Mul', 2, translateNode),
  QLinearSigmoid: translateQuantizedOperator('Sigmoid', 1, translateNode),
  QuantizeLinear: translateQuantize,
  ReduceMax: translateReduce('max'),
  ReduceMean: translateReduce('mean'),
  Relu: translateRelu,
  Reshape: translateReshape,
  Selu: translateMap('selu', { alpha: 1.6732632423543772, beta: ['gamma', 1.0507009873554805] }),
  Sigmoid: translateMap('sigmoid'),
  Slice: translateSlice,
  Softmax: translateSoftmax,
  Softplus: translateMap('softplus'),
  Split: translateSplit,
  Sqrt: translateMap('sqrt'),
  Squeeze: translateSqueeze,
  Sub: translateBinary('sub'),
  Sum: translateMany('add'),
  Tanh: translateMap('tanh'),
  Transpose: translateTranspose,
  Unsqueeze: translateUnsqueeze,
}

/** Translates a node, or works it out where all that it reads is known. @throws {UnsupportedError} */
export function translateNode(translation: Translation, node: OnnxNode): void {
  if (foldNode(translation, node)) return
  const handler = Object.hasOwn(handlers, node.operator) ? handlers[node.operator] : undefined
  if (!handler) throw new UnsupportedError('the operator is not supported')
  handler(translation, node)
}
