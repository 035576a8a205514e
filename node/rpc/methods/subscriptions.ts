import { z } from 'zod'
import { RpcError, rpcCodes } from '../errors.ts'
import { type Methods, method, type RequestContext } from '../method.ts'
import { expected, flag, hexData, logFilter, parameterMessage, parameters } from '../params.ts'
import type { SubscriptionKind, Subscriptions } from '../subscriptions.ts'

/** What all of the logs is, for a subscription that names none. */
const allLogs = {}

function read<T>(reader: z.ZodType<T>, given: unknown): T {
  const result = parameters(z.unknown(), reader).safeParse([0, given])
  if (!result.success) throw new RpcError(rpcCodes.invalidParams, parameterMessage(result.error))
  return result.data[1] as T
}

function kindOf(name: string, option: unknown): SubscriptionKind {
  if (name === 'newHeads') return { kind: 'newHeads' }
  if (name === 'logs') return { kind: 'logs', filter: read(logFilter, option ?? allLogs) }
  if (name === 'newPendingTransactions')
    return { kind: 'newPendingTransactions', isFull: read(flag.default(false), option) }
  const shown = JSON.stringify(name.slice(0, 40))
  throw new RpcError(rpcCodes.methodNotFound, `no ${shown} subscription in eth namespace`)
}

function subscriptionsOf({ subscriptions }: RequestContext): Subscriptions {
  if (subscriptions === undefined)
    throw new RpcError(rpcCodes.methodNotFound, 'notifications not supported; connect by WebSocket')
  return subscriptions
}

/** Methods that start and end notifications. */
export const subscriptionMethods: Methods = {
  eth_subscribe: method(
    parameters(z.string(expected('the name of a subscription')), z.unknown().optional()),
    ([name, option], context) => {
      const { id, start } = subscriptionsOf(context).add(kindOf(name, option))
      context.afterAnswer(start)
      return id
    },
  ),
  eth_unsubscribe: method(parameters(hexData), ([id], context) => {
    if (subscriptionsOf(context).remove(id)) return true
    throw new RpcError(rpcCodes.serverError, 'subscription not found')
  }),
}
