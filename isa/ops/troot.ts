import { bytesToHex } from '@noble/hashes/utils.js'
import { LEAF_BYTES, tensorCommitment } from '../commitment.ts'
import { defineEnvironment } from '../instruction.ts'
import { roundUp } from '../numeric.ts'
import { byteLength, tensorBytes } from '../tensor.ts'

/** What the commitment to the type and the data root costs, in bytes. */
const COMMITMENT_BYTES = 512

/** Commits to a tensor. */
export const troot = defineEnvironment({
  opcode: 0x09,
  mnemonic: 'TROOT',
  summary: 'word = keccak256(type word || root of the keccak256 tree over 256-byte leaves of the canonical form)',
  description: `Gives the commitment of a tensor, keccak256(type word || data root), the type word being 32 big-endian
bytes. The data root is the root of a binary tree over the canonical form, zero-padded to 256 * 2^depth bytes with the
smallest depth that holds it: a leaf is the keccak256 of 256 bytes, a node the keccak256 of its left and right child. The
constants of a model are committed to in the same way.`,
  inputs: [{ name: 'tensor', kind: 'tensor', doc: 'any type' }],
  output: { name: 'word', kind: 'word', doc: 'its commitment' },
  infer() {
    return undefined
  },
  work({ tensor }) {
    return { hashedBytes: roundUp(byteLength(tensor), LEAF_BYTES) + COMMITMENT_BYTES }
  },
  execute({ tensor }, environment) {
    const commitment = environment.tensorCommitment?.(tensor) ?? tensorCommitment(tensor, tensorBytes(tensor))
    return BigInt(`0x${bytesToHex(commitment)}`)
  },
})
