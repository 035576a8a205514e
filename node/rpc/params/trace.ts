import { z } from 'zod'
import { describe } from '../../../evm-ext/wording.ts'
import type { ReadAt, TraceOptions } from '../../reads/reads.ts'
import { given } from './given.ts'
import { blockOverrides, stateOverrides } from './overrides.ts'
import { expected, flag } from './values.ts'

const tracers = ['callTracer', 'prestateTracer', '4byteTracer', 'noopTracer'] as const

const tracerConfig = z
  .object(
    {
      onlyTopCall: flag.nullish(),
      withLog: flag.nullish(),
      diffMode: flag.nullish(),
      disableCode: flag.nullish(),
      disableStorage: flag.nullish(),
    },
    expected('options of the tracer'),
  )
  .transform((fields) => given<NonNullable<TraceOptions['tracerConfig']>>(fields))

// An empty name is geth's way to ask for struct logs.
const tracer = z.union([z.literal('').transform(() => undefined), z.enum(tracers)], {
  error: ({ input }) => `expected one of ${tracers.join(', ')}, found ${describe(input)}`,
})

const shape = {
  tracer: tracer.nullish(),
  tracerConfig: tracerConfig.nullish(),
  disableStack: flag.nullish(),
  enableMemory: flag.nullish(),
  disableStorage: flag.nullish(),
  enableReturnData: flag.nullish(),
  limit: z.number(expected('a number')).int().nonnegative().nullish(),
}

/** Options of debug_traceTransaction and its like; those that are not known are passed over. */
export const traceOptions: z.ZodType<TraceOptions> = z
  .object(shape, expected('trace options'))
  .transform((fields) => given<TraceOptions>(fields))

/** Options of debug_traceCall: overrides besides. */
export type TraceCallOptions = {
  readonly trace: TraceOptions
  readonly accounts: ReadAt['accounts']
  readonly block: ReadAt['block']
}

/** Options of debug_traceCall. */
export const traceCallOptions: z.ZodType<TraceCallOptions> = z
  .object(
    { ...shape, stateOverrides: stateOverrides.nullish(), blockOverrides: blockOverrides.nullish() },
    expected('trace options'),
  )
  .transform(({ stateOverrides: accounts, blockOverrides: block, ...fields }) => ({
    trace: given<TraceOptions>(fields),
    accounts: accounts ?? undefined,
    block: block ?? undefined,
  }))
