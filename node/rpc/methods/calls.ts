import { bytesToHex } from '@ethereumjs/util'
import { CallFailure, type ReadAt } from '../../reads/reads.ts'
import { callFailure } from '../format/failure.ts'
import { quantity } from '../format/quantity.ts'
import { readAt } from '../location.ts'
import { type Methods, method, type RequestContext } from '../method.ts'
import { blockOverrides, stateOverrides } from '../params/overrides.ts'
import { type BlockId, blockIdOrLatest, callRequest, parameters } from '../params.ts'

const callAt = parameters(callRequest, blockIdOrLatest, stateOverrides.optional(), blockOverrides.optional())

/** Where a call runs, overrides included. */
async function located(
  id: BlockId,
  accounts: ReadAt['accounts'],
  block: ReadAt['block'],
  context: RequestContext,
): Promise<ReadAt> {
  const at = await readAt(id, context)
  return { ...at, ...(accounts === undefined ? {} : { accounts }), ...(block === undefined ? {} : { block }) }
}

/** Methods that run a call and leave the chain as it is. */
export const callMethods: Methods = {
  eth_call: method(callAt, async ([call, id, accounts, block], context) => {
    const { reads, signal } = context
    const result = await reads.call(call, await located(id, accounts, block, context), { signal })
    if (result.status === 0) throw callFailure(result)
    return bytesToHex(result.returnValue)
  }),
  eth_estimateGas: method(callAt, async ([call, id, accounts, block], context) => {
    const { reads, signal } = context
    try {
      return quantity(await reads.estimateGas(call, await located(id, accounts, block, context), { signal }))
    } catch (error) {
      throw error instanceof CallFailure ? callFailure(error.result) : error
    }
  }),
  eth_createAccessList: method(callAt, async ([call, id, accounts, block], context) => {
    const { reads, signal } = context
    const at = await located(id, accounts, block, context)
    const { accessList, gasUsed, error } = await reads.createAccessList(call, at, { signal })
    return { accessList, ...(error === undefined ? {} : { error }), gasUsed: quantity(gasUsed) }
  }),
}
