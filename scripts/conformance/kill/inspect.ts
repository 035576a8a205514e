import type { Block } from '@ethereumjs/block'
import type { MerklePatriciaTrie } from '@ethereumjs/mpt'
import {
  bytesToHex,
  bytesToUnprefixedHex,
  createAccountFromRLP,
  equalsBytes,
  KECCAK256_NULL,
  KECCAK256_RLP,
} from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { defaultGenesis, type Hex } from '../../../evm-ext/index.ts'
import type { NodeChain } from '../../../node/chain/chain.ts'
import { createNodeChain } from '../../../node/chain/createChain.ts'
import { openDirectoryDatabase } from '../../../node/database/directory.ts'
import type { SeenReceipt } from './traffic.ts'

/** What a database has. */
export type Inspection = {
  readonly blocks: readonly Block[]
  readonly transactions: number
  readonly accounts: number
}

/** Visits the values of a trie; what its nodes' hashes are not is damaged. */
async function eachValue(trie: MerklePatriciaTrie, visit: (value: Uint8Array) => Promise<void>): Promise<void> {
  const values: Uint8Array[] = []
  await trie.walkAllValueNodes(async (node) => {
    const value = node.value()
    if (value !== null) values.push(value)
  })
  for (const value of values) await visit(value)
}

/** Reads every account of the state after a block, with its storage and code. @returns how many there are */
async function readState(chain: NodeChain, block: Block): Promise<number> {
  const state = await chain.stateAt(block)
  const trie = Reflect.get(state, '_trie') as MerklePatriciaTrie
  let accounts = 0
  await eachValue(trie, async (value) => {
    accounts++
    const { codeHash, storageRoot } = createAccountFromRLP(value)
    if (!equalsBytes(storageRoot, KECCAK256_RLP)) {
      const storage = trie.shallowCopy(false)
      storage.root(storageRoot)
      await eachValue(storage, async () => {})
    }
    if (equalsBytes(codeHash, KECCAK256_NULL)) return
    // As the state manager has it: codes are kept under a prefix and their hash.
    const code = await chain.database.get('state', `63${bytesToUnprefixedHex(codeHash)}`)
    if (code === undefined || !equalsBytes(keccak_256(code), codeHash))
      throw new Error(`the code ${bytesToHex(codeHash)} is not there whole`)
  })
  return accounts
}

async function checkBlock(chain: NodeChain, number: bigint, parent: Block | undefined): Promise<Block> {
  const what = `block ${number}`
  const record = await chain.recordAt(number)
  if (record === undefined) throw new Error(`${what}: not there`)
  const { block, receipts } = record
  if (parent !== undefined && !equalsBytes(block.header.parentHash, parent.hash()))
    throw new Error(`${what}: not on the block before`)
  if (!(await block.transactionsTrieIsValid())) throw new Error(`${what}: other transactions than its header says`)
  if (receipts.length !== block.transactions.length)
    throw new Error(`${what}: ${receipts.length} receipts of ${block.transactions.length} transactions`)
  for (const [index, { hash }] of block.transactions.map((transaction) => ({ hash: transaction.hash() })).entries()) {
    const found = await chain.transaction(bytesToHex(hash))
    if (receipts[index]?.transactionHash !== bytesToHex(hash) || found?.index !== index)
      throw new Error(`${what}: transaction ${index} is not found by its hash`)
  }
  if ((receipts.at(-1)?.cumulativeGasUsed ?? 0n) !== block.header.gasUsed)
    throw new Error(`${what}: its receipts use other gas than its header says`)
  return block
}

/**
 * Opens the database of a node that was killed and reads everything in it.
 *
 * @param seen - receipts that clients saw
 * @param root - of a model that was published
 * @throws {Error} saying what is not there, or not whole
 */
export async function inspect(directory: string, seen: readonly SeenReceipt[], root: Hex): Promise<Inspection> {
  const chain = await createNodeChain({ genesis: defaultGenesis(), database: await openDirectoryDatabase(directory) })
  try {
    const blocks: Block[] = []
    for (let number = 0n; number <= chain.head().header.number; number++)
      blocks.push(await checkBlock(chain, number, blocks.at(-1)))
    for (const { hash, blockHash, blockNumber } of seen) {
      const found = await chain.transaction(hash)
      if (found === undefined) throw new Error(`${hash}: its receipt was seen in block ${blockNumber}, and is gone`)
      if (bytesToHex(found.block.hash()) !== blockHash) throw new Error(`${hash}: in another block than was seen`)
    }
    if ((await chain.models.get(root)) === undefined) throw new Error(`the model ${root} is gone`)
    const accounts = await readState(chain, chain.head())
    const transactions = blocks.reduce((sum, block) => sum + block.transactions.length, 0)
    return { blocks, transactions, accounts }
  } finally {
    await chain.close()
  }
}
