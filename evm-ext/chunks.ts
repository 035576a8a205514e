import type { TensorParameters } from '../gas-model/index.ts'
import { chunkGas, chunkRange } from '../gas-model/index.ts'
import type { ModelRange } from '../isa/index.ts'

/** Chunks of a model that an instruction reads, and what they cost. */
export type ChunkAccess = { readonly gas: number; readonly root: bigint; readonly cold: readonly number[] }

/** The model chunks that a transaction has read, as EIP-2929 keeps accounts and storage slots. */
export type WarmChunks = {
  /** Prices an access without making it. */
  price(root: bigint, range: ModelRange, parameters: TensorParameters): ChunkAccess
  /** Makes the chunks of an access warm. */
  warm(access: ChunkAccess): void
  /** A mark to roll back to. */
  mark(): number
  /** Makes the chunks cold again that were warmed after the mark. */
  rollBack(mark: number): void
}

/** A set of warm chunks, empty. */
export function createWarmChunks(): WarmChunks {
  const warmOf = new Map<bigint, Set<number>>()
  const journal: { readonly root: bigint; readonly chunk: number }[] = []

  return {
    price(root, { firstByte, length }, parameters) {
      const warm = warmOf.get(root)
      const { first, last } = chunkRange(firstByte, length)
      const cold: number[] = []
      for (let chunk = first; chunk <= last; chunk++) if (!warm?.has(chunk)) cold.push(chunk)
      return { gas: chunkGas(cold.length, last - first + 1 - cold.length, parameters), root, cold }
    },
    warm({ root, cold }) {
      const warm = warmOf.get(root) ?? new Set()
      warmOf.set(root, warm)
      for (const chunk of cold) {
        warm.add(chunk)
        journal.push({ root, chunk })
      }
    },
    mark: () => journal.length,
    rollBack(mark) {
      for (const { root, chunk } of journal.splice(mark)) warmOf.get(root)?.delete(chunk)
      if (mark === 0) warmOf.clear()
    },
  }
}
