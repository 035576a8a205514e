import type { Hex } from '../../evm-ext/index.ts'

/** Blobs of a transaction with what is said of them. */
export type Sidecar = {
  /** 0 for a proof of each blob (EIP-4844), 1 for one of each cell (EIP-7594). */
  readonly version: number
  readonly versionedHashes: readonly Hex[]
  readonly blobs: readonly Hex[]
  readonly commitments: readonly Hex[]
  readonly proofs: readonly Hex[]
}

/** To a thread that works on blobs: one order. */
export type BlobOrder =
  | { readonly kind: 'check'; readonly sidecar: Sidecar }
  | { readonly kind: 'prove'; readonly version: number; readonly blobs: readonly Hex[] }

/** What it answers: undefined for a sidecar that is right. */
export type BlobReply =
  | { readonly kind: 'done'; readonly sidecar: Sidecar | undefined }
  /** What is wrong with the blobs. */
  | { readonly kind: 'refused'; readonly message: string }
