import type { BlockchainOptions } from '@ethereumjs/blockchain'
import { bytesToUnprefixedHex, type DBObject, hexToBytes, ValueEncoding } from '@ethereumjs/util'
import type { StateEntries } from '../../evm-ext/genesisVM.ts'
import { decodeModel, encodeModel, type ModelStore, modelRoot, type Program } from '../../model/index.ts'
import type { NodeDatabase } from '../database/database.ts'
import type { Layer } from '../database/layer.ts'
import { createRecent } from '../database/recent.ts'

type BlockEntries = NonNullable<BlockchainOptions['db']>

/** Tries write their nodes in hex where they were copied from another trie. */
function toBytes(value: string | Uint8Array): Uint8Array {
  return typeof value === 'string' ? hexToBytes(`0x${value}`) : value
}

/** States in a layer: content under its hash, so nothing is ever changed or removed. */
export function statesIn(layer: Layer): StateEntries {
  // A trie writes what it has read in a checkpoint once more when that is committed.
  const kept = new Set<string>()
  const put = (key: string, value: string | Uint8Array) => {
    if (!kept.has(key)) layer.put('state', key, toBytes(value))
  }
  const entries: StateEntries = {
    async get(key) {
      const value = await layer.get('state', key)
      if (value !== undefined && !layer.has('state', key)) {
        if (kept.size === MAX_KEPT) kept.clear()
        kept.add(key)
      }
      return value
    },
    put: async (key, value) => put(key, value),
    // A trie that was looked up in vain writes that down as a removal.
    del: async () => {},
    async batch(operations) {
      for (const operation of operations) if (operation.type === 'put') put(operation.key, operation.value)
    },
    shallowCopy: () => entries,
    open: async () => {},
  }
  return entries
}

/** Most keys that are known to be in the database. */
const MAX_KEPT = 100_000

/** The states of a database for one who reads; what is written stays here. */
export function readableStates(database: NodeDatabase): StateEntries {
  const written = new Map<string, Uint8Array>()
  const put = (key: string, value: string | Uint8Array) => {
    written.set(key, toBytes(value))
  }
  const entries: StateEntries = {
    get: async (key) => written.get(key) ?? database.get('state', key),
    put: async (key, value) => put(key, value),
    del: async () => {},
    async batch(operations) {
      for (const operation of operations) if (operation.type === 'put') put(operation.key, operation.value)
    },
    shallowCopy: () => entries,
    open: async () => {},
  }
  return entries
}

/** What @ethereumjs/blockchain keeps, in a layer. */
export function blocksIn(layer: Layer): BlockEntries {
  type Key = string | Uint8Array | number
  type Value = string | Uint8Array | DBObject
  const keyOf = (key: Key) => (key instanceof Uint8Array ? bytesToUnprefixedHex(key) : String(key))
  const put = (key: Key, value: Value) => {
    const bytes = value instanceof Uint8Array ? value : new TextEncoder().encode(JSON.stringify(value))
    layer.put('chain', keyOf(key), bytes)
  }
  const entries: BlockEntries = {
    async get(key, options) {
      const bytes = await layer.get('chain', keyOf(key))
      if (bytes === undefined || options?.valueEncoding !== ValueEncoding.JSON) return bytes
      return JSON.parse(new TextDecoder().decode(bytes))
    },
    put: async (key, value) => put(key, value),
    del: async (key) => layer.delete('chain', keyOf(key)),
    async batch(operations) {
      for (const operation of operations)
        if (operation.type === 'put') put(operation.key, operation.value)
        else layer.delete('chain', keyOf(operation.key))
    },
    shallowCopy: () => entries,
    open: async () => {},
  }
  return entries
}

/** Bytes of model files whose programs stay in memory. */
const RECENT_MODEL_BYTES = 256 * 2 ** 20

/** Models in a database. Each is kept as soon as it is put, whatever the chain does meanwhile. */
export function modelsIn(database: NodeDatabase): ModelStore {
  const recent = createRecent<Program>(RECENT_MODEL_BYTES)
  return {
    async put(program) {
      const root = modelRoot(program)
      const file = encodeModel(program)
      database.put('models', root, file)
      await database.commit()
      recent.set(root, program, file.length)
      return root
    },
    async get(given) {
      const root = given.toLowerCase() as typeof given
      const known = recent.get(root)
      if (known !== undefined) return known
      const file = await database.get('models', root)
      if (file === undefined) return undefined
      const program = decodeModel(file)
      const found = modelRoot(program)
      if (found !== root) throw new Error(`${database.name}: the model kept as ${root} has the root ${found}`)
      recent.set(root, program, file.length)
      return program
    },
  }
}
