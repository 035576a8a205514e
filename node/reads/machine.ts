import { type BlockHeader, createBlockHeaderFromRLP } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { MerkleStateManager } from '@ethereumjs/statemanager'
import { paramsTx } from '@ethereumjs/tx'
import { bytesToHex, equalsBytes, hexToBytes } from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import { createStateManager } from '../../evm-ext/genesisVM.ts'
import {
  createTensorCommon,
  createTensorEVM,
  type Hex,
  type TensorEVM,
  type TensorGenesis,
} from '../../evm-ext/index.ts'
import { createRemoteStore } from '../../evm-ext/remoteModels.ts'
import type { Remote } from './remote.ts'
import { createStateView } from './stateView.ts'

/** Hashes of blocks that are kept. */
const MAX_PARENTS = 4096

/** What reads run on: a VM whose state and ancestors of blocks are asked for as they are needed. */
export type ReadMachine = {
  readonly vm: VM
  readonly evm: TensorEVM
  readonly common: Common
  readonly state: MerkleStateManager
  /** The header in RLP. */
  decodeHeader(bytes: Uint8Array): BlockHeader
  /**
   * Goes to the rules of a block.
   *
   * @param child - the block whose ancestors are seen, where the header was changed
   */
  enter(header: BlockHeader, child?: BlockHeader): void
  /** Goes to a state. */
  enterState(root: Uint8Array): Promise<void>
  /** Forgets what the last read has written to the state. */
  leaveState(): void
}

/** A machine of a chain, with a kernel and an arena of its own. */
export async function createReadMachine(genesis: TensorGenesis, remote: Remote): Promise<ReadMachine> {
  const common = createTensorCommon(genesis)
  // Calls are charged like transactions, whose class would bring these to a Common of its own.
  common.updateParams(paramsTx)
  const view = createStateView(remote.state)
  const state = createStateManager(common, view)
  const parents = new Map<Hex, Hex>()
  let child: BlockHeader | undefined
  let root: Uint8Array | undefined
  let decoded: { readonly bytes: Uint8Array; readonly header: BlockHeader } | undefined

  const parentOf = async (hash: Hex): Promise<Hex> => {
    let parent = parents.get(hash)
    if (parent === undefined) {
      const bytes = await remote.parent(hash)
      if (bytes === undefined) throw new Error(`block ${hash} is not known`)
      parent = bytesToHex(bytes)
      if (parents.size === MAX_PARENTS) parents.clear()
      parents.set(hash, parent)
    }
    return parent
  }

  /** By parent hashes, so that every block sees its own ancestors whatever the chain is by now. */
  const hashOf = async (number: bigint): Promise<Uint8Array> => {
    if (child === undefined || number >= child.number) return new Uint8Array(32)
    let hash: Hex = bytesToHex(child.parentHash)
    for (let at = child.number - 1n; at > number; at--) hash = await parentOf(hash)
    return hexToBytes(hash)
  }

  const blockchain = {
    getBlock: async (number: number) => {
      const hash = await hashOf(BigInt(number))
      return { hash: () => hash }
    },
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  }
  const store = createRemoteStore(remote.model)
  const evm = await createTensorEVM({ common, stateManager: state, blockchain, store })
  const vm = await createVM({ common, stateManager: state, evm })

  return {
    vm,
    evm,
    common,
    state,
    decodeHeader(bytes) {
      // Most reads are at the same block, one after another.
      if (decoded === undefined || !equalsBytes(decoded.bytes, bytes))
        decoded = { bytes, header: createBlockHeaderFromRLP(bytes, { common, setHardfork: true }) }
      return decoded.header
    },
    enter(header, lastOfChain = header) {
      child = lastOfChain
      common.setHardforkBy({ blockNumber: header.number, timestamp: header.timestamp })
    },
    async enterState(wanted) {
      if (root !== undefined && equalsBytes(root, wanted)) return
      root = undefined
      await state.setStateRoot(wanted)
      root = wanted
    },
    leaveState() {
      root = undefined
      view.forget()
    },
  }
}
