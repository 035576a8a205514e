import type { Common } from '@ethereumjs/common'
import { Blob4844Tx, getCalldataFloorGas, TransactionType, type TypedTransaction } from '@ethereumjs/tx'
import { type Address, MAX_UINT64 } from '@ethereumjs/util'
import { BlobError, checkSidecar } from '../blobs/blobs.ts'
import { feesOf } from './fees.ts'
import { PoolError } from './pool.ts'

/** JSON-RPC code of what is wrong with a transaction, and of what refuses one that may be right. */
const INVALID = -32000
const REFUSED = -32003

/** Most bytes of a transaction, as geth has it; with blobs and what proves them, of one that has those. */
const MAX_BYTES = 128 * 1024
const MAX_BLOB_BYTES = 1024 * 1024

/** EIPs that bring the types of transactions. */
const eipOfType: Readonly<Record<number, number>> = {
  [TransactionType.AccessListEIP2930]: 2930,
  [TransactionType.FeeMarketEIP1559]: 1559,
  [TransactionType.BlobEIP4844]: 4844,
  [TransactionType.EOACodeEIP7702]: 7702,
}

/** A transaction that is not valid. */
export function invalid(message: string): PoolError {
  return new PoolError(INVALID, message)
}

/** A transaction that the pool does not take now. */
export function refused(message: string): PoolError {
  return new PoolError(REFUSED, message)
}

/**
 * Checks what does not depend on the state, in geth's order and words.
 *
 * @param common - at the hardfork of the next block
 * @param blockGasLimit - of the next block
 * @throws {PoolError} saying what is wrong
 */
export function checkTransaction(
  transaction: TypedTransaction,
  sender: Address,
  common: Common,
  blockGasLimit: bigint,
): void {
  const { gasLimit, data, to, nonce, type } = transaction
  const eip = eipOfType[type]
  if (eip !== undefined && !common.isActivatedEIP(eip)) throw invalid('transaction type not supported')
  if (transaction instanceof Blob4844Tx) checkSidecarVersion(transaction, common)
  if (transaction.common.chainId() !== common.chainId())
    throw invalid(`invalid chain id for signer: have ${transaction.common.chainId()} want ${common.chainId()}`)
  checkSize(transaction)
  if (to === undefined && common.isActivatedEIP(3860)) {
    const most = common.param('maxInitCodeSize')
    if (BigInt(data.length) > most) throw invalid(`max initcode size exceeded: code size ${data.length}, limit ${most}`)
  }
  if (common.isActivatedEIP(7825)) {
    const most = transaction.common.param('maxTransactionGasLimit')
    if (gasLimit > most) throw invalid(`transaction gas limit too high (cap: ${most}, tx: ${gasLimit})`)
  }
  if (gasLimit > blockGasLimit) throw invalid('exceeds block gas limit')
  const { maxFeePerGas, maxPriorityFeePerGas } = feesOf(transaction)
  if (maxPriorityFeePerGas > maxFeePerGas)
    throw invalid(
      `max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: ${maxPriorityFeePerGas}, maxFeePerGas: ${maxFeePerGas}`,
    )
  if (nonce >= MAX_UINT64) throw invalid('nonce has max value')
  const intrinsic = transaction.getIntrinsicGas()
  if (gasLimit < intrinsic) throw invalid(`intrinsic gas too low: gas ${gasLimit}, minimum needed ${intrinsic}`)
  const floor = getCalldataFloorGas(transaction, sender)
  if (gasLimit < floor)
    throw invalid(`insufficient gas for floor data gas cost: gas ${gasLimit}, minimum needed ${floor}`)
}

function checkSidecarVersion({ blobs, networkWrapperVersion: version }: Blob4844Tx, common: Common): void {
  if (blobs === undefined) throw invalid('missing sidecar in blob transaction')
  const expected = common.isActivatedEIP(7594) ? 1 : 0
  if (version !== expected) throw invalid(`invalid blobs: expected a sidecar of version ${expected}, found ${version}`)
}

function checkSize(transaction: TypedTransaction): void {
  const isBlob = transaction instanceof Blob4844Tx
  const { length } = isBlob ? transaction.serializeNetworkWrapper() : transaction.serialize()
  const limit = isBlob ? MAX_BLOB_BYTES : MAX_BYTES
  if (length > limit) throw invalid(`oversized data: transaction size ${length}, limit ${limit}`)
}

/**
 * Checks the proofs of a transaction's blobs, in a thread: that takes a second and more.
 *
 * @throws {PoolError} when they don't prove what the transaction says, or too many wait for it
 */
export async function checkBlobs(transaction: TypedTransaction): Promise<void> {
  if (!(transaction instanceof Blob4844Tx)) return
  const { networkWrapperVersion, blobVersionedHashes, blobs = [], kzgCommitments = [], kzgProofs = [] } = transaction
  try {
    await checkSidecar({
      version: networkWrapperVersion ?? 0,
      ...{ versionedHashes: blobVersionedHashes, blobs, commitments: kzgCommitments, proofs: kzgProofs },
    })
  } catch (error) {
    if (error instanceof BlobError) throw invalid(`invalid blobs: ${error.message}`)
    throw error
  }
}
