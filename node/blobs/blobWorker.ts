import { parentPort } from 'node:worker_threads'
import {
  blobsToCellProofs,
  blobsToCells,
  blobsToCommitments,
  blobsToProofs,
  CELLS_PER_EXT_BLOB,
  commitmentsToVersionedHashes,
} from '@ethereumjs/util'
import { kzg, loadKZG } from '../../evm-ext/index.ts'
import type { BlobOrder, BlobReply, Sidecar } from './messages.ts'

// The thread that checks or proves the blobs of one transaction.

/** What is wrong with a sidecar; undefined where nothing is. */
function problemOf({ version, versionedHashes, blobs, commitments, proofs }: Sidecar): string | undefined {
  const count = versionedHashes.length
  if (blobs.length !== count || commitments.length !== count)
    return `expected ${count} blobs and commitments, found ${blobs.length} and ${commitments.length}`
  const expected = version === 0 ? count : count * CELLS_PER_EXT_BLOB
  if (proofs.length !== expected) return `expected ${expected} proofs, found ${proofs.length}`
  const hashes = commitmentsToVersionedHashes([...commitments])
  const wrong = hashes.findIndex((hash, index) => hash !== versionedHashes[index])
  if (wrong >= 0) return `the commitment of blob ${wrong} does not have its versioned hash`
  return areProven({ version, versionedHashes, blobs, commitments, proofs }) ? undefined : 'the proofs are wrong'
}

function areProven({ version, blobs, commitments, proofs }: Sidecar): boolean {
  if (version === 0) return kzg.verifyBlobProofBatch([...blobs], [...commitments], [...proofs])
  const [cells, indices] = blobsToCells(kzg, [...blobs])
  // A commitment and an index for each cell.
  const ofCells = commitments.flatMap((commitment) =>
    Array<(typeof commitments)[number]>(CELLS_PER_EXT_BLOB).fill(commitment),
  )
  const places = commitments.flatMap(() => indices.slice(0, CELLS_PER_EXT_BLOB))
  return kzg.verifyCellKzgProofBatch(ofCells, places, cells, [...proofs])
}

function prove(given: readonly Sidecar['blobs'][number][], version: number): Sidecar {
  const blobs = [...given]
  const commitments = blobsToCommitments(kzg, blobs)
  const proofs = version === 0 ? blobsToProofs(kzg, blobs, commitments) : blobsToCellProofs(kzg, blobs)
  return { version, versionedHashes: commitmentsToVersionedHashes(commitments), blobs, commitments, proofs }
}

async function carryOut(order: BlobOrder): Promise<BlobReply> {
  await loadKZG()
  try {
    if (order.kind === 'prove') return { kind: 'done', sidecar: prove(order.blobs, order.version) }
    const message = problemOf(order.sidecar)
    return message === undefined ? { kind: 'done', sidecar: undefined } : { kind: 'refused', message }
  } catch (error) {
    // What the library makes of bytes that are no blob, commitment or proof.
    return { kind: 'refused', message: (error as Error).message }
  }
}

parentPort?.once('message', async (order: BlobOrder) => parentPort?.postMessage(await carryOut(order)))
