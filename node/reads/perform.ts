import type { BlockHeader } from '@ethereumjs/block'
import { createAddressFromString } from '@ethereumjs/util'
import { ownBytes } from '../../evm-ext/thread.ts'
import { createAccessList } from './accessList.ts'
import { authorityOf } from './delegations.ts'
import { estimateGas } from './estimate.ts'
import type { ReadMachine } from './machine.ts'
import { runCall, senderOf } from './message.ts'
import type { ReadOrder, ReadThreadData } from './messages.ts'
import { readingAt } from './reading.ts'
import { type CallFields, ReadError, type ReadResult, type TraceOptions } from './reads.ts'
import { reportTransaction, traceTransactions } from './replay.ts'
import { createBudget, createTracer } from './tracers/createTracer.ts'
import { attach } from './tracers/tracer.ts'

/** What a read gives; `isJSON` where it is a trace, which is to be sent as JSON. */
export type Performed = { readonly value: unknown; readonly isJSON: boolean }

/** A result with bytes that do not bring the EVM's memory along. */
export function owned(result: ReadResult): ReadResult {
  const logs = result.logs.map((log) => ({ ...log, data: ownBytes(log.data) }))
  return { ...result, logs, returnValue: ownBytes(result.returnValue) }
}

/** Names the gas with which a call was refused, as geth does. */
async function namingGas<T>(gas: bigint, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    if (!(error instanceof ReadError)) throw error
    throw new ReadError(error.code, `err: ${error.message} (supplied gas ${gas})`)
  }
}

async function traceCall(
  machine: ReadMachine,
  header: BlockHeader,
  call: CallFields,
  gas: bigint,
  trace: TraceOptions,
  limit: number,
): Promise<unknown> {
  const { evm, common } = machine
  const tracer = createTracer(trace, machine, createBudget(limit))
  let detach: (() => void) | undefined
  let result: unknown
  try {
    await runCall(machine, header, call, gas, {
      async before() {
        const authorizations = call.authorizationList ?? []
        await tracer.before?.({
          from: senderOf(call),
          to: call.to === undefined ? undefined : createAddressFromString(call.to),
          ...{ gasLimit: gas, coinbase: header.coinbase },
          authorities: authorizations.flatMap((authorization) => authorityOf(authorization, common) ?? []),
        })
        detach = attach(evm, tracer)
      },
      async after(executed) {
        detach?.()
        detach = undefined
        result = await tracer.after(executed)
      },
    })
  } finally {
    detach?.()
  }
  return result
}

/** Carries out an order. @throws {ReadError | CallFailure | MissingModelError} and what the EVM throws */
export async function perform(machine: ReadMachine, order: ReadOrder, data: ReadThreadData): Promise<Performed> {
  const { gasCap, resultLimit } = data
  if (order.kind === 'gasReport')
    return { value: await reportTransaction(machine, order.block, order.index), isJSON: false }
  if (order.kind === 'trace') {
    const { block, index, trace } = order
    const traces = await traceTransactions(machine, block, index, trace, resultLimit)
    return { value: index === undefined ? traces : traces[0]?.result, isJSON: true }
  }
  const { call, at } = order
  const gas = call.gas === undefined || call.gas > gasCap ? gasCap : call.gas
  const value = await readingAt(machine, at, async (header): Promise<unknown> => {
    switch (order.kind) {
      case 'call':
        return owned((await namingGas(gas, () => runCall(machine, header, call, gas))).result)
      case 'estimateGas':
        return estimateGas(machine, header, call, gasCap)
      case 'accessList':
        return createAccessList(machine, header, call, gas)
      case 'traceCall':
        return traceCall(machine, header, call, gas, order.trace, resultLimit)
    }
  })
  return { value, isJSON: order.kind === 'traceCall' }
}
