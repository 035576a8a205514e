import { hexToBytes } from '@ethereumjs/util'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import type { Space } from '../database/database.ts'
import { checkModel } from '../models/check.ts'
import { storedModels } from '../models/stored.ts'
import type { NodeServices } from '../rpc/method.ts'
import { DumpError } from './form.ts'
import { readDump, streamOf } from './read.ts'
import { dumpOf } from './write.ts'

/** Most bytes of a dump that goes over the wire: in hex, a request that loads it fits what the node takes. */
const MAX_DUMP_BYTES = 15 * 2 ** 20

/** Most bytes of such a dump, uncompressed. */
const MAX_TEXT_BYTES = 128 * 2 ** 20

/** Everything that a node has, in the form of a state file. @throws {RangeError} when that is too much for an answer */
export async function dumpBytes({ chain }: NodeServices): Promise<Uint8Array> {
  const parts: Buffer[] = []
  let bytes = 0
  const dump = await dumpOf(chain)
  for await (const part of dump) {
    bytes += (part as Buffer).length
    if (bytes > MAX_DUMP_BYTES) {
      dump.destroy()
      throw new RangeError(`the state takes more than ${MAX_DUMP_BYTES} bytes; start the node with --state instead`)
    }
    parts.push(part as Buffer)
  }
  return Buffer.concat(parts)
}

/**
 * Gives the newest block the state that a dump's newest block had, and the node the dump's models. The chain keeps its
 * own blocks.
 *
 * @throws {DumpError} when it can't be read, or has not what its hashes say
 */
export async function loadState(services: NodeServices, dump: Uint8Array): Promise<void> {
  const { chain } = services
  const states: [string, Uint8Array][] = []
  const models: Uint8Array[] = []
  const onEntry = (space: Space, key: string, value: Uint8Array) => {
    if (space === 'models') models.push(value)
    if (space !== 'state') return
    // Nodes of tries go by their hash, codes by a prefix and theirs.
    if (!key.endsWith(bytesToHex(keccak_256(value)))) throw new DumpError(`damaged: state ${key} has another hash`)
    states.push([key, value])
  }
  const { head } = await readDump(streamOf(dump), onEntry, MAX_TEXT_BYTES)
  for (const file of models) await storedModels(services).add(file, await checkModel(file))
  for (const [key, value] of states) chain.database.put('state', key, value)
  await chain.editState((state) => state.setStateRoot(hexToBytes(head.stateRoot)))
}
