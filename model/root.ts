import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { byteLength, merkleRoot, tensorBytes, tensorCommitment } from '../isa/index.ts'
import type { Program } from './program.ts'
import { encodeHeader, encodeStep, encodeWords, WORD_BYTES } from './records.ts'

/** A 32-byte commitment in lower-case hex. */
export type Root = `0x${string}`

const FORMAT_VERSION = 1n

/** What the registry's `register` takes, in this order, and the root under which it files the model. */
export type Registration = {
  readonly tensorsRoot: Root
  readonly programRoot: Root
  /** Number of constants. */
  readonly tensorCount: bigint
  readonly stepCount: bigint
  /** Canonical bytes of all constants together. */
  readonly byteLength: bigint
  /**
   * `keccak256(abi.encode(uint256 1, bytes32 tensorsRoot, bytes32 programRoot, uint256 tensorCount, uint256 stepCount,
   * uint256 byteLength))`, the 1 being the format version.
   */
  readonly root: Root
}

function toRoot(bytes: Uint8Array): Root {
  return `0x${bytesToHex(bytes)}`
}

/** Root of a tree of commitments; no leaves count as one zero word. */
function treeRoot(leaves: readonly Uint8Array[]): Root {
  return toRoot(leaves.length === 0 ? new Uint8Array(WORD_BYTES) : merkleRoot(leaves))
}

/**
 * Root of the tree over a model's constants, in the order of their indices: a leaf is the {@link tensorCommitment} of a
 * constant. Leaves are padded with zero words to a power of two; a model without constants has the zero word as root.
 */
function tensorsRoot(program: Program): Root {
  return treeRoot(program.constants.map((tensor) => tensorCommitment(tensor, tensorBytes(tensor))))
}

/**
 * Root of the tree over a program. Leaf 0 is the keccak256 of its header record (see {@link encodeHeader}), leaf 1 + i that
 * of the record of step i (see {@link encodeStep}). Leaves are padded with zero words to a power of two.
 *
 * @throws {RangeError} when the program is not valid
 */
function programRoot(program: Program): Root {
  return treeRoot([encodeHeader(program), ...program.steps.map(encodeStep)].map((record) => keccak_256(record)))
}

/** A model's root with what it is made of: the arguments of the registry's `register`. */
export function registrationOf(program: Program): Registration {
  const roots = { tensorsRoot: tensorsRoot(program), programRoot: programRoot(program) }
  const counts = {
    tensorCount: BigInt(program.constants.length),
    stepCount: BigInt(program.steps.length),
    byteLength: BigInt(program.constants.reduce((sum, tensor) => sum + byteLength(tensor), 0)),
  }
  const words = [
    FORMAT_VERSION,
    BigInt(roots.tensorsRoot),
    BigInt(roots.programRoot),
    counts.tensorCount,
    counts.stepCount,
    counts.byteLength,
  ]
  return { ...roots, ...counts, root: toRoot(keccak_256(encodeWords(words))) }
}

/** A model's root: commits to its constants, its steps, and the types of its inputs and outputs. */
export function modelRoot(program: Program): Root {
  return registrationOf(program).root
}
