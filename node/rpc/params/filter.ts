import { z } from 'zod'
import type { Hex } from '../../../evm-ext/index.ts'
import { type BlockNumber, blockNumber } from './block.ts'
import { address, expected, hash32 } from './values.ts'

/** Most addresses of a filter, and most alternatives of each of its topics. */
const MAX_ALTERNATIVES = 1000
const MAX_TOPICS = 4

/** Which logs are asked for. */
export type LogFilter = {
  /** The one block that is looked at; `from` and `to` are undefined then. */
  readonly blockHash: Hex | undefined
  readonly from: BlockNumber | undefined
  readonly to: BlockNumber | undefined
  /** Contracts that log; empty for all. */
  readonly addresses: readonly Hex[]
  /** For each topic those that it may be; empty for any. */
  readonly topics: readonly (readonly Hex[])[]
}

const alternatives = (reader: z.ZodType<Hex>, what: string) =>
  z.union([reader.transform((one) => [one]), z.array(reader).max(MAX_ALTERNATIVES)], expected(what))

/** A filter of logs as eth_getLogs takes it. */
export const logFilter: z.ZodType<LogFilter> = z
  .object(
    {
      blockHash: hash32.nullish(),
      fromBlock: blockNumber.nullish(),
      toBlock: blockNumber.nullish(),
      address: alternatives(address, 'an address or a list of addresses').nullish(),
      topics: z
        .array(
          z.union(
            [alternatives(hash32, 'a topic'), z.null()],
            expected('a topic of 32 bytes, a list of topics or null'),
          ),
          expected('a list of topics'),
        )
        .max(MAX_TOPICS, `exceed max topics, want at most ${MAX_TOPICS}`)
        .nullish(),
    },
    expected('a filter object'),
  )
  .transform(({ blockHash, fromBlock, toBlock, address, topics }, context): LogFilter => {
    if (blockHash != null && (fromBlock != null || toBlock != null)) {
      const message = 'cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other'
      context.issues.push({ code: 'custom', message, input: { blockHash } })
    }
    return {
      blockHash: blockHash ?? undefined,
      from: fromBlock ?? undefined,
      to: toBlock ?? undefined,
      addresses: address ?? [],
      topics: (topics ?? []).map((topic) => topic ?? []),
    }
  })
