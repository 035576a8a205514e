import { Blob4844Tx, Capability, type FeeMarket1559Tx, type LegacyTx, type TypedTransaction } from '@ethereumjs/tx'

/** What a transaction offers, in wei a gas. */
export type Fees = {
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  /** Undefined for a transaction without blobs. */
  readonly maxFeePerBlobGas: bigint | undefined
}

/** The fees of a transaction. One with a gas price gives all that is above the base fee to the coinbase. */
export function feesOf(transaction: TypedTransaction): Fees {
  if (!transaction.supports(Capability.EIP1559FeeMarket)) {
    const { gasPrice } = transaction as LegacyTx
    return { maxFeePerGas: gasPrice, maxPriorityFeePerGas: gasPrice, maxFeePerBlobGas: undefined }
  }
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction as FeeMarket1559Tx
  const maxFeePerBlobGas = transaction instanceof Blob4844Tx ? transaction.maxFeePerBlobGas : undefined
  return { maxFeePerGas, maxPriorityFeePerGas, maxFeePerBlobGas }
}

/** Wei a gas that go to the coinbase at a base fee; negative where the transaction does not even pay that. */
export function tipAt({ maxFeePerGas, maxPriorityFeePerGas }: Fees, baseFeePerGas: bigint): bigint {
  const left = maxFeePerGas - baseFeePerGas
  return left < maxPriorityFeePerGas ? left : maxPriorityFeePerGas
}

/** The most wei that a transaction can take from its sender. */
export function costOf(transaction: TypedTransaction): bigint {
  const { maxFeePerGas, maxFeePerBlobGas } = feesOf(transaction)
  const blobGas =
    transaction instanceof Blob4844Tx ? BigInt(transaction.numBlobs()) * transaction.common.param('blobGasPerBlob') : 0n
  return transaction.value + transaction.gasLimit * maxFeePerGas + blobGas * (maxFeePerBlobGas ?? 0n)
}

/** Percent by which each fee of a replacement has to be higher, and by which where there are blobs. */
const BUMP = 10n
const BLOB_BUMP = 100n

/** Whether a transaction pays enough to take the place of another with the same sender and nonce. */
export function mayReplace(transaction: TypedTransaction, replaced: TypedTransaction): boolean {
  const hasBlobs = transaction instanceof Blob4844Tx || replaced instanceof Blob4844Tx
  const isHigher = (fee: bigint, old: bigint) => fee > old && fee * 100n >= old * (100n + (hasBlobs ? BLOB_BUMP : BUMP))
  const fees = feesOf(transaction)
  const old = feesOf(replaced)
  return (
    isHigher(fees.maxFeePerGas, old.maxFeePerGas) &&
    isHigher(fees.maxPriorityFeePerGas, old.maxPriorityFeePerGas) &&
    (old.maxFeePerBlobGas === undefined || isHigher(fees.maxFeePerBlobGas ?? 0n, old.maxFeePerBlobGas))
  )
}
