import type { Common } from '@ethereumjs/common'
import { createTx, TransactionType, type TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import { BlobError, proveBlobs } from '../blobs/blobs.ts'
import { RpcError, rpcCodes } from './errors.ts'
import { readAt } from './location.ts'
import type { RequestContext } from './method.ts'
import type { TransactionFields } from './params.ts'
import { nextHeader, suggestedFees } from './suggestedFees.ts'

/** Fields of a transaction with its sender named. */
export type SenderFields = TransactionFields & { readonly from: Hex }

/** The type of transaction that fields need. */
function typeOf(fields: TransactionFields): number {
  const { type, blobs, blobVersionedHashes, authorizationList, gasPrice, accessList } = fields
  if (type !== undefined) return type
  if (blobs !== undefined || blobVersionedHashes !== undefined) return TransactionType.BlobEIP4844
  if (authorizationList !== undefined) return TransactionType.EOACodeEIP7702
  if (gasPrice === undefined) return TransactionType.FeeMarketEIP1559
  return accessList === undefined ? TransactionType.Legacy : TransactionType.AccessListEIP2930
}

/** Fees of a transaction: those that it names, and what is advised for the rest. */
function feesOf(type: number, fields: TransactionFields, context: RequestContext) {
  const suggested = suggestedFees(context)
  if (type <= TransactionType.AccessListEIP2930)
    return { gasPrice: fields.gasPrice ?? fields.maxFeePerGas ?? suggested.gasPrice }
  // A price is what such a transaction would pay in all.
  const { gasPrice } = fields
  const maxPriorityFeePerGas = fields.maxPriorityFeePerGas ?? gasPrice
  const maxFeePerGas = fields.maxFeePerGas ?? gasPrice
  if (maxFeePerGas !== undefined) {
    const tip = maxPriorityFeePerGas ?? suggested.maxPriorityFeePerGas
    return { maxFeePerGas, maxPriorityFeePerGas: tip < maxFeePerGas ? tip : maxFeePerGas }
  }
  const tip = maxPriorityFeePerGas ?? suggested.maxPriorityFeePerGas
  return { maxFeePerGas: suggested.maxFeePerGas - suggested.maxPriorityFeePerGas + tip, maxPriorityFeePerGas: tip }
}

/** Wei a blob gas of a transaction with blobs. */
function blobFeeOf({ maxFeePerBlobGas }: TransactionFields, context: RequestContext): bigint {
  const header = nextHeader(context)
  return maxFeePerBlobGas ?? (header.excessBlobGas === undefined ? 0n : 2n * header.getBlobGasPrice())
}

/** Blobs of a transaction with the commitments and proofs that the network wants. */
async function sidecarOf({ blobs }: TransactionFields, common: Common) {
  if (blobs === undefined) return {}
  try {
    const hex = blobs.map((blob) => bytesToHex(blob))
    const { version, versionedHashes, commitments, proofs } = await proveBlobs(hex, common.isActivatedEIP(7594) ? 1 : 0)
    return {
      networkWrapperVersion: version,
      blobVersionedHashes: versionedHashes,
      ...{ blobs: hex, kzgCommitments: commitments, kzgProofs: proofs },
    }
  } catch (error) {
    if (error instanceof BlobError) throw new RpcError(rpcCodes.invalidParams, `invalid blobs: ${error.message}`)
    throw error
  }
}

/**
 * Fills in what a transaction leaves out: gas by an estimate, fees, nonce, chain. It is not signed.
 *
 * @throws {RpcError} when the fields don't make a transaction of the chain
 * @throws {CallFailure} when gas is to be estimated, and the transaction fails with any
 */
export async function fillTransaction(fields: SenderFields, context: RequestContext): Promise<TypedTransaction> {
  const { chain, pool, reads, signal } = context
  const { chainId } = chain.genesis
  if (fields.chainId !== undefined && fields.chainId !== BigInt(chainId)) {
    const message = `chainId does not match node's (have=${fields.chainId}, want=${chainId})`
    throw new RpcError(rpcCodes.invalidParams, message)
  }
  const { from, to, value = 0n, data = new Uint8Array(0), accessList, authorizationList, blobVersionedHashes } = fields
  if (to === undefined && data.length === 0)
    throw new RpcError(rpcCodes.serverError, 'contract creation without any data provided')
  const type = typeOf(fields)
  const fees = feesOf(type, fields, context)
  const nonce = fields.nonce ?? (await pool.nextNonce(from))
  const gasLimit =
    fields.gas ?? (await reads.estimateGas({ ...fields, ...fees }, await readAt('pending', context), { signal }))
  const { common } = nextHeader(context)
  const isTyped = type !== TransactionType.Legacy
  const filled = {
    ...{ type, nonce, gasLimit, value, data, ...fees },
    ...(to === undefined ? {} : { to }),
    ...(isTyped ? { chainId, accessList: accessList ?? [] } : {}),
    ...(authorizationList === undefined ? {} : { authorizationList }),
    ...(type === TransactionType.BlobEIP4844 ? { maxFeePerBlobGas: blobFeeOf(fields, context) } : {}),
    ...(blobVersionedHashes === undefined ? {} : { blobVersionedHashes }),
    ...(await sidecarOf(fields, common)),
  }
  try {
    return createTx(filled as Parameters<typeof createTx>[0], { common })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RpcError(rpcCodes.invalidParams, `invalid transaction: ${reason.slice(0, 200)}`)
  }
}
