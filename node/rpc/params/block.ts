import { z } from 'zod'
import type { Hex } from '../../../evm-ext/index.ts'
import { describe } from '../../../evm-ext/wording.ts'
import { flag, hash32, hexProblem, quantity } from './values.ts'

const tags = ['latest', 'pending', 'earliest', 'safe', 'finalized'] as const

/** A block by what it is to the chain. */
type BlockTag = (typeof tags)[number]

/** A block by number or by what it is to the chain. */
export type BlockNumber = bigint | BlockTag

/** A block by number, tag or hash (EIP-1898). */
export type BlockId = BlockNumber | { readonly hash: Hex; readonly requireCanonical: boolean }

/** A block's number, or a tag. */
export const blockNumber: z.ZodType<BlockNumber> = z.union([z.enum(tags), quantity], {
  error: ({ input }) => {
    if (typeof input !== 'string') return `expected a block number or tag, found ${describe(input)}`
    return hexProblem(input) ?? quantity.safeParse(input).error?.issues[0]?.message
  },
})

const blockObject = z
  .object({ blockNumber: blockNumber.nullish(), blockHash: hash32.nullish(), requireCanonical: flag.nullish() })
  .transform(({ blockNumber: number, blockHash: hash, requireCanonical }, context): BlockId => {
    if (hash != null && number == null) return { hash, requireCanonical: requireCanonical ?? false }
    if (number != null && hash == null) return number
    const message = 'expected either blockNumber or blockHash'
    context.issues.push({ code: 'custom', message, input: { hash } })
    return z.NEVER
  })

/** A block by number, tag, hash, or an object of EIP-1898. */
export const blockId: z.ZodType<BlockId> = z.unknown().transform((value, context): BlockId => {
  const isHash = typeof value === 'string' && /^0x[0-9a-f]{64}$/i.test(value)
  if (isHash) return { hash: value.toLowerCase() as Hex, requireCanonical: false }
  const result = (typeof value === 'object' && value !== null ? blockObject : blockNumber).safeParse(value)
  if (result.success) return result.data
  for (const { message, path } of result.error.issues)
    context.issues.push({ code: 'custom', message, path: [...path], input: value })
  return z.NEVER
})

/** A block by number, tag, hash or EIP-1898; the newest where it is left out. */
export const blockIdOrLatest = blockId.default('latest')
