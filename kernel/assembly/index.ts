// What the bodies call.

export * from './clamp'
export * from './concat'
export { conv2d, conv2dPanelBytes, packConv2d } from './conv2d'
export { depthwiseConv2d } from './depthwiseConv2d'
export * from './elementwise'
export { gather } from './gather'
export { beginHash, dataRoot, hashBlocks, hashDigest, zeroSubtreeRoots } from './keccak'
export { matmul, packMatrix } from './matmul'
export { fill, pad } from './pad'
export { averagePoolInt8, maximumPoolInt8, maximumPoolInt16, maximumPoolInt32 } from './pool'
export {
  argmaxColumnsInt8,
  argmaxColumnsInt16,
  argmaxColumnsInt32,
  argmaxRowsInt8,
  argmaxRowsInt16,
  argmaxRowsInt32,
} from './reductionArgmax'
export * from './reductionColumns'
export * from './reductionRows'
export { rescale } from './rescale'
export { rescaleChannels } from './rescaleChannels'
export { rsqrt } from './rsqrt'
export { softmax } from './softmax'
export { copyBytes, copyStrided } from './stridedCopy'
export { tableInt8, tableInt16, tableInt32, tableInterpolate } from './table'
export { packTransposeConv2d, transposeConv2d } from './transposeConv2d'
