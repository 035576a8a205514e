import type { Block } from '@ethereumjs/block'
import { createFeeMarket1559Tx, type FeeMarket1559Tx } from '@ethereumjs/tx'
import {
  type Address,
  bigIntToBytes,
  bytesToHex,
  createAddressFromPublicKey,
  privateToPublic,
  setLengthLeft,
} from '@ethereumjs/util'
import { buildBlock, type RunTxResult, type VM } from '@ethereumjs/vm'
import type { Kernel } from '../kernel/index.ts'
import { createMemoryStore, type ModelStore, type Program, type Root, registrationOf } from '../model/index.ts'
import { type CallRequest, MAX_TRANSACTION_GAS, type Outcome, outcomeOf, readCall, runMessage } from './call.ts'
import { defaultGenesis, developmentAccounts, type TensorGenesis } from './genesis.ts'
import { createGenesisVM } from './genesisVM.ts'
import { type BytesLike, type Hex, readAddress, readBytes, readGas, readPrivateKey } from './input.ts'
import { encodeRegistration, REGISTRAR_SLOT, registrationRefusal } from './registry.ts'
import type { StateDatabase } from './stateDatabase.ts'
import { copyVM } from './tensorEVM.ts'

export type ChainOptions = {
  /** {@link defaultGenesis} unless given. */
  readonly genesis?: TensorGenesis
  /** Where the bytes of models are; a new store in memory unless given. */
  readonly store?: ModelStore
  /** What computes tensors; a WebAssembly kernel unless given. One chain's calls never overlap, so they share it. */
  readonly kernel?: Kernel
}

export type TransactionRequest = {
  /** Private key of the sender; the first development account unless given. */
  readonly from?: BytesLike
  /** Left out to create a contract. */
  readonly to?: string
  readonly data?: BytesLike
  /** Wei. */
  readonly value?: bigint
  /** {@link MAX_TRANSACTION_GAS}, or the block's gas limit where that is less, unless given. */
  readonly gasLimit?: bigint | number
}

/** What became of a transaction. */
export type Receipt = Outcome & {
  readonly transactionHash: Hex
  readonly blockNumber: bigint
  /** Gas paid for, intrinsic gas included. */
  readonly gasUsed: bigint
  /** Address of the contract that the transaction created. */
  readonly contractAddress: Hex | undefined
}

/**
 * A development chain in this process: an Ethereum VM with the tensor instructions, blocks that are validated and kept.
 * Operations run one after another in the order in which they were asked for.
 */
export type Chain = {
  readonly genesis: TensorGenesis
  readonly store: ModelStore
  /** The VM itself. Use {@link copyVM} to run something on it beside the chain. */
  readonly vm: VM
  /** The states of all blocks. */
  readonly database: StateDatabase
  /**
   * Signs an EIP-1559 transaction and mines it in a block of its own.
   *
   * @throws {MissingModelError} when it loads a model whose bytes the store lacks; the chain is as before
   * @throws {Error} when it can't be part of a block, for instance for want of funds; the chain is as before
   */
  sendTransaction(request: TransactionRequest): Promise<Receipt>
  /** Mines transactions in one block. One that can't be part of it fails them all. */
  sendTransactions(requests: readonly TransactionRequest[]): Promise<Receipt[]>
  /** Creates a contract. @throws {Error} when its creation fails */
  deploy(
    bytecode: BytesLike,
    request?: Omit<TransactionRequest, 'to' | 'data'>,
  ): Promise<Receipt & { readonly contractAddress: Hex }>
  /**
   * Runs a message call in the state and block of the head; nothing of it stays.
   *
   * @returns `gasUsed` without the intrinsic gas of a transaction
   */
  call(request: CallRequest): Promise<Outcome & { readonly gasUsed: bigint }>
  /** Puts a model in the store and registers it. @throws {Error} when the registry refuses it */
  registerModel(
    program: Program,
    request?: Omit<TransactionRequest, 'to' | 'data'>,
  ): Promise<Receipt & { readonly root: Root }>
  /** Timestamp of the next block in seconds. Blocks after it are one second apart, as are those before. */
  setNextBlockTimestamp(timestamp: number): void
  /** Mines a block without transactions. */
  mine(): Promise<Block>
  /** Wei that an account has. */
  balance(address: string): Promise<bigint>
  /** The newest block; the genesis block at first. */
  head(): Block
  /** State root of the head. */
  stateRoot(): Hex
  /** The blocks after the genesis block. */
  blocks(): readonly Block[]
}

/** A private key and what follows from it. */
type Sender = { readonly key: Uint8Array; readonly publicKey: Uint8Array; readonly address: Address }

/** Starts a development chain. @throws {Error} when its genesis block is before Shanghai */
export async function createChain(options: ChainOptions = {}): Promise<Chain> {
  const { genesis = defaultGenesis(), store = createMemoryStore(), kernel } = options
  const { vm, block, database } = await createGenesisVM(genesis, { store, kernel })
  const { common } = vm
  if (!common.gteHardfork('shanghai'))
    throw new Error(`a development chain starts at Shanghai or later: config.shanghaiTime is after the genesis block`)
  // Calls run here, so that no failure of one can touch the chain.
  const reader = await copyVM(vm)
  const chain: Block[] = [block]
  const defaultKey = developmentAccounts[0]?.privateKey as Uint8Array
  const senders = new Map<Hex, Sender>()
  const head = () => chain.at(-1) as Block
  let nextTimestamp: bigint | undefined
  let readAt = block
  let queue: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task)
    queue = result.catch(() => undefined)
    return result
  }

  const senderOf = (given: BytesLike): Sender => {
    const key = readPrivateKey(given, 'from')
    const id = bytesToHex(key)
    const known = senders.get(id)
    if (known !== undefined) return known
    const publicKey = privateToPublic(key)
    const sender = { key, publicKey, address: createAddressFromPublicKey(publicKey) }
    senders.set(id, sender)
    return sender
  }

  const sign = async (request: TransactionRequest, nonces: Map<Sender, bigint>) => {
    const sender = senderOf(request.from ?? defaultKey)
    const nonce = nonces.get(sender) ?? (await vm.stateManager.getAccount(sender.address))?.nonce ?? 0n
    nonces.set(sender, nonce + 1n)
    const { gasLimit: blockGasLimit } = head().header
    const most = blockGasLimit < MAX_TRANSACTION_GAS ? blockGasLimit : MAX_TRANSACTION_GAS
    const unsigned = createFeeMarket1559Tx(
      {
        chainId: common.chainId(),
        nonce,
        maxFeePerGas: head().header.calcNextBaseFee(),
        maxPriorityFeePerGas: 0n,
        gasLimit: readGas(request.gasLimit ?? most, 'gasLimit', most),
        ...(request.to === undefined ? {} : { to: readAddress(request.to, 'to') }),
        value: request.value ?? 0n,
        data: readBytes(request.data, 'data'),
      },
      { common },
    )
    const transaction = unsigned.sign(sender.key)
    transaction.cache.senderPubKey = sender.publicKey
    return transaction
  }

  /** Makes a block of transactions and leaves the VM in the state after it; after a failure in the state before. */
  const buildOn = async (parent: Block, timestamp: bigint, requests: readonly TransactionRequest[]) => {
    const nonces = new Map<Sender, bigint>()
    const transactions: FeeMarket1559Tx[] = []
    for (const request of requests) transactions.push(await sign(request, nonces))
    const builder = await buildBlock(vm, {
      parentBlock: parent,
      headerData: {
        ...{ timestamp, gasLimit: parent.header.gasLimit, coinbase: parent.header.coinbase },
        ...(common.isActivatedEIP(4788) ? { parentBeaconBlockRoot: new Uint8Array(32) } : {}),
      },
      withdrawals: [],
      blockOpts: { putBlockIntoBlockchain: false },
    })
    try {
      const results: RunTxResult[] = []
      for (const transaction of transactions) results.push(await builder.addTransaction(transaction))
      const { block } = await builder.build()
      // The block holds copies of the transactions. Its validation would recover each sender from the signature made
      // above, which takes as long as all the rest.
      block.transactions.forEach((copy, index) => {
        copy.cache.senderPubKey = transactions[index]?.cache.senderPubKey as Uint8Array
      })
      return { block, results }
    } catch (error) {
      await builder.revert()
      throw error
    }
  }

  const mineBlock = async (requests: readonly TransactionRequest[]): Promise<Receipt[]> => {
    const parent = head()
    const blockNumber = parent.header.number + 1n
    const timestamp = nextTimestamp ?? parent.header.timestamp + 1n
    common.setHardforkBy({ blockNumber, timestamp })
    try {
      const { block, results } = await buildOn(parent, timestamp, requests)
      await vm.blockchain.putBlock(block)
      chain.push(block)
      nextTimestamp = undefined
      return results.map((result, index) => ({
        ...outcomeOf(result.execResult),
        transactionHash: bytesToHex(block.transactions[index]?.hash() as Uint8Array),
        blockNumber,
        gasUsed: result.totalGasSpent,
        contractAddress: result.createdAddress && bytesToHex(result.createdAddress.bytes),
      }))
    } catch (error) {
      common.setHardforkBy({ blockNumber: parent.header.number, timestamp: parent.header.timestamp })
      await vm.stateManager.setStateRoot(parent.header.stateRoot)
      throw error
    }
  }

  const sendTransaction = async (request: TransactionRequest) =>
    (await inTurn(() => mineBlock([request])))[0] as Receipt

  const registrar = () =>
    inTurn(async () => {
      const registry = readAddress(genesis.registry, 'registry')
      const stored = await vm.stateManager.getStorage(registry, setLengthLeft(bigIntToBytes(REGISTRAR_SLOT), 32))
      return bytesToHex(setLengthLeft(stored, 20))
    })

  const refusal = async (root: Root, receipt: Receipt): Promise<Error> => {
    const what = `model ${root} was not registered`
    const reason = registrationRefusal(receipt.returnValue, await registrar())
    return reason === undefined ? failure(what, receipt) : new Error(`${what}: ${reason}`)
  }

  return {
    genesis,
    store,
    vm,
    database,
    sendTransaction,
    sendTransactions: (requests) => inTurn(() => mineBlock(requests)),
    async deploy(bytecode, request = {}) {
      const receipt = await sendTransaction({ ...request, data: readBytes(bytecode, 'bytecode') })
      const { contractAddress } = receipt
      if (receipt.status === 0 || contractAddress === undefined) throw failure('the contract was not created', receipt)
      return { ...receipt, contractAddress }
    },
    call: (request) =>
      inTurn(async () => {
        const { header } = head()
        if (readAt !== head()) {
          reader.common.setHardforkBy({ blockNumber: header.number, timestamp: header.timestamp })
          await reader.stateManager.setStateRoot(header.stateRoot)
          readAt = head()
        }
        return runMessage(reader, head(), readCall(request))
      }),
    async registerModel(program, request = {}) {
      const root = await store.put(program)
      const data = encodeRegistration(registrationOf(program))
      const receipt = await sendTransaction({ ...request, to: genesis.registry, data })
      if (receipt.status === 0) throw await refusal(root, receipt)
      return { ...receipt, root }
    },
    setNextBlockTimestamp(timestamp) {
      const last = head().header.timestamp
      if (!Number.isSafeInteger(timestamp) || BigInt(timestamp) <= last)
        throw new RangeError(`timestamp: expected an integer above ${last}, the head's, found ${timestamp}`)
      nextTimestamp = BigInt(timestamp)
    },
    mine: () => inTurn(async () => mineBlock([]).then(head)),
    balance: (address) =>
      inTurn(async () => (await vm.stateManager.getAccount(readAddress(address, 'address')))?.balance ?? 0n),
    head,
    stateRoot: () => bytesToHex(head().header.stateRoot),
    blocks: () => chain.slice(1),
  }
}

function failure(what: string, { error, returnValue }: Receipt): Error {
  const data = returnValue.length > 0 ? `, data ${bytesToHex(returnValue)}` : ''
  return new Error(`${what}: ${error}${data}`)
}
