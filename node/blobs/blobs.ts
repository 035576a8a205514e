import type { Hex } from '../../evm-ext/index.ts'
import { startThread } from '../../evm-ext/thread.ts'
import type { BlobOrder, BlobReply, Sidecar } from './messages.ts'

export type { Sidecar } from './messages.ts'

/** Most orders that wait for the one under way. */
const MAX_WAITING = 64

/** Blobs that are not what is said of them, or can't be looked at now. */
export class BlobError extends Error {
  override readonly name = 'BlobError'
}

let queue: Promise<unknown> = Promise.resolve()
let waiting = 0

function carryOut(order: BlobOrder): Promise<Sidecar | undefined> {
  return new Promise((resolve, reject) => {
    const thread = startThread<BlobOrder, BlobReply>(new URL('./blobWorker.ts', import.meta.url), undefined, {
      onMessage(reply) {
        thread.terminate().catch(() => undefined)
        if (reply.kind === 'done') resolve(reply.sidecar)
        else reject(new BlobError(reply.message))
      },
      onStop: (reason) => reject(new Error(`the thread that works on blobs stopped: ${reason.message}`)),
    })
    thread.post(order)
  })
}

/** Carries out orders one after another, each in a thread of its own: a blob takes a second and more. */
async function inTurn(order: BlobOrder): Promise<Sidecar | undefined> {
  if (waiting >= MAX_WAITING) throw new BlobError(`${MAX_WAITING} transactions with blobs wait to be checked already`)
  waiting++
  const result = queue.then(() => carryOut(order))
  queue = result.catch(() => undefined)
  try {
    return await result
  } finally {
    waiting--
  }
}

/** Checks that blobs are those of the versioned hashes. @throws {BlobError} saying what is wrong */
export async function checkSidecar(sidecar: Sidecar): Promise<void> {
  await inTurn({ kind: 'check', sidecar })
}

/**
 * Commits to blobs and proves them.
 *
 * @param version - 0 for a proof of each blob (EIP-4844), 1 for one of each cell (EIP-7594)
 * @throws {BlobError} when they are no blobs
 */
export async function proveBlobs(blobs: readonly Hex[], version: number): Promise<Sidecar> {
  const sidecar = await inTurn({ kind: 'prove', version, blobs })
  if (sidecar === undefined) throw new Error('the thread that works on blobs gave no proofs')
  return sidecar
}
