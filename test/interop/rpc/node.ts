import type { Block } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { createFeeMarket1559Tx, createTxFromRLP, type TypedTransaction } from '@ethereumjs/tx'
import { type Address, bytesToHex } from '@ethereumjs/util'
import { buildBlock, type RunTxResult, runTx, type VM } from '@ethereumjs/vm'
import { type CallResult, MAX_TRANSACTION_GAS, type Outcome, outcomeOf, runMessage } from '../../../evm-ext/call.ts'
import { createGenesisVM } from '../../../evm-ext/genesisVM.ts'
import { copyVM, defaultGenesis, developmentAccounts, type Hex } from '../../../evm-ext/index.ts'
import { createMemoryStore } from '../../../model/index.ts'

/** A transaction in its block, which has no other. */
export type Mined = {
  readonly block: Block
  readonly transaction: TypedTransaction
  readonly outcome: Outcome
  readonly result: RunTxResult
}

/** A message call, or the creation of a contract where `to` is missing. */
export type CallMessage = {
  readonly from: Address
  readonly to: Address | undefined
  readonly data: Uint8Array
  readonly value: bigint
  readonly gasLimit: bigint
}

/** A chain that takes signed transactions and mines each in a block of its own. What it is asked runs in turn. */
export type Node = {
  readonly common: Common
  head(): Block
  /** A block by number or hash. */
  block(id: bigint | Hex): Block | undefined
  transaction(hash: Hex): Mined | undefined
  /** The transaction of a block, if it has one. */
  transactionOf(block: Block): Mined | undefined
  /**
   * Mines a signed transaction.
   *
   * @returns its hash
   * @throws {Error} when it can't be part of a block: bad signature, other chain, wrong nonce, no funds, too little gas
   */
  sendRaw(bytes: Uint8Array): Promise<Hex>
  /** Signs a transaction of a development account, mines it and gives its hash. @throws {Error} as `sendRaw` does */
  send(message: CallMessage): Promise<Hex>
  /** Runs a call in the state after a block; nothing of it stays. */
  call(message: CallMessage, block: Block): Promise<CallResult>
  /** Runs a transaction as if it were signed, in the state of the head, with a gas limit of its own. */
  tryTransaction(message: CallMessage): Promise<Outcome & { readonly gasUsed: bigint }>
  /** What reads the state after a block, as long as `read` runs. */
  inState<T>(block: Block, read: (state: VM['stateManager']) => Promise<T>): Promise<T>
}

/** Starts a node on the development genesis. */
export async function createNode(): Promise<Node> {
  const { vm, block: genesis } = await createGenesisVM(defaultGenesis(), { store: createMemoryStore() })
  const { common } = vm
  // What is only tried runs here, so that nothing of it reaches the chain.
  const reader = await copyVM(vm)
  const blocks: Block[] = [genesis]
  const byHash = new Map<Hex, Block>([[bytesToHex(genesis.hash()), genesis]])
  const transactions = new Map<Hex, Mined>()
  const head = () => blocks.at(-1) as Block
  let queue: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task)
    queue = result.catch(() => undefined)
    return result
  }

  const mine = async (transaction: TypedTransaction): Promise<Hex> => {
    const parentBlock = head()
    const { header } = parentBlock
    const builder = await buildBlock(vm, {
      parentBlock,
      headerData: {
        timestamp: header.timestamp + 1n,
        gasLimit: header.gasLimit,
        parentBeaconBlockRoot: new Uint8Array(32),
      },
      withdrawals: [],
      blockOpts: { putBlockIntoBlockchain: false },
    })
    try {
      const result = await builder.addTransaction(transaction)
      const { block } = await builder.build()
      await vm.blockchain.putBlock(block)
      blocks.push(block)
      byHash.set(bytesToHex(block.hash()), block)
      const hash = bytesToHex(transaction.hash())
      transactions.set(hash, { block, transaction, outcome: outcomeOf(result.execResult), result })
      return hash
    } catch (error) {
      await builder.revert()
      throw error
    }
  }

  const setState = async ({ header }: Block) => {
    reader.common.setHardforkBy({ blockNumber: header.number, timestamp: header.timestamp })
    await reader.stateManager.setStateRoot(header.stateRoot)
  }

  const unsigned = ({ to, data, value, gasLimit }: CallMessage, nonce: bigint, maxFeePerGas: bigint) =>
    createFeeMarket1559Tx(
      {
        ...{ chainId: common.chainId(), nonce, data, value, gasLimit },
        ...(to === undefined ? {} : { to }),
        ...{ maxFeePerGas, maxPriorityFeePerGas: 0n },
      },
      { common, freeze: false },
    )

  return {
    common,
    head,
    block: (id) => (typeof id === 'bigint' ? blocks[Number(id)] : byHash.get(id)),
    transaction: (hash) => transactions.get(hash),
    transactionOf: (block) => {
      const [transaction] = block.transactions
      return transaction && transactions.get(bytesToHex(transaction.hash()))
    },
    sendRaw: (bytes) =>
      inTurn(async () => {
        const transaction = createTxFromRLP(bytes, { common })
        if (!transaction.verifySignature()) throw new Error('invalid signature')
        return mine(transaction)
      }),
    send: (message) =>
      inTurn(async () => {
        const account = developmentAccounts.find(({ address }) => address === message.from.toString())
        if (account === undefined) throw new Error(`no key of ${message.from}`)
        const nonce = (await vm.stateManager.getAccount(message.from))?.nonce ?? 0n
        return mine(unsigned(message, nonce, head().header.calcNextBaseFee()).sign(account.privateKey))
      }),
    call: (message, block) =>
      inTurn(async () => {
        await setState(block)
        const { to } = message
        if (to !== undefined) return runMessage(reader, block, { ...message, to })
        const { from: caller, data, value, gasLimit } = message
        const { journal } = reader.evm
        await journal.checkpoint()
        try {
          const { execResult } = await reader.evm.runCall({ caller, data, value, gasLimit, block, skipBalance: true })
          return { ...outcomeOf(execResult), gasUsed: execResult.executionGasUsed }
        } finally {
          await journal.revert()
          journal.cleanJournal()
        }
      }),
    tryTransaction: (message) =>
      inTurn(async () => {
        await setState(head())
        const tx = unsigned(message, 0n, head().header.baseFeePerGas ?? 0n)
        tx.getSenderAddress = () => message.from
        const skip = { skipNonce: true, skipBalance: true, skipHardForkValidation: true }
        const { execResult, totalGasSpent } = await runTx(reader, { tx, block: head(), ...skip })
        return { ...outcomeOf(execResult), gasUsed: totalGasSpent }
      }),
    inState: (block, read) =>
      inTurn(async () => {
        await setState(block)
        return read(reader.stateManager)
      }),
  }
}

/**
 * Least gas limit with which a transaction succeeds, at most one part in 64 too high.
 *
 * @throws what `fail` gives for the outcome of a transaction that fails with all the gas that it may have
 */
export async function estimateGas(
  node: Node,
  message: CallMessage,
  fail: (outcome: Outcome) => Error,
): Promise<bigint> {
  const most = message.gasLimit < MAX_TRANSACTION_GAS ? message.gasLimit : MAX_TRANSACTION_GAS
  const first = await node.tryTransaction({ ...message, gasLimit: most })
  if (first.status === 0) throw fail(first)
  let [low, high] = [first.gasUsed - 1n, most]
  while (high - low > 1n && (high - low) * 64n > high) {
    const gasLimit = (low + high) / 2n
    // Too little for the transaction itself is an exception, for what it does a status.
    const outcome = await node.tryTransaction({ ...message, gasLimit }).catch(() => undefined)
    if (outcome?.status === 1) high = gasLimit
    else low = gasLimit
  }
  return high
}
