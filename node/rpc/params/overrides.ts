import { z } from 'zod'
import type { AccountOverride, BlockOverride, ReadAt } from '../../reads/reads.ts'
import { given } from './given.ts'
import { address, data, expected, hash32, quantity } from './values.ts'

const slots = z.record(hash32, hash32, expected('values by storage slot, 32 bytes each'))

const accountOverride = z
  .object(
    {
      balance: quantity.nullish(),
      nonce: quantity.nullish(),
      code: data.nullish(),
      state: slots.nullish(),
      stateDiff: slots.nullish(),
      movePrecompileToAddress: address.nullish(),
    },
    expected('an account override'),
  )
  .transform((fields) => given<AccountOverride>(fields))

/** Other values of accounts than the state's, by address. */
export const stateOverrides: z.ZodType<NonNullable<ReadAt['accounts']>> = z.record(
  address,
  accountOverride,
  expected('account overrides by address'),
)

/** Other values of the block than the header's. */
export const blockOverrides: z.ZodType<BlockOverride> = z
  .object(
    {
      number: quantity.nullish(),
      time: quantity.nullish(),
      gasLimit: quantity.nullish(),
      feeRecipient: address.nullish(),
      prevRandao: hash32.nullish(),
      baseFeePerGas: quantity.nullish(),
      blobBaseFee: quantity.nullish(),
    },
    expected('block overrides'),
  )
  .transform((fields) => given<BlockOverride>(fields))
