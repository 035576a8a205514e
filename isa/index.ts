import type { Instruction } from './instruction.ts'
import { argmax } from './ops/argmax.ts'
import { arithmeticRightShift } from './ops/arithmeticRightShift.ts'
import { avgPool2d } from './ops/avgPool2d.ts'
import { clamp } from './ops/clamp.ts'
import { concat } from './ops/concat.ts'
import { conv2d } from './ops/conv2d.ts'
import { depthwiseConv2d } from './ops/depthwiseConv2d.ts'
import { gather } from './ops/gather.ts'
import { matmul } from './ops/matmul.ts'
import { maximum } from './ops/maximum.ts'
import { maxPool2d } from './ops/maxPool2d.ts'
import { minimum } from './ops/minimum.ts'
import { pad } from './ops/pad.ts'
import { reduceMax } from './ops/reduceMax.ts'
import { reduceMin } from './ops/reduceMin.ts'
import { reduceSum } from './ops/reduceSum.ts'
import { rescale } from './ops/rescale.ts'
import { reshape } from './ops/reshape.ts'
import { rsqrt } from './ops/rsqrt.ts'
import { slice } from './ops/slice.ts'
import { softmax } from './ops/softmax.ts'
import { table } from './ops/table.ts'
import { tadd } from './ops/tadd.ts'
import { tcalldataload } from './ops/tcalldataload.ts'
import { tcodeload } from './ops/tcodeload.ts'
import { tfree } from './ops/tfree.ts'
import { tile } from './ops/tile.ts'
import { tmload } from './ops/tmload.ts'
import { tmodelload } from './ops/tmodelload.ts'
import { tmstore } from './ops/tmstore.ts'
import { tmul } from './ops/tmul.ts'
import { transpose } from './ops/transpose.ts'
import { transposeConv2d } from './ops/transposeConv2d.ts'
import { troot } from './ops/troot.ts'
import { tspace } from './ops/tspace.ts'
import { tsub } from './ops/tsub.ts'
import { ttype } from './ops/ttype.ts'

export * from './attributes.ts'
export * from './axisWord.ts'
export * from './commitment.ts'
export * from './halt.ts'
export * from './instruction.ts'
export * from './macs.ts'
export * from './numeric.ts'
export * from './reach.ts'
export * from './tensor.ts'
export * from './typeWord.ts'
export * from './work.ts'

/** The instruction set, in ascending order of opcode. */
export const instructions: readonly Instruction[] = [
  tmload,
  tcalldataload,
  tcodeload,
  tmodelload,
  tmstore,
  ttype,
  tfree,
  tspace,
  troot,
  matmul,
  conv2d,
  depthwiseConv2d,
  transposeConv2d,
  rescale,
  clamp,
  table,
  softmax,
  tadd,
  tsub,
  tmul,
  maximum,
  minimum,
  arithmeticRightShift,
  rsqrt,
  reduceSum,
  reduceMax,
  reduceMin,
  argmax,
  avgPool2d,
  maxPool2d,
  reshape,
  transpose,
  slice,
  pad,
  concat,
  gather,
  tile,
]

/** The instruction of each second byte. */
export const instructionByOpcode: ReadonlyMap<number, Instruction> = new Map(
  instructions.map((instruction) => [instruction.opcode, instruction]),
)

/** The instruction of each mnemonic. */
export const instructionByMnemonic: ReadonlyMap<string, Instruction> = new Map(
  instructions.map((instruction) => [instruction.mnemonic, instruction]),
)
