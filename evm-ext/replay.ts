import { type Block, createBlockFromRLP } from '@ethereumjs/block'
import { bytesToHex } from '@ethereumjs/util'
import { runBlock } from '@ethereumjs/vm'
import type { TensorGenesis } from './genesis.ts'
import { createGenesisVM, type Machine } from './genesisVM.ts'
import type { Hex } from './input.ts'

/**
 * Runs blocks on a new VM from the genesis block on, as a node that syncs would: each is decoded from its RLP, executed
 * at the hardfork of its number and time, checked against its header (gas, receipts, state) and put in a blockchain that
 * validates it.
 *
 * @returns the state root after each block
 * @throws {Error} at the first block that does not check out
 */
export async function replay(genesis: TensorGenesis, blocks: readonly Block[], machine: Machine): Promise<Hex[]> {
  const { vm, block } = await createGenesisVM(genesis, machine)
  const roots: Hex[] = []
  let parent = block
  for (const given of blocks) {
    const decoded = createBlockFromRLP(given.serialize(), { common: vm.common, setHardfork: true })
    const { stateRoot } = await runBlock(vm, { block: decoded, root: parent.header.stateRoot, setHardfork: true })
    await vm.blockchain.putBlock(decoded)
    roots.push(bytesToHex(stateRoot))
    parent = decoded
  }
  return roots
}
