import { feesOf, tipAt } from './fees.ts'
import type { Entry } from './sender.ts'

/** A sender's transactions that are not taken yet, and what the first of them pays. */
type Queue = { readonly entries: readonly Entry[]; next: number; tip: bigint }

/**
 * Transactions in the order in which a block takes them: of those that come first among their sender's the best paying,
 * then the one that came first. A sender's go on until one does not pay what the block asks.
 *
 * @param senders - each sender's transactions that may be mined, in order of nonce
 */
export function inOrder(
  senders: Iterable<readonly Entry[]>,
  baseFeePerGas: bigint,
  blobBaseFee: bigint,
): readonly Entry[] {
  const pays = ({ transaction }: Entry) => {
    const fees = feesOf(transaction)
    const isBlobPaid = fees.maxFeePerBlobGas === undefined || fees.maxFeePerBlobGas >= blobBaseFee
    return isBlobPaid ? tipAt(fees, baseFeePerGas) : -1n
  }
  // The next to be taken is the last.
  const queues: Queue[] = []
  const insert = (queue: Queue) => {
    const entry = queue.entries[queue.next]
    if (entry === undefined) return
    queue.tip = pays(entry)
    if (queue.tip < 0n) return
    let [low, high] = [0, queues.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(queues[middle] as Queue, queue)) high = middle
      else low = middle + 1
    }
    queues.splice(low, 0, queue)
  }
  for (const entries of senders) insert({ entries, next: 0, tip: 0n })
  const ordered: Entry[] = []
  for (let queue = queues.pop(); queue !== undefined; queue = queues.pop()) {
    ordered.push(queue.entries[queue.next++] as Entry)
    insert(queue)
  }
  return ordered
}

function isBefore(a: Queue, b: Queue): boolean {
  if (a.tip !== b.tip) return a.tip > b.tip
  return (a.entries[a.next] as Entry).arrival < (b.entries[b.next] as Entry).arrival
}
