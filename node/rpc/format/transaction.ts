import type { Block } from '@ethereumjs/block'
import {
  type AccessListBytes,
  isAccessList2930Tx,
  isBlob4844Tx,
  isEOACode7702Tx,
  isLegacyTx,
  type TypedTransaction,
} from '@ethereumjs/tx'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../../evm-ext/index.ts'
import type { LocatedTransaction } from '../../chain/chain.ts'
import type { PooledTransaction } from '../../pool/pool.ts'
import { quantity } from './quantity.ts'

/** First value of `v` that says a chain (EIP-155). */
const FIRST_CHAIN_V = 35n

function formatAccessList(list: AccessListBytes) {
  return list.map(([address, keys]) => ({
    address: bytesToHex(address),
    storageKeys: keys.map((key) => bytesToHex(key)),
  }))
}

/** The fields that a type of transaction has besides those of all. */
function fieldsOfType(transaction: TypedTransaction): Record<string, unknown> {
  if (isLegacyTx(transaction)) {
    const { v } = transaction
    return v !== undefined && v >= FIRST_CHAIN_V ? { chainId: quantity((v - FIRST_CHAIN_V) / 2n) } : {}
  }
  const { chainId, accessList, v = 0n } = transaction
  const typed = { chainId: quantity(chainId), accessList: formatAccessList(accessList), yParity: quantity(v) }
  if (isAccessList2930Tx(transaction)) return typed
  const { maxFeePerGas, maxPriorityFeePerGas } = transaction
  const dynamic = {
    ...typed,
    maxFeePerGas: quantity(maxFeePerGas),
    maxPriorityFeePerGas: quantity(maxPriorityFeePerGas),
  }
  if (isBlob4844Tx(transaction)) {
    const { maxFeePerBlobGas, blobVersionedHashes } = transaction
    return { ...dynamic, maxFeePerBlobGas: quantity(maxFeePerBlobGas), blobVersionedHashes }
  }
  if (!isEOACode7702Tx(transaction)) return dynamic
  const authorizationList = transaction.authorizationList.map(([chain, address, nonce, yParity, r, s]) => ({
    chainId: quantity(bytesToBigInt(chain)),
    address: bytesToHex(address),
    nonce: quantity(bytesToBigInt(nonce)),
    yParity: quantity(bytesToBigInt(yParity)),
    r: quantity(bytesToBigInt(r)),
    s: quantity(bytesToBigInt(s)),
  }))
  return { ...dynamic, authorizationList }
}

/** Wei a gas that a transaction says it pays at most. */
export function maxFeeOf(transaction: TypedTransaction): bigint {
  const isPriced = isLegacyTx(transaction) || isAccessList2930Tx(transaction)
  return isPriced ? transaction.gasPrice : transaction.maxFeePerGas
}

/** What a transaction says, without where it is. A transaction that nobody signed has a signature of zeros. */
export function formatTransactionFields(transaction: TypedTransaction) {
  const { nonce, gasLimit, to, value, data, v = 0n, r = 0n, s = 0n, type } = transaction
  return {
    type: quantity(type),
    nonce: quantity(nonce),
    gas: quantity(gasLimit),
    to: to === undefined ? null : bytesToHex(to.bytes),
    value: quantity(value),
    input: bytesToHex(data),
    ...fieldsOfType(transaction),
    ...{ v: quantity(v), r: quantity(r), s: quantity(s) },
  }
}

function placed(transaction: TypedTransaction, hash: Hex, from: Hex, gasPrice: bigint) {
  return { ...formatTransactionFields(transaction), hash, from, gasPrice: quantity(gasPrice) }
}

/** Where a transaction of a block is. */
function placeOf(block: Block, index: number) {
  return {
    blockHash: bytesToHex(block.hash()),
    blockNumber: quantity(block.header.number),
    blockTimestamp: quantity(block.header.timestamp),
    transactionIndex: quantity(index),
  }
}

/** A transaction of a block. */
export function formatTransaction({ block, index, transaction, receipt }: LocatedTransaction) {
  const { transactionHash, from, effectiveGasPrice } = receipt
  return { ...placed(transaction, transactionHash, from, effectiveGasPrice), ...placeOf(block, index) }
}

/** A transaction that waits in the pool. */
export function formatPooledTransaction({ transaction, hash, from }: PooledTransaction) {
  const nowhere = { blockHash: null, blockNumber: null, blockTimestamp: null, transactionIndex: null }
  return { ...placed(transaction, hash, from, maxFeeOf(transaction)), ...nowhere }
}
