import type { Block } from '@ethereumjs/block'
import { createBlockchain } from '@ethereumjs/blockchain'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import { Account, createAddressFromString, hexToBytes, type PrefixedHexString, unpadBytes } from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import { createReferenceKernel, type Kernel } from '../kernel/index.ts'
import type { ModelStore } from '../model/index.ts'
import { createTensorCommon, type TensorGenesis } from './genesis.ts'
import { createTensorEVM } from './tensorEVM.ts'

/** What a machine brings to a chain: the bytes of models, and how tensors are computed. Neither is part of consensus. */
export type Machine = {
  readonly store: ModelStore
  /** The reference unless given. Copies of the VM share it. */
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

/** A VM with the tensor instructions in the state of the genesis block, over a blockchain that validates blocks. */
export async function createGenesisVM(genesis: TensorGenesis, machine: Machine): Promise<{ vm: VM; block: Block }> {
  const common = createTensorCommon(genesis)
  const stateManager = new MerkleStateManager({ common, caches: new Caches() })
  await writeAccounts(genesis, stateManager)
  const genesisStateRoot = await stateManager.getStateRoot()
  // The blockchain follows its head's hardfork by itself, so it has a Common of its own.
  const blockchain = await createBlockchain({ common: common.copy(), genesisStateRoot })
  const { store, kernel = createReferenceKernel() } = machine
  const evm = await createTensorEVM({ common, stateManager, blockchain, store, kernel })
  const vm = await createVM({ common, stateManager, blockchain, evm })
  return { vm, block: blockchain.genesisBlock }
}
