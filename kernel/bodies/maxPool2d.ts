import type { ComputeBody } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { createPoolBody, type PoolFunction } from './pool.ts'

type Exports = Readonly<Record<'maximumPoolInt8' | 'maximumPoolInt16' | 'maximumPoolInt32', PoolFunction>>

/** Body of MAX_POOL2D. */
export function createMaxPool2dBody(module: KernelModule): ComputeBody {
  const { maximumPoolInt8, maximumPoolInt16, maximumPoolInt32 } = module.exports as Exports
  return createPoolBody({ int8: maximumPoolInt8, int16: maximumPoolInt16, int32: maximumPoolInt32 })
}
