import { startNode } from '../../../node/index.ts'

// A node in a process of its own, which tells its parent where it listens and how much memory it takes.

/** Memory of a process, in bytes. */
export type MemorySample = {
  /** Milliseconds since the process began. */
  readonly at: number
  readonly resident: number
  /** JavaScript objects that are in use, in the main thread. */
  readonly heap: number
  /** Buffers outside the heap. */
  readonly buffers: number
}

export type NodeReport =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'memory'; readonly sample: MemorySample }
  /** What the node says of itself. */
  | { readonly kind: 'log'; readonly line: string }

const SAMPLE_MILLISECONDS = 5000

const tell = (report: NodeReport) => process.send?.(report)
const [dataDirectory, accounts] = process.argv.slice(2)
const node = await startNode({
  ...{ port: 0, accounts: Number(accounts) },
  ...(dataDirectory ? { dataDirectory } : {}),
  log: (line) => tell({ kind: 'log', line }),
})
const collect = globalThis.gc
if (collect === undefined) throw new Error('nodeChild.ts is run by startChildNode, with --expose-gc')
const sampling = setInterval(() => {
  // What nobody uses any more stays for as long as there is room, and says nothing.
  collect()
  const { rss: resident, heapUsed: heap, external: buffers } = process.memoryUsage()
  tell({ kind: 'memory', sample: { at: performance.now(), resident, heap, buffers } })
}, SAMPLE_MILLISECONDS)
process.on('message', async () => {
  clearInterval(sampling)
  await node.close()
  process.disconnect()
})
tell({ kind: 'ready', url: node.url })
