import { type ComputeBody, instructionByMnemonic } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import type { PackedWeights } from '../packedWeights.ts'
import { createArgmaxBody } from './argmax.ts'
import { createAvgPool2dBody } from './avgPool2d.ts'
import { createClampBody } from './clamp.ts'
import { createConcatBody } from './concat.ts'
import { createConv2dBody } from './conv2d.ts'
import { createDepthwiseConv2dBody } from './depthwiseConv2d.ts'
import {
  createArithmeticRightShiftBody,
  createMaximumBody,
  createMinimumBody,
  createTaddBody,
  createTmulBody,
  createTsubBody,
} from './elementwise.ts'
import { createGatherBody } from './gather.ts'
import { createMatmulBody } from './matmul.ts'
import { createMaxPool2dBody } from './maxPool2d.ts'
import { createPadBody } from './pad.ts'
import { createReduceMaxBody, createReduceMinBody, createReduceSumBody } from './reduction.ts'
import { createRescaleBody } from './rescale.ts'
import { createReshapeBody } from './reshape.ts'
import { createRsqrtBody } from './rsqrt.ts'
import { createSliceBody } from './slice.ts'
import { createSoftmaxBody } from './softmax.ts'
import { createTableBody } from './table.ts'
import { createTileBody } from './tile.ts'
import { createTransposeBody } from './transpose.ts'
import { createTransposeConv2dBody } from './transposeConv2d.ts'

type CreateBody = (module: KernelModule, packed: PackedWeights) => ComputeBody

const creators: Readonly<Record<string, CreateBody>> = {
  MATMUL: createMatmulBody,
  CONV2D: createConv2dBody,
  DEPTHWISE_CONV2D: createDepthwiseConv2dBody,
  TRANSPOSE_CONV2D: createTransposeConv2dBody,
  RESCALE: createRescaleBody,
  CLAMP: createClampBody,
  TABLE: createTableBody,
  SOFTMAX: createSoftmaxBody,
  TADD: createTaddBody,
  TSUB: createTsubBody,
  TMUL: createTmulBody,
  MAXIMUM: createMaximumBody,
  MINIMUM: createMinimumBody,
  ARITHMETIC_RIGHT_SHIFT: createArithmeticRightShiftBody,
  RSQRT: createRsqrtBody,
  REDUCE_SUM: createReduceSumBody,
  REDUCE_MAX: createReduceMaxBody,
  REDUCE_MIN: createReduceMinBody,
  ARGMAX: createArgmaxBody,
  AVG_POOL2D: createAvgPool2dBody,
  MAX_POOL2D: createMaxPool2dBody,
  RESHAPE: createReshapeBody,
  TRANSPOSE: createTransposeBody,
  SLICE: createSliceBody,
  PAD: createPadBody,
  CONCAT: createConcatBody,
  GATHER: createGatherBody,
  TILE: createTileBody,
}

/** The bodies of a module, by opcode. @param packed - where packed weights are kept between calls */
export function createBodies(module: KernelModule, packed: PackedWeights): ReadonlyMap<number, ComputeBody> {
  const bodies = new Map<number, ComputeBody>()
  for (const [mnemonic, create] of Object.entries(creators)) {
    const instruction = instructionByMnemonic.get(mnemonic)
    if (instruction === undefined) throw new Error(`${mnemonic}: a body for no instruction`)
    bodies.set(instruction.opcode, create(module, packed))
  }
  return bodies
}
