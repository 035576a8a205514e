import type { Block } from '@ethereumjs/block'
import { type Blockchain, type BlockchainOptions, createBlockchain } from '@ethereumjs/blockchain'
import type { Common } from '@ethereumjs/common'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  createAddressFromString,
  type DB,
  hexToBytes,
  type PrefixedHexString,
  unpadBytes,
  ValueEncoding,
} from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import { createWasmKernel, type Kernel } from '../kernel/index.ts'
import type { ModelStore } from '../model/index.ts'
import { createTensorCommon, type TensorGenesis } from './genesis.ts'
import { createStateDatabase, type StateDatabase } from './stateDatabase.ts'
import { createTensorEVM } from './tensorEVM.ts'

/** What a machine brings to a chain: the bytes of models, and how tensors are computed. Neither is part of consensus. */
export type Machine = {
  readonly store: ModelStore
  /** A WebAssembly kernel unless given. Copies of the VM share it. */
  readonly kernel?: Kernel | undefined
}

/** Writes the accounts of a genesis. @returns the root of their state */
export async function writeGenesisState(genesis: TensorGenesis, state: MerkleStateManager): Promise<Uint8Array> {
  for (const [key, { balance, nonce, code, storage }] of Object.entries(genesis.geth.alloc)) {
    const address = createAddressFromString(key)
    await state.putAccount(address, new Account(BigInt(nonce ?? 0), BigInt(balance)))
    if (code !== undefined && code !== '0x') await state.putCode(address, hexToBytes(code as PrefixedHexString))
    for (const [slot, value] of Object.entries(storage ?? {}))
      await state.putStorage(
        address,
        hexToBytes(slot as PrefixedHexString),
        unpadBytes(hexToBytes(value as PrefixedHexString)),
      )
  }
  await state.flush()
  return state.getStateRoot()
}

/** What keeps nodes of state tries and codes, by hash. */
export type StateEntries = DB<string, string | Uint8Array>

/** A state manager of an empty state in a database. */
class DatabaseStateManager extends MerkleStateManager {
  constructor(opts: ConstructorParameters<typeof MerkleStateManager>[0], database: StateEntries) {
    super(opts)
    this._trie.database(database, ValueEncoding.Bytes)
  }
}

/** A state manager over a database, in the state of an empty trie until its root is set. */
export function createStateManager(common: Common, database: StateEntries): MerkleStateManager {
  return new DatabaseStateManager({ common, caches: new Caches() }, database)
}

/** What a VM keeps its chain in. */
export type Storage = {
  readonly states: StateEntries
  /** Root of the genesis block's state, which `states` has. */
  readonly genesisStateRoot: Uint8Array
  /** Of blocks; in memory unless given. */
  readonly blocks?: NonNullable<BlockchainOptions['db']>
  /** Whether the blockchain checks the header of each block; it does unless told otherwise. */
  readonly validateBlocks?: boolean
}

/** A VM with the tensor instructions over a blockchain, both in what a database holds; its state is the genesis block's. */
export async function createStoredVM(
  common: Common,
  machine: Machine,
  storage: Storage,
): Promise<{ readonly vm: VM; readonly blockchain: Blockchain }> {
  const { states, genesisStateRoot, blocks, validateBlocks = true } = storage
  const stateManager = createStateManager(common, states)
  await stateManager.setStateRoot(genesisStateRoot)
  // The blockchain follows its head's hardfork by itself, so it has a Common of its own.
  const blockchain = await createBlockchain({
    common: common.copy(),
    genesisStateRoot,
    validateBlocks,
    ...(blocks ? { db: blocks } : {}),
  })
  const { store, kernel = createWasmKernel() } = machine
  const evm = await createTensorEVM({ common, stateManager, blockchain, store, kernel })
  return { vm: await createVM({ common, stateManager, blockchain, evm }), blockchain }
}

/** A VM in the state of the genesis block, and what it keeps that state and those after it in. */
export type GenesisVM = { readonly vm: VM; readonly block: Block; readonly database: StateDatabase }

/** A VM with the tensor instructions in the state of the genesis block, over a blockchain that validates blocks. */
export async function createGenesisVM(genesis: TensorGenesis, machine: Machine): Promise<GenesisVM> {
  const common = createTensorCommon(genesis)
  const database = createStateDatabase()
  const genesisStateRoot = await writeGenesisState(genesis, createStateManager(common, database))
  const { vm, blockchain } = await createStoredVM(common, machine, { states: database, genesisStateRoot })
  return { vm, block: blockchain.genesisBlock, database }
}
