import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { createBlob4844TxFromBytesArray, createTxFromRLP, TransactionType, type TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, bytesToInt } from '@ethereumjs/util'
import { RpcError, rpcCodes } from './errors.ts'

/** What of a library's message is about the transaction: it goes on about the object that was made of it. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return message.replace(/ \((?:tx|vm|block|hf)[ =:].*$/s, '').slice(0, 200)
}

type List = readonly (Uint8Array | List)[]

function listOfHex(item: Uint8Array | List | undefined, what: string) {
  if (!Array.isArray(item) || item.some((bytes) => !(bytes instanceof Uint8Array)))
    throw new Error(`expected a list of ${what}`)
  return (item as Uint8Array[]).map((bytes) => bytesToHex(bytes))
}

/** A transaction with its blobs: without a version (EIP-4844), or with one (EIP-7594). The proofs are not looked at. */
function decodeWrapped([values, ...rest]: List, common: Common): TypedTransaction {
  const [blobs, commitments, proofs] = rest.slice(-3)
  const version = rest.length === 3 ? Uint8Array.of() : rest[0]
  if (rest.length < 3 || rest.length > 4 || !(version instanceof Uint8Array))
    throw new Error('expected a transaction, a version, blobs, commitments and proofs')
  const parts = values as Parameters<typeof createBlob4844TxFromBytesArray>[0]
  const transaction = createBlob4844TxFromBytesArray(parts, { common, freeze: false })
  transaction.networkWrapperVersion = bytesToInt(version) as 0 | 1
  transaction.blobs = listOfHex(blobs, 'blobs')
  transaction.kzgCommitments = listOfHex(commitments, 'commitments')
  transaction.kzgProofs = listOfHex(proofs, 'proofs')
  Object.freeze(transaction)
  return transaction
}

function decode(bytes: Uint8Array, common: Common): TypedTransaction {
  if (bytes[0] !== TransactionType.BlobEIP4844) return createTxFromRLP(bytes, { common })
  const list = RLP.decode(bytes.subarray(1)) as unknown as List
  return Array.isArray(list[0]) ? decodeWrapped(list, common) : createTxFromRLP(bytes, { common })
}

/**
 * A signed transaction as it is sent, one with blobs in the form of the network. Whether the blobs are proven is for the
 * pool to check.
 *
 * @throws {RpcError} when the bytes are not a transaction of the chain
 */
export function decodeTransaction(bytes: Uint8Array, common: Common): TypedTransaction {
  if (bytes.length === 0) throw new RpcError(rpcCodes.invalidParams, 'invalid argument 0: expected a transaction')
  try {
    return decode(bytes, common)
  } catch (error) {
    throw new RpcError(rpcCodes.serverError, `invalid transaction: ${reasonOf(error)}`)
  }
}
