import { bytesToHex, createAddressFromString, setLengthLeft } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Hex } from '../../evm-ext/index.ts'
import { REGISTRAR_SLOT } from '../../evm-ext/registry.ts'
import type { Root } from '../../model/index.ts'
import { encodeWords } from '../../model/records.ts'
import type { NodeServices } from '../rpc/method.ts'

/** Storage slot of the registry's mapping from roots to lengths. */
const MAPPING_SLOT = 0n

/** What the registry says at the newest block. */
export type Registry = {
  isRegistered(root: Root): Promise<boolean>
  /** Who may register models; the zero address for anyone. */
  registrar(): Promise<Hex>
}

/** Reads the registry in the state of the newest block. */
export async function readRegistry({ chain }: Pick<NodeServices, 'chain'>): Promise<Registry> {
  const state = await chain.stateAt(chain.head())
  const registry = createAddressFromString(chain.genesis.registry)
  return {
    async isRegistered(root) {
      const slot = keccak_256(encodeWords([BigInt(root), MAPPING_SLOT]))
      return (await state.getStorage(registry, slot)).some((byte) => byte !== 0)
    },
    async registrar() {
      const stored = await state.getStorage(registry, encodeWords([REGISTRAR_SLOT]))
      return bytesToHex(setLengthLeft(stored, 20))
    },
  }
}
