import type { TypedTransaction } from '@ethereumjs/tx'
import { type Address, bytesToBigInt, createAddressFromString } from '@ethereumjs/util'
import type { ReceiptRecord } from './chain.ts'

/**
 * A transaction that an impersonated account did not sign needs a signature all the same: without one it has no hash and
 * can't be decoded from a block. It gets one that nobody can make: s is 1, r is 2^160 and the sender's address. Whoever
 * replays its block recovers another sender, or none, and refuses it.
 */
const MARK = 1n << 160n

/** Gives an unsigned transaction the sender that it is said to have, and the signature that stands for that. */
export function signAs(transaction: TypedTransaction, sender: Address): TypedTransaction {
  return withSender(transaction.addSignature(0n, MARK | bytesToBigInt(sender.bytes), 1n, true), sender)
}

/**
 * The same transaction with another answer to who sent it.
 *
 * Its fields stay its own, because what copies a transaction takes those and no inherited ones.
 */
function withSender(transaction: TypedTransaction, sender: Address): TypedTransaction {
  const copy: TypedTransaction = Object.create(
    Object.getPrototypeOf(transaction),
    Object.getOwnPropertyDescriptors(transaction),
  )
  Object.defineProperty(copy, 'getSenderAddress', { value: () => sender })
  // Transactions keep their hash only while they can't change.
  Object.freeze(copy)
  return copy
}

/** Whether the sender is one that {@link signAs} gave. */
export function isImpersonated(transaction: TypedTransaction): boolean {
  return Object.hasOwn(transaction, 'getSenderAddress')
}

function isMarked({ r, s }: TypedTransaction): boolean {
  return s === 1n && r !== undefined && r >> 160n === 1n
}

/** Gives transactions of a block, as decoded, the senders that their receipts name. */
export function restoreSenders(transactions: TypedTransaction[], receipts: readonly ReceiptRecord[]): void {
  transactions.forEach((transaction, index) => {
    const receipt = receipts[index]
    if (receipt !== undefined && isMarked(transaction))
      transactions[index] = withSender(transaction, createAddressFromString(receipt.from))
  })
}

/**
 * Gives copies of transactions the senders of those that they were copied from, which recovering from the signatures would
 * take as long as all the rest of a block.
 */
export function copySenders(copies: TypedTransaction[], originals: readonly TypedTransaction[]): void {
  copies.forEach((copy, index) => {
    const original = originals[index] as TypedTransaction
    if (isImpersonated(original)) copies[index] = withSender(copy, original.getSenderAddress())
    else if (original.cache.senderPubKey !== undefined) copy.cache.senderPubKey = original.cache.senderPubKey
  })
}
