/**
 * What a node keeps, by kind: nodes of state tries and codes by hash, what @ethereumjs/blockchain keeps, receipts by block
 * hash, places of transactions by hash, model files by root, and facts about the node itself.
 */
export type Space = 'state' | 'chain' | 'receipts' | 'transactions' | 'models' | 'node'

/**
 * Keys and values of a node. What is written is seen at once by whoever reads, but kept only from the next commit on,
 * which is atomic: a process that is killed finds the state of a commit again, never a part of one.
 *
 * Keys are ASCII. Bytes that come out are not to be changed.
 */
export type NodeDatabase = {
  /** Where it is, for messages. */
  readonly name: string
  get(space: Space, key: string): Promise<Uint8Array | undefined>
  put(space: Space, key: string, value: Uint8Array): void
  delete(space: Space, key: string): void
  /** Keeps everything that was written since the last commit. What a commit that fails was to keep is dropped. */
  commit(): Promise<void>
  /** Entries of a space in the order of their keys, those that are not committed included. */
  entries(space: Space): AsyncIterable<readonly [key: string, value: Uint8Array]>
  /** Commits and lets go of what the database holds. */
  close(): Promise<void>
}
