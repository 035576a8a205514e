import type { Root } from '../../model/index.ts'
import { perNode } from '../development/perNode.ts'
import { type CheckedModel, checkModel } from './check.ts'

/** Most bytes of model files that a node keeps. Anyone who reaches it may publish. */
const MAX_STORED_BYTES = 4 * 2 ** 30

/** The model files of a node. */
export type StoredModels = {
  /** Bytes of each file. */
  sizes(): Promise<ReadonlyMap<Root, number>>
  file(root: Root): Promise<Uint8Array | undefined>
  /** Keeps a file that was checked. @throws {RangeError} when there is no room for it */
  add(file: Uint8Array, model: CheckedModel): Promise<void>
  /** Calldata that registers a model of the store. */
  registration(root: Root): Promise<CheckedModel['registration'] | undefined>
}

/** The model files of a node, by root. */
export const storedModels = perNode(({ chain: { database } }): StoredModels => {
  const registrations = new Map<Root, CheckedModel['registration']>()
  let known: Promise<Map<Root, number>> | undefined

  const count = async () => {
    const sizes = new Map<Root, number>()
    for await (const [root, file] of database.entries('models')) sizes.set(root as Root, file.length)
    return sizes
  }
  const sizes = () => {
    known ??= count().catch((error) => {
      known = undefined
      throw error
    })
    return known
  }

  const file = (root: Root) => database.get('models', root)

  return {
    sizes,
    file,
    async add(bytes, { root, registration }) {
      const all = await sizes()
      const total = [...all.values()].reduce((sum, size) => sum + size, bytes.length)
      if (!all.has(root) && total > MAX_STORED_BYTES)
        throw new RangeError(`the node keeps at most ${MAX_STORED_BYTES} bytes of models`)
      database.put('models', root, bytes)
      await database.commit()
      all.set(root, bytes.length)
      registrations.set(root, registration)
    },
    async registration(root) {
      const found = registrations.get(root)
      if (found !== undefined) return found
      const bytes = await file(root)
      if (bytes === undefined) return undefined
      const { registration } = await checkModel(bytes)
      registrations.set(root, registration)
      return registration
    },
  }
})
