import type { Block } from '@ethereumjs/block'
import { createBlockchain } from '@ethereumjs/blockchain'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  createAddressFromString,
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

/** Writes the accounts of a genesis. */
async function writeAccounts(genesis: TensorGenesis, state: MerkleStateManager): Promise<void> {
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
}

/** A state manager of an empty state in a database. */
class DatabaseStateManager extends MerkleStateManager {
  constructor(opts: ConstructorParameters<typeof MerkleStateManager>[0], database: StateDatabase) {
    super(opts)
    this._trie.database(database, ValueEncoding.Bytes)
  }
}

/** A VM in the state of the genesis block, and what it keeps that state and those after it in. */
export type GenesisVM = { readonly vm: VM; readonly block: Block; readonly database: StateDatabase }

/** A VM with the tensor instructions in the state of the genesis block, over a blockchain that validates blocks. */
export async function createGenesisVM(genesis: TensorGenesis, machine: Machine): Promise<GenesisVM> {
  const common = createTensorCommon(genesis)
  const database = createStateDatabase()
  const stateManager = new DatabaseStateManager({ common, caches: new Caches() }, database)
  await writeAccounts(genesis, stateManager)
  const genesisStateRoot = await stateManager.getStateRoot()
  // The blockchain follows its head's hardfork by itself, so it has a Common of its own.
  const blockchain = await createBlockchain({ common: common.copy(), genesisStateRoot })
  const { store, kernel = createWasmKernel() } = machine
  const evm = await createTensorEVM({ common, stateManager, blockchain, store, kernel })
  const vm = await createVM({ common, stateManager, blockchain, evm })
  return { vm, block: blockchain.genesisBlock, database }
}
