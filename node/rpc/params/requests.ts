import type { AccessList } from '@ethereumjs/tx'
import {
  bigIntToUnpaddedBytes,
  type EOACode7702AuthorizationListBytes,
  hexToBytes,
  intToUnpaddedBytes,
} from '@ethereumjs/util'
import { z } from 'zod'
import type { CallFields } from '../../reads/reads.ts'
import { address, data, expected, hash32, quantity, smallQuantity } from './values.ts'

/** Fields without those that are undefined or null. */
type Given<T> = { -readonly [K in keyof T]?: Exclude<T[K], undefined | null> }

function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as Given<T>
}

const MAX_BLOBS = 128

const accessList: z.ZodType<AccessList> = z.array(
  z
    .object({ address, storageKeys: z.array(hash32).nullish() }, expected('an address with storage keys'))
    .transform(({ address, storageKeys }) => ({ address, storageKeys: storageKeys ?? [] })),
  expected('an access list'),
)

const authorizationList: z.ZodType<EOACode7702AuthorizationListBytes> = z.array(
  z
    .object(
      {
        ...{ chainId: quantity, address, nonce: quantity, r: quantity, s: quantity },
        ...{ yParity: smallQuantity.nullish(), v: smallQuantity.nullish() },
      },
      expected('an authorization'),
    )
    .transform(({ chainId, address, nonce, yParity, v, r, s }): EOACode7702AuthorizationListBytes[number] => [
      bigIntToUnpaddedBytes(chainId),
      hexToBytes(address),
      bigIntToUnpaddedBytes(nonce),
      intToUnpaddedBytes(yParity ?? v ?? 0),
      bigIntToUnpaddedBytes(r),
      bigIntToUnpaddedBytes(s),
    ]),
  expected('an authorization list'),
)

/** Fields of a transaction that is not signed, besides those that only signing needs. Clients know more than these. */
const callShape = {
  from: address.nullish(),
  to: address.nullish(),
  gas: quantity.nullish(),
  gasPrice: quantity.nullish(),
  maxFeePerGas: quantity.nullish(),
  maxPriorityFeePerGas: quantity.nullish(),
  maxFeePerBlobGas: quantity.nullish(),
  value: quantity.nullish(),
  nonce: quantity.nullish(),
  data: data.nullish(),
  input: data.nullish(),
  accessList: accessList.nullish(),
  blobVersionedHashes: z.array(hash32, expected('a list of hashes')).max(MAX_BLOBS).nullish(),
  authorizationList: authorizationList.nullish(),
}

type Conflicting = {
  readonly data?: Uint8Array | null | undefined
  readonly input?: Uint8Array | null | undefined
  readonly gasPrice?: bigint | null | undefined
  readonly maxFeePerGas?: bigint | null | undefined
  readonly maxPriorityFeePerGas?: bigint | null | undefined
}

/** What is contradictory in a request, in geth's words. */
function conflict({ data, input, gasPrice, maxFeePerGas, maxPriorityFeePerGas }: Conflicting): string | undefined {
  if (data != null && input != null && Buffer.compare(data, input) !== 0)
    return 'both "data" and "input" are set and not equal. Please use "input" to pass transaction call data'
  if (gasPrice != null && (maxFeePerGas != null || maxPriorityFeePerGas != null))
    return 'both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified'
  if (maxFeePerGas != null && maxPriorityFeePerGas != null && maxFeePerGas < maxPriorityFeePerGas)
    return `maxFeePerGas (${maxFeePerGas}) < maxPriorityFeePerGas (${maxPriorityFeePerGas})`
  return undefined
}

function withoutConflict<T extends Conflicting>(fields: T, context: z.RefinementCtx): void {
  const message = conflict(fields)
  if (message !== undefined) context.addIssue({ code: 'custom', message })
}

/** A call as eth_call and its like take it. Fields that are not known are passed over. */
export const callRequest: z.ZodType<CallFields> = z
  .object(callShape, expected('a transaction object'))
  .superRefine(withoutConflict)
  .transform(({ input, data, ...fields }) => given({ ...fields, data: input ?? data }) as CallFields)

/** A transaction that the node is asked to complete, sign or send. */
export type TransactionFields = CallFields & {
  /** Type of the transaction (EIP-2718); the one that its fields need unless given. */
  readonly type?: number
  readonly chainId?: bigint
  readonly blobs?: readonly Uint8Array[]
}

/** A transaction as eth_sendTransaction and its like take it. */
export const transactionRequest: z.ZodType<TransactionFields> = z
  .object(
    {
      ...callShape,
      type: smallQuantity.nullish(),
      chainId: quantity.nullish(),
      blobs: z.array(data, expected('a list of blobs')).max(MAX_BLOBS).nullish(),
    },
    expected('a transaction object'),
  )
  .superRefine(withoutConflict)
  .transform(({ input, data, ...fields }) => given({ ...fields, data: input ?? data }) as TransactionFields)
