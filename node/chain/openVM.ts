import { type Blockchain, createBlockchain } from '@ethereumjs/blockchain'
import { bytesToHex } from '@ethereumjs/util'
import type { VM } from '@ethereumjs/vm'
import { createStateManager, createStoredVM, type Machine, writeGenesisState } from '../../evm-ext/genesisVM.ts'
import { createTensorCommon, type TensorGenesis } from '../../evm-ext/index.ts'
import { createStateDatabase } from '../../evm-ext/stateDatabase.ts'
import type { NodeDatabase } from '../database/database.ts'
import type { Layer } from '../database/layer.ts'
import { writeRecord } from './records.ts'
import { blocksIn, statesIn } from './stores.ts'

/** A VM and the blocks that it knows, in the state of some block. */
type Execution = { readonly vm: VM; readonly blockchain: Blockchain }

/** Makes an {@link Execution} of what a layer holds, however often. */
export type OpenExecution = () => Promise<Execution>

const GENESIS_KEY = 'genesis'

/**
 * Begins a chain in a database, or goes on with the one that is there.
 *
 * @returns what opens it
 * @throws {Error} when the database has the blocks of another genesis
 */
export async function openChain(
  genesis: TensorGenesis,
  database: NodeDatabase,
  layer: Layer,
  machine: Machine,
): Promise<OpenExecution> {
  const common = createTensorCommon(genesis)
  const entries = createStateDatabase()
  const genesisStateRoot = await writeGenesisState(genesis, createStateManager(common, entries))
  const { genesisBlock } = await createBlockchain({ common, genesisStateRoot })
  const hash = bytesToHex(genesisBlock.hash())
  const states = statesIn(layer)
  const open = () =>
    createStoredVM(createTensorCommon(genesis), machine, {
      ...{ states, genesisStateRoot, blocks: blocksIn(layer) },
      // Blocks are checked where they are imported; those that are made here may break rules on purpose.
      validateBlocks: false,
    })
  const known = await database.get('node', GENESIS_KEY)
  if (known === undefined) {
    for (const [key, value] of entries.entries) await states.put(key, value)
    await open()
    writeRecord(layer, { block: genesisBlock, receipts: [] })
    layer.put('node', GENESIS_KEY, new TextEncoder().encode(hash))
    await layer.apply()
  } else if (new TextDecoder().decode(known) !== hash) {
    const found = new TextDecoder().decode(known)
    throw new Error(`${database.name}: expected the blocks of this configuration, genesis ${hash}, found ${found}`)
  }
  return open
}
