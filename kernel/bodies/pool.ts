import type { ComputeBody, DType, Tensor } from '../../isa/index.ts'
import { DESCRIPTOR, DESCRIPTOR_BYTES } from '../layout.ts'
import { lastVectorRead, VECTOR_BYTES } from './lastVector.ts'

/** Pools the image that the descriptor tells of; vectors may be read and written up to the last addresses. */
export type PoolFunction = (x: number, output: number, lastX: number, lastOutput: number) => void

type Operands = {
  readonly attributes: Readonly<Record<'padTop' | 'padLeft' | 'windowH' | 'windowW' | 'strideH' | 'strideW', number>>
  readonly x: Tensor
}

/** Body of a pool with a function for each dtype that its type rule admits. */
export function createPoolBody(pools: Readonly<Partial<Record<DType, PoolFunction>>>): ComputeBody {
  let descriptor: Int32Array = new Int32Array()
  return (operands, output) => {
    const { attributes, x } = operands as unknown as Operands
    const from = x.data
    const to = output.data
    if (descriptor.buffer !== to.buffer) descriptor = new Int32Array(to.buffer, DESCRIPTOR, DESCRIPTOR_BYTES / 4)
    descriptor[0] = x.shape[0] as number
    descriptor[1] = x.shape[1] as number
    descriptor[2] = x.shape[2] as number
    descriptor[3] = x.shape[3] as number
    descriptor[4] = output.shape[1] as number
    descriptor[5] = output.shape[2] as number
    descriptor[6] = attributes.windowH
    descriptor[7] = attributes.windowW
    descriptor[8] = attributes.strideH
    descriptor[9] = attributes.strideW
    descriptor[10] = attributes.padTop
    descriptor[11] = attributes.padLeft
    const lastX = lastVectorRead(from)
    const lastOutput = to.byteOffset + to.byteLength - VECTOR_BYTES
    const pool = pools[x.dtype] as PoolFunction
    pool(from.byteOffset, to.byteOffset, lastX, lastOutput)
  }
}
