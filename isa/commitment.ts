import { keccak_256 } from '@noble/hashes/sha3.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { byteLength, formatType, type TensorType } from './tensor.ts'
import { encodeType } from './typeWord.ts'

const WORD_BYTES = 32
/** Bytes of a tensor's canonical form under one leaf of its data tree. */
export const LEAF_BYTES = 256

/** Gives the root of the complete subtree of each depth all of whose leaves are `leaf`. */
function uniformSubtrees(leaf: Uint8Array): (depth: number) => Uint8Array {
  const roots = [leaf]
  return (depth) => {
    for (let known = roots.length; known <= depth; known++) {
      const below = roots[known - 1] as Uint8Array
      roots.push(keccak_256.create().update(below).update(below).digest())
    }
    return roots[depth] as Uint8Array
  }
}

const zeroWordSubtree = uniformSubtrees(new Uint8Array(WORD_BYTES))
const zeroLeafSubtree = uniformSubtrees(keccak_256(new Uint8Array(LEAF_BYTES)))

/**
 * Root of the binary keccak256 tree over `count` words.
 *
 * @param nodes - the words, with room for one more; overwritten
 * @param padding - root of the subtree of padding of each depth
 */
function rootInPlace(nodes: Uint8Array, count: number, padding: (depth: number) => Uint8Array): Uint8Array {
  let width = count
  for (let depth = 0; width > 1; depth++) {
    if (width % 2 === 1) nodes.set(padding(depth), WORD_BYTES * width)
    width = Math.ceil(width / 2)
    for (let node = 0; node < width; node++) {
      const children = nodes.subarray(2 * WORD_BYTES * node, 2 * WORD_BYTES * (node + 1))
      nodes.set(keccak_256(children), WORD_BYTES * node)
    }
  }
  return nodes.slice(0, WORD_BYTES)
}

/**
 * Root of the binary keccak256 tree over 32-byte leaves, padded with zero words to a power of two. The root of one leaf
 * is the leaf.
 *
 * @throws {RangeError} when there is no leaf or one is not 32 bytes long
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) throw new RangeError('leaves: a tree needs at least one')
  const nodes = new Uint8Array(WORD_BYTES * (leaves.length + 1))
  leaves.forEach((leaf, index) => {
    if (leaf.length !== WORD_BYTES) throw new RangeError(`leaves[${index}]: ${leaf.length} bytes, not ${WORD_BYTES}`)
    nodes.set(leaf, WORD_BYTES * index)
  })
  return rootInPlace(nodes, leaves.length, zeroWordSubtree)
}

/**
 * Root of a tensor's data tree: the binary keccak256 tree over its canonical bytes, zero-padded to 256 * 2^depth bytes
 * with the smallest depth that holds them. A leaf is the keccak256 of 256 bytes.
 *
 * @throws {RangeError} when `bytes` is empty
 */
export function dataRoot(bytes: Uint8Array): Uint8Array {
  if (bytes.length === 0) throw new RangeError('bytes: a tensor has at least one')
  const leafCount = Math.ceil(bytes.length / LEAF_BYTES)
  const nodes = new Uint8Array(WORD_BYTES * (leafCount + 1))
  for (let leaf = 0; leaf < leafCount; leaf++) {
    let data = bytes.subarray(LEAF_BYTES * leaf, LEAF_BYTES * (leaf + 1))
    if (data.length < LEAF_BYTES) {
      const padded = new Uint8Array(LEAF_BYTES)
      padded.set(data)
      data = padded
    }
    nodes.set(keccak_256(data), WORD_BYTES * leaf)
  }
  return rootInPlace(nodes, leafCount, zeroLeafSubtree)
}

/**
 * Commitment of a tensor: keccak256(type word as 32 big-endian bytes || {@link dataRoot}).
 *
 * @param bytes - canonical form
 * @throws {RangeError} when the number of bytes is not the type's
 */
export function tensorCommitment(type: TensorType, bytes: Uint8Array): Uint8Array {
  if (bytes.length !== byteLength(type))
    throw new RangeError(`bytes: ${formatType(type)} has ${byteLength(type)} bytes, not ${bytes.length}`)
  const typeWord = hexToBytes(
    encodeType(type)
      .toString(16)
      .padStart(2 * WORD_BYTES, '0'),
  )
  return keccak_256.create().update(typeWord).update(dataRoot(bytes)).digest()
}
