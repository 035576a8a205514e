import { setImmediate } from 'node:timers/promises'
import { type Block, type BlockHeader, createBlock } from '@ethereumjs/block'
import { Blob4844Tx, createMinimal4844TxFromNetworkWrapper, type TypedTransaction } from '@ethereumjs/tx'
import { type BlockBuilder, buildBlock, type RunTxResult, type VM } from '@ethereumjs/vm'
import { type MinedBlock, PostponedError, type RefusedTransaction } from './chain.ts'
import { toReason } from './reason.ts'
import { receiptsOf } from './receipts.ts'
import { runTransaction } from './runTransaction.ts'
import { copySenders } from './sender.ts'

/** The parts of a builder that its type keeps to itself. */
type BuilderState = {
  readonly transactions: TypedTransaction[]
  readonly transactionResults: RunTxResult[]
  checkpointed: boolean
}

/** What a block's header and withdrawals take, at most. */
const BLOCK_OVERHEAD_BYTES = 4096

/** Transactions run for about so long before the rest of the process has a turn: promises alone give it none. */
const PAUSE_MILLISECONDS = 20

/**
 * Builds the block of a header on `parent` from as many of the transactions as it can take, in the VM, which is in the
 * state and at the hardfork that the block begins with and is left in the state after it.
 *
 * The client's builder makes the block and the system calls. Transactions are not added through it: for each it would copy
 * all those before, and time would grow with their square.
 *
 * @param isFatal - whether the first transaction that can't be taken is thrown
 * @throws {Error} the VM is in an unknown state then
 */
export async function buildOn(
  vm: VM,
  parent: Block,
  header: BlockHeader,
  transactions: readonly TypedTransaction[],
  isFatal: boolean,
): Promise<MinedBlock> {
  const { common } = vm
  const builder = await buildBlock(vm, {
    parentBlock: parent,
    headerData: {
      ...{ timestamp: header.timestamp, coinbase: header.coinbase, gasLimit: header.gasLimit, mixHash: header.mixHash },
      ...optional('baseFeePerGas', header.baseFeePerGas),
      ...optional('excessBlobGas', header.excessBlobGas),
      ...optional('parentBeaconBlockRoot', header.parentBeaconBlockRoot),
    },
    ...(common.isActivatedEIP(4895) ? { withdrawals: [] } : {}),
    blockOpts: { putBlockIntoBlockchain: false },
  })
  const state = builder as unknown as BuilderState
  if (!state.checkpointed) {
    await vm.evm.journal.checkpoint()
    state.checkpointed = true
  }
  const empty = createBlock({ header }, { common })
  const taken: TypedTransaction[] = []
  const refused: RefusedTransaction[] = []
  let bytes = BLOCK_OVERHEAD_BYTES
  let lastPause = performance.now()
  for (const transaction of transactions) {
    try {
      const bare = withoutBlobs(transaction)
      const size = bare.serialize().length
      const blobGas = blobGasOf(bare)
      checkRoom(builder, header, bare, bytes + size, blobGas)
      await checkNonce(vm, bare)
      const result = await runTransaction(vm, bare, empty, builder.gasUsed)
      state.transactionResults.push(result)
      state.transactions.push(bare)
      taken.push(bare)
      builder.gasUsed += result.blockGasSpent
      builder.blobGasUsed += blobGas
      bytes += size
    } catch (error) {
      const reason = toReason(error)
      if (isFatal) throw reason
      refused.push({ transaction, reason })
    }
    if (performance.now() - lastPause > PAUSE_MILLISECONDS) {
      await setImmediate()
      lastPause = performance.now()
    }
  }
  const { block } = await builder.build()
  copySenders(block.transactions as TypedTransaction[], taken)
  const receipts = receiptsOf(block.transactions, state.transactionResults, block.header)
  return { block, receipts, refused }
}

function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })
}

/** The transaction as it is in a block: blobs go another way. */
function withoutBlobs(transaction: TypedTransaction): TypedTransaction {
  if (!(transaction instanceof Blob4844Tx) || transaction.blobs === undefined) return transaction
  const bare = createMinimal4844TxFromNetworkWrapper(transaction, { common: transaction.common })
  copySenders([bare], [transaction])
  return bare
}

function blobGasOf(transaction: TypedTransaction): bigint {
  if (!(transaction instanceof Blob4844Tx)) return 0n
  return BigInt(transaction.numBlobs()) * transaction.common.param('blobGasPerBlob')
}

/** @throws {PostponedError} when the block has no room for the transaction */
function checkRoom(
  builder: BlockBuilder,
  header: BlockHeader,
  { gasLimit }: TypedTransaction,
  bytes: number,
  blobGas: bigint,
) {
  const { common } = header
  if (gasLimit > header.gasLimit) throw new Error('exceeds block gas limit')
  if (gasLimit > header.gasLimit - builder.gasUsed) throw new PostponedError('the block has no gas left for it')
  if (blobGas > 0n && builder.blobGasUsed + blobGas > common.getBlobGasSchedule().maxBlobGasPerBlock)
    throw new PostponedError('the block has no blob gas left for it')
  if (common.isActivatedEIP(7934) && bytes > Number(common.param('maxRlpBlockSize')))
    throw new PostponedError('the block has no bytes left for it')
}

/** @throws {PostponedError} when transactions of the sender are missing before this one */
async function checkNonce(vm: VM, transaction: TypedTransaction): Promise<void> {
  const sender = transaction.getSenderAddress()
  const nonce = (await vm.stateManager.getAccount(sender))?.nonce ?? 0n
  const numbers = `address ${sender}, tx: ${transaction.nonce} state: ${nonce}`
  if (transaction.nonce > nonce) throw new PostponedError(`nonce too high: ${numbers}`)
  if (transaction.nonce < nonce) throw new Error(`nonce too low: ${numbers}`)
}
