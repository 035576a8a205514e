import { bytesToHex } from '@ethereumjs/util'
import type { Hex } from '../../evm-ext/index.ts'
import { perNode } from './perNode.ts'

/** A state of the chain that it can be brought back to. */
type Snapshot = { readonly number: bigint; readonly hash: Hex; readonly stateRoot: Uint8Array }

/** Most snapshots of a node; the oldest is given up for another. */
const MAX_SNAPSHOTS = 10_000

/** Snapshots of a node's chain, by the ids that clients know them by. */
export type Snapshots = {
  /** @returns its id: 1, 2, .. */
  take(): Promise<number>
  /**
   * Makes the block of a snapshot the head again, in the state that it had, and sets the clock to its time. The snapshot
   * and those that were taken after it are gone then. Transactions that wait go on waiting.
   *
   * @returns false where there is no such snapshot
   */
  revert(id: number): Promise<boolean>
  /** Those that there are, by id. */
  all(): ReadonlyMap<number, { readonly number: bigint; readonly hash: Hex }>
  clear(): void
}

/** The snapshots of a node. */
export const snapshotsOf = perNode(({ chain, miner }): Snapshots => {
  const snapshots = new Map<number, Snapshot>()
  let last = 0

  // A block that is no longer part of the chain can't be gone back to.
  chain.listen({
    onRewind(head) {
      for (const [id, { number }] of snapshots) if (number > head.header.number) snapshots.delete(id)
    },
  })

  return {
    async take() {
      const block = chain.head()
      const stateRoot = await chain.stateRootAt(block)
      last++
      snapshots.set(last, { number: block.header.number, hash: bytesToHex(block.hash()), stateRoot })
      const [oldest] = snapshots.keys()
      if (snapshots.size > MAX_SNAPSHOTS && oldest !== undefined) snapshots.delete(oldest)
      return last
    },
    async revert(id) {
      const snapshot = snapshots.get(id)
      if (snapshot === undefined) return false
      for (const later of [...snapshots.keys()]) if (later >= id) snapshots.delete(later)
      await chain.rewind(snapshot.number, snapshot.stateRoot)
      miner.setTime(chain.head().header.timestamp)
      return true
    },
    all: () => snapshots,
    clear: () => snapshots.clear(),
  }
})
