import type { Block, BlockHeader } from '@ethereumjs/block'
import { bytesToHex } from '@ethereumjs/util'
import type { BlockRecord, ReceiptRecord } from '../../chain/chain.ts'
import type { PooledTransaction } from '../../pool/pool.ts'
import { quantity } from './quantity.ts'
import { formatPooledTransaction, formatTransaction } from './transaction.ts'

/** A header as newHeads gives it. Fields that its hardfork does not have are left out. */
export function formatHeader(header: BlockHeader) {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas, parentBeaconBlockRoot, requestsHash } = header
  return {
    number: quantity(header.number),
    hash: bytesToHex(header.hash()),
    parentHash: bytesToHex(header.parentHash),
    nonce: bytesToHex(header.nonce),
    sha3Uncles: bytesToHex(header.uncleHash),
    logsBloom: bytesToHex(header.logsBloom),
    transactionsRoot: bytesToHex(header.transactionsTrie),
    stateRoot: bytesToHex(header.stateRoot),
    receiptsRoot: bytesToHex(header.receiptTrie),
    miner: bytesToHex(header.coinbase.bytes),
    difficulty: quantity(header.difficulty),
    extraData: bytesToHex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    mixHash: bytesToHex(header.mixHash),
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas: quantity(baseFeePerGas) }),
    ...(withdrawalsRoot === undefined ? {} : { withdrawalsRoot: bytesToHex(withdrawalsRoot) }),
    ...(blobGasUsed === undefined ? {} : { blobGasUsed: quantity(blobGasUsed) }),
    ...(excessBlobGas === undefined ? {} : { excessBlobGas: quantity(excessBlobGas) }),
    ...(parentBeaconBlockRoot === undefined ? {} : { parentBeaconBlockRoot: bytesToHex(parentBeaconBlockRoot) }),
    ...(requestsHash === undefined ? {} : { requestsHash: bytesToHex(requestsHash) }),
  }
}

function bodyOf(block: Block) {
  const withdrawals = block.withdrawals?.map(({ index, validatorIndex, address, amount }) => ({
    index: quantity(index),
    validatorIndex: quantity(validatorIndex),
    address: bytesToHex(address.bytes),
    amount: quantity(amount),
  }))
  return {
    size: quantity(block.serialize().length),
    uncles: block.uncleHeaders.map((uncle) => bytesToHex(uncle.hash())),
    ...(withdrawals === undefined ? {} : { withdrawals }),
  }
}

/** A block with its transactions or, unless `isFull`, their hashes. */
export function formatBlock({ block, receipts }: BlockRecord, isFull: boolean) {
  const transactions = isFull
    ? block.transactions.map((transaction, index) =>
        formatTransaction({ block, index, transaction, receipt: receipts[index] as ReceiptRecord }),
      )
    : receipts.map(({ transactionHash }) => transactionHash)
  return { ...formatHeader(block.header), ...bodyOf(block), transactions }
}

/** The block that is to be mined next: what of it is not known yet is null. */
export function formatPendingBlock(header: BlockHeader, pooled: readonly PooledTransaction[], isFull: boolean) {
  return {
    ...formatHeader(header),
    ...{ hash: null, nonce: null, miner: null },
    size: quantity(header.serialize().length),
    uncles: [],
    ...(header.withdrawalsRoot === undefined ? {} : { withdrawals: [] }),
    transactions: pooled.map((transaction) => (isFull ? formatPooledTransaction(transaction) : transaction.hash)),
  }
}
