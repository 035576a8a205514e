import { type Block, createBlockFromBytesArray } from '@ethereumjs/block'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, equalsBytes } from '@ethereumjs/util'
import { runBlock } from '@ethereumjs/vm'
import { createStateManager } from '../../evm-ext/genesisVM.ts'
import type { Hex, TensorGenesis } from '../../evm-ext/index.ts'
import { createWasmKernel, type Kernel } from '../../kernel/index.ts'
import type { NodeDatabase } from '../database/database.ts'
import { createLayer } from '../database/layer.ts'
import { buildOn } from './blockBuilder.ts'
import type { BlockFields, BlockRecord, ChainEvents, MinedBlock, NodeChain } from './chain.ts'
import { headerOn } from './header.ts'
import { openChain } from './openVM.ts'
import { toReason } from './reason.ts'
import { receiptsOf } from './receipts.ts'
import { createRecords, forgetPlaces, writeEditedRoot, writeRecord } from './records.ts'
import { modelsIn, readableStates } from './stores.ts'

export type NodeChainOptions = {
  readonly genesis: TensorGenesis
  /** Empty, or with a chain of this genesis. The chain closes it. */
  readonly database: NodeDatabase
  /** What computes tensors in blocks; a WebAssembly kernel unless given. */
  readonly kernel?: Kernel
}

/**
 * Begins a chain in a database, or goes on at the head of the one that is there.
 *
 * @throws {Error} when the database has the blocks of another genesis
 */
export async function createNodeChain(options: NodeChainOptions): Promise<NodeChain> {
  const { genesis, database, kernel = createWasmKernel() } = options
  const models = modelsIn(database)
  const layer = createLayer(database)
  const open = await openChain(genesis, database, layer, { store: models, kernel })
  let { vm, blockchain } = await open()
  const records = createRecords(database, () => blockchain)
  const listeners = new Set<ChainEvents>()
  let head = await blockchain.getCanonicalHeadBlock()
  head = (await records.read(bytesToHex(head.hash())))?.block ?? head
  const common = vm.common.copy()
  let queue: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const commonAt = ({ number, timestamp }: { readonly number: bigint; readonly timestamp: bigint }) => {
    const copy = common.copy()
    copy.setHardforkBy({ blockNumber: number, timestamp })
    return copy
  }

  const stateRootAt = async (block: Block) =>
    (await records.editedRoot(bytesToHex(block.hash()))) ?? block.header.stateRoot

  /** Runs an operation after those before it. One that fails leaves nothing behind. */
  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(async () => {
      if (isClosed) throw new Error('the chain is closed')
      try {
        return await task()
      } catch (error) {
        layer.discard()
        // VM and blockchain keep things in memory besides what they have in the layer.
        ;({ vm, blockchain } = await open())
        throw error
      }
    })
    queue = result.catch(() => undefined)
    return result
  }

  /** Brings the VM to where the next block begins. */
  const prepare = async (number: bigint, timestamp: bigint) => {
    vm.common.setHardforkBy({ blockNumber: number, timestamp })
    const root = await stateRootAt(head)
    // Setting the root gives up what the VM knows of the state.
    if (!equalsBytes(root, await vm.stateManager.getStateRoot())) await vm.stateManager.setStateRoot(root)
    return root
  }

  /** Makes a block the head that the VM is in the state after. */
  const extend = async (record: BlockRecord) => {
    await blockchain.putBlock(record.block)
    writeRecord(layer, record)
    await layer.apply()
    records.remember(record)
    head = record.block
    tell((events) => events.onBlock?.(record))
  }

  const tell = (event: (events: ChainEvents) => void) => {
    for (const listener of listeners)
      try {
        event(listener)
      } catch (error) {
        // The block is kept by now: what went wrong is the listener's alone.
        process.emitWarning(error instanceof Error ? error : String(error))
      }
  }

  const nextHeader = (fields: BlockFields) => {
    const { number, timestamp } = head.header
    if (fields.timestamp <= timestamp)
      throw new RangeError(
        `timestamp: expected at least ${timestamp + 1n}, after the head's, found ${fields.timestamp}`,
      )
    return headerOn(head.header, fields, commonAt({ number: number + 1n, timestamp: fields.timestamp }))
  }

  const mine = (fields: BlockFields, transactions: readonly TypedTransaction[], isFatal = false): Promise<MinedBlock> =>
    inTurn(async () => {
      const header = nextHeader(fields)
      if (header.common.consensusType() !== 'pos') throw new Error('blocks before the merge can be imported, not mined')
      await prepare(header.number, header.timestamp)
      const mined = await buildOn(vm, head, header, transactions, isFatal)
      await extend(mined)
      return mined
    })

  const importBlock = (given: Block): Promise<BlockRecord> =>
    inTurn(async () => {
      try {
        const record = await runImported(given)
        await extend(record)
        return record
      } catch (error) {
        throw toReason(error, `block ${given.header.number}: `)
      }
    })

  const runImported = async (given: Block): Promise<BlockRecord> => {
    const [parent, expected] = [given.header.parentHash, head.hash()].map((hash) => bytesToHex(hash))
    if (parent !== expected)
      throw new Error(`expected one on the head, block ${head.header.number} ${expected}, found parent ${parent}`)
    // Whatever it was decoded with, this chain's configuration decides.
    const block = createBlockFromBytesArray(given.raw(), { common: common.copy(), setHardfork: true })
    await blockchain.validateHeader(block.header)
    block.validateBlobTransactions(head.header)
    const root = await prepare(block.header.number, block.header.timestamp)
    const { results } = await runBlock(vm, { block, root, skipHeaderValidation: true, setHardfork: true })
    return { block, receipts: receiptsOf(block.transactions, results, block.header) }
  }

  const blockAt = async (id: bigint | Hex) => (await recordAt(id))?.block

  const recordAt = async (id: bigint | Hex): Promise<BlockRecord | undefined> => {
    if (typeof id === 'string') return records.read(id)
    if (id < 0n || id > head.header.number) return undefined
    const hash = await blockchain.dbManager.numberToHash(id)
    return hash && records.read(bytesToHex(hash))
  }

  const rewind = (number: bigint, stateRoot?: Uint8Array) =>
    inTurn(async () => {
      const target = await blockAt(number)
      if (target === undefined) throw new RangeError(`expected a block in 0..${head.header.number}, found ${number}`)
      const removed: BlockRecord[] = []
      for (let at = head.header.number; at > number; at--) {
        const record = (await recordAt(at)) as BlockRecord
        removed.push(record)
        forgetPlaces(layer, record.receipts)
        // The same block may be made again, and starts without edits then.
        writeEditedRoot(layer, record.block, record.block.header.stateRoot)
      }
      if (removed.length > 0) await blockchain.resetCanonicalHead(number)
      if (stateRoot !== undefined) writeEditedRoot(layer, target, stateRoot)
      await layer.apply()
      head = target
      tell((events) => events.onRewind?.(target, removed))
    })

  return {
    genesis,
    database,
    models,
    commonAt,
    head: () => head,
    blockAt,
    recordAt,
    async transaction(hash) {
      const place = await records.placeOf(hash)
      const record = place && (await records.read(place.blockHash))
      const transaction = record?.block.transactions[place?.index ?? 0]
      const receipt = record?.receipts[place?.index ?? 0]
      if (!place || !record || !transaction || !receipt) return undefined
      return { block: record.block, index: place.index, transaction, receipt }
    },
    stateRootAt,
    async stateAt(block) {
      const state = createStateManager(commonAt(block.header), readableStates(database))
      await state.setStateRoot(await stateRootAt(block))
      return state
    },
    nextHeader,
    mine,
    importBlock,
    rewind,
    editState: (edit) =>
      inTurn(async () => {
        const { number, timestamp } = head.header
        await prepare(number, timestamp)
        const state = vm.stateManager as MerkleStateManager
        await edit(state)
        state.originalStorageCache.clear()
        writeEditedRoot(layer, head, await state.getStateRoot())
        await layer.apply()
        tell((events) => events.onEdit?.(head))
      }),
    listen(events) {
      listeners.add(events)
      return () => listeners.delete(events)
    },
    async close() {
      await queue
      isClosed = true
      await database.close()
    },
  }
}
