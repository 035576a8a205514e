import type { ComputeBody } from '../../isa/index.ts'
import type { KernelModule } from '../module.ts'
import { createPoolBody, type PoolFunction } from './pool.ts'

type Exports = { readonly averagePoolInt8: PoolFunction }

/** Body of AVG_POOL2D. */
export function createAvgPool2dBody(module: KernelModule): ComputeBody {
  const { averagePoolInt8 } = module.exports as Exports
  return createPoolBody({ int8: averagePoolInt8 })
}
