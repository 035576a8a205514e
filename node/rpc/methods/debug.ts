import type { Block } from '@ethereumjs/block'
import { RpcError, rpcCodes } from '../errors.ts'
import { findBlock, readAt } from '../location.ts'
import { type Methods, method, type RequestContext } from '../method.ts'
import { traceCallOptions, traceOptions } from '../params/trace.ts'
import { blockIdOrLatest, blockNumber, callRequest, hash32, parameters } from '../params.ts'

const none = {}

/** The traces of a block. @throws {RpcError} when there is none */
function traceBlock(
  block: Block | undefined,
  what: string,
  trace: Parameters<RequestContext['reads']['traceBlock']>[1],
  { reads, signal }: RequestContext,
) {
  if (block === undefined) throw new RpcError(rpcCodes.serverError, `block ${what} not found`)
  return reads.traceBlock(block, trace, { signal })
}

/** Methods that show what code did, or would do. */
export const debugMethods: Methods = {
  debug_traceTransaction: method(parameters(hash32, traceOptions.default(none)), async ([hash, trace], context) => {
    const { chain, reads, signal } = context
    const found = await chain.transaction(hash)
    if (found === undefined) throw new RpcError(rpcCodes.serverError, 'transaction not found')
    return reads.traceTransaction(found.block, found.index, trace, { signal })
  }),
  debug_traceBlockByNumber: method(parameters(blockNumber, traceOptions.default(none)), async ([id, trace], context) =>
    traceBlock(await findBlock(id, context), `#${id}`, trace, context),
  ),
  debug_traceBlockByHash: method(parameters(hash32, traceOptions.default(none)), async ([hash, trace], context) =>
    traceBlock(await context.chain.blockAt(hash), hash, trace, context),
  ),
  debug_traceCall: method(
    parameters(callRequest, blockIdOrLatest, traceCallOptions.optional()),
    async ([call, id, options], context) => {
      const { accounts, block, trace = none } = options ?? {}
      const at = {
        ...(await readAt(id, context)),
        ...(accounts === undefined ? {} : { accounts }),
        ...(block === undefined ? {} : { block }),
      }
      return context.reads.traceCall(call, at, trace, { signal: context.signal })
    },
  ),
}
