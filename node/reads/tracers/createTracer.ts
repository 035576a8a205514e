import { rpcCodes } from '../../rpc/errors.ts'
import type { ReadMachine } from '../machine.ts'
import { ReadError, type TraceOptions } from '../reads.ts'
import { createCallTracer } from './callTracer.ts'
import { createFourByteTracer } from './fourByteTracer.ts'
import { createPrestateTracer } from './prestateTracer.ts'
import { createStructLogger } from './structLogger.ts'
import type { Budget, Tracer } from './tracer.ts'

/** Characters that may still be kept of a result of at most so many. */
export function createBudget(limit: number): Budget {
  let left = limit
  return {
    spend(characters) {
      left -= characters
      if (left >= 0) return
      const message = `the trace has more than ${limit} characters: ask for less, for instance with "limit", "disableStack" or another tracer`
      throw new ReadError(rpcCodes.limitExceeded, message)
    },
  }
}

/** The tracer that is asked for. */
export function createTracer(options: TraceOptions, { state }: ReadMachine, budget: Budget): Tracer {
  switch (options.tracer) {
    case 'callTracer':
      return createCallTracer(options, budget)
    case 'prestateTracer':
      return createPrestateTracer(options, state, budget)
    case '4byteTracer':
      return createFourByteTracer()
    case 'noopTracer':
      return { after: () => ({}) }
    default:
      return createStructLogger(options, budget)
  }
}
