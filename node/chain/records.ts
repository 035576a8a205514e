import type { Block } from '@ethereumjs/block'
import type { Blockchain } from '@ethereumjs/blockchain'
import type { TypedTransaction } from '@ethereumjs/tx'
import {
  bytesToHex,
  bytesToInt,
  concatBytes,
  equalsBytes,
  hexToBytes,
  intToBytes,
  setLengthLeft,
} from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import type { NodeDatabase } from '../database/database.ts'
import type { Layer } from '../database/layer.ts'
import type { BlockRecord, ReceiptRecord } from './chain.ts'
import { decodeReceipts, encodeReceipts } from './receipts.ts'
import { restoreSenders } from './sender.ts'

/** Blocks that are not decoded again while they are among those asked for last. */
const RECENT_BLOCKS = 256

const HASH_BYTES = 32

/** Where a transaction is. */
type Place = { readonly blockHash: Hex; readonly index: number }

/** What is kept of blocks besides the blocks themselves. */
export type Records = {
  /** The block of a hash and its receipts, also of one that is no longer part of the chain. */
  read(hash: Hex): Promise<BlockRecord | undefined>
  /** Saves decoding a block that was just kept. */
  remember(record: BlockRecord): void
  placeOf(transactionHash: Hex): Promise<Place | undefined>
  /** Root that a block's state has instead of its header's; undefined where it has that. */
  editedRoot(hash: Hex): Promise<Uint8Array | undefined>
}

/** Reads what {@link writeRecord} and {@link writeEditedRoot} kept. @param blockchain - the current one */
export function createRecords(database: NodeDatabase, blockchain: () => Blockchain): Records {
  const recent = new Map<Hex, BlockRecord>()
  const remember = (hash: Hex, record: BlockRecord) => {
    recent.set(hash, record)
    const oldest = recent.size > RECENT_BLOCKS ? recent.keys().next().value : undefined
    if (oldest !== undefined) recent.delete(oldest)
    return record
  }
  return {
    async read(hash) {
      const known = recent.get(hash)
      if (known !== undefined) {
        recent.delete(hash)
        return remember(hash, known)
      }
      // Asked for first: every block has receipts, and the blockchain throws for a hash that it does not know.
      const bytes = await database.get('receipts', hash)
      if (bytes === undefined) return undefined
      const receipts = decodeReceipts(bytes)
      const block = await blockchain().getBlock(hexToBytes(hash))
      restoreSenders(block.transactions as TypedTransaction[], receipts)
      return remember(hash, { block, receipts })
    },
    remember({ block, receipts }) {
      remember(bytesToHex(block.hash()), { block, receipts })
    },
    async placeOf(transactionHash) {
      const bytes = await database.get('transactions', transactionHash)
      if (bytes === undefined) return undefined
      return {
        blockHash: bytesToHex(bytes.subarray(0, HASH_BYTES)),
        index: bytesToInt(bytes.subarray(HASH_BYTES)),
      }
    },
    editedRoot: (hash) => database.get('node', editKey(hash)),
  }
}

function editKey(hash: Hex): string {
  return `state after ${hash}`
}

/** Keeps a block's receipts, and where its transactions are. */
export function writeRecord(layer: Layer, { block, receipts }: BlockRecord): void {
  const hash = block.hash()
  layer.put('receipts', bytesToHex(hash), encodeReceipts(receipts))
  receipts.forEach(({ transactionHash }, index) => {
    layer.put('transactions', transactionHash, concatBytes(hash, setLengthLeft(intToBytes(index), 4)))
  })
}

/** Forgets where transactions are that are no longer in the chain. */
export function forgetPlaces(layer: Layer, receipts: readonly ReceiptRecord[]): void {
  for (const { transactionHash } of receipts) layer.delete('transactions', transactionHash)
}

/** Keeps that a block's state has this root. */
export function writeEditedRoot(layer: Layer, block: Block, root: Uint8Array): void {
  const key = editKey(bytesToHex(block.hash()))
  if (equalsBytes(root, block.header.stateRoot)) layer.delete('node', key)
  else layer.put('node', key, root)
}
