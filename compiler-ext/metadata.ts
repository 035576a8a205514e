import { createHash } from 'node:crypto'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { compilerVersion, type Solc } from './solc.ts'
import { type Replacement, replaceRanges, type YulObject } from './yul.ts'

/** Bytes of a leaf of an IPFS file. */
const IPFS_CHUNK_BYTES = 262144
/** Links of a node of an IPFS file. */
const IPFS_LINKS = 174
const SWARM_CHUNK_BYTES = 4096
const HASH_BYTES = 32

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return Uint8Array.of(...bytes, rest)
}

/** A protobuf field of bytes. */
function field(tag: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(tag), varint(bytes.length), bytes)
}

/** A protobuf field of a number. */
function number(tag: number, value: number): Uint8Array {
  return concatBytes(Uint8Array.of(tag), varint(value))
}

/** A node of an IPFS file: its multihash, the bytes of the file below it, and of the blocks below and including it. */
type IPFSNode = { readonly hash: Uint8Array; readonly fileBytes: number; readonly blockBytes: number }

const FILE = Uint8Array.of(0x08, 0x02)

function ipfsBlock(links: Uint8Array, unixfs: Uint8Array, fileBytes: number, linkedBytes: number): IPFSNode {
  const block = concatBytes(links, field(0x0a, unixfs))
  const digest = createHash('sha256').update(block).digest()
  return { hash: concatBytes(Uint8Array.of(0x12, 0x20), digest), fileBytes, blockBytes: block.length + linkedBytes }
}

function ipfsLeaf(chunk: Uint8Array): IPFSNode {
  const content = chunk.length === 0 ? new Uint8Array() : field(0x12, chunk)
  return ipfsBlock(new Uint8Array(), concatBytes(FILE, content, number(0x18, chunk.length)), chunk.length, 0)
}

function ipfsParent(children: readonly IPFSNode[]): IPFSNode {
  const links = children.map(({ hash, blockBytes }) =>
    field(0x12, concatBytes(field(0x0a, hash), Uint8Array.of(0x12, 0x00), number(0x18, blockBytes))),
  )
  const fileBytes = children.reduce((sum, child) => sum + child.fileBytes, 0)
  const sizes = children.map((child) => number(0x20, child.fileBytes))
  const linkedBytes = children.reduce((sum, child) => sum + child.blockBytes, 0)
  return ipfsBlock(concatBytes(...links), concatBytes(FILE, number(0x18, fileBytes), ...sizes), fileBytes, linkedBytes)
}

/**
 * SHA-256 multihash (`1220...`) of the root of an IPFS file: UnixFS, chunks of 256 KiB, a balanced tree of 174 links a
 * node. In base 58 it is the file's CIDv0, the name that solc writes into code.
 *
 * @see https://github.com/ipfs/specs/blob/main/UNIXFS.md
 */
function ipfsHash(content: Uint8Array): Uint8Array {
  let level: IPFSNode[] = []
  for (let start = 0; start === 0 || start < content.length; start += IPFS_CHUNK_BYTES)
    level.push(ipfsLeaf(content.subarray(start, start + IPFS_CHUNK_BYTES)))
  while (level.length > 1) {
    const parents: IPFSNode[] = []
    for (let i = 0; i < level.length; i += IPFS_LINKS) parents.push(ipfsParent(level.slice(i, i + IPFS_LINKS)))
    level = parents
  }
  return (level[0] as IPFSNode).hash
}

/** Root of Swarm's binary Merkle tree over a chunk that is padded to 4096 bytes. */
function swarmTree(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= 2 * HASH_BYTES) return keccak_256(bytes)
  const middle = bytes.length / 2
  return keccak_256(concatBytes(swarmTree(bytes.subarray(0, middle)), swarmTree(bytes.subarray(middle))))
}

/**
 * Swarm hash of content (bzz-raw, BMT): what solc writes into code as `bzzr1`.
 *
 * @param isPart - whether this is part of content that took more than one level: a last part of exactly one chunk then
 * gets a level of its own, as solc has it
 * @see https://docs.ethswarm.org/docs/concepts/DISC/
 */
export function swarmHash(content: Uint8Array, isPart = false): Uint8Array {
  let below = content
  if (content.length > SWARM_CHUNK_BYTES || (isPart && content.length === SWARM_CHUNK_BYTES)) {
    const branches = SWARM_CHUNK_BYTES / HASH_BYTES
    let span = SWARM_CHUNK_BYTES
    while (span * branches < content.length) span *= branches
    const hashes: Uint8Array[] = []
    for (let start = 0; start < content.length; start += span)
      hashes.push(swarmHash(content.subarray(start, start + span), span > SWARM_CHUNK_BYTES))
    below = concatBytes(...hashes)
  }
  const chunk = new Uint8Array(SWARM_CHUNK_BYTES)
  chunk.set(below)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(content.length), true)
  return keccak_256(concatBytes(length, swarmTree(chunk)))
}

export type MetadataHash = 'ipfs' | 'bzzr1' | 'none'

/** The hash of metadata that code carries, in hex; undefined where it carries none. */
export function metadataHash(metadata: string, kind: MetadataHash): string | undefined {
  if (kind === 'none') return undefined
  const content = utf8ToBytes(metadata)
  return bytesToHex(kind === 'ipfs' ? ipfsHash(content) : swarmHash(content))
}

/**
 * Metadata that names this compiler instead of plain solc, so that a verifier does not expect solc's own bytes.
 *
 * @throws {Error} when the metadata is not solc's
 */
export function renameCompiler(metadata: string, solc: Solc): string {
  const compiler = (version: string) => `{"compiler":{"version":"${version}"}`
  const before = compiler(solc.version)
  if (!metadata.startsWith(before)) throw new Error(`metadata: it does not begin with ${before}`)
  return compiler(compilerVersion(solc)) + metadata.slice(before.length)
}

/** Replaces hashes of metadata in the metadata segments of every object. */
export function replaceMetadataHashes(text: string, root: YulObject, hashes: ReadonlyMap<string, string>): string {
  const replacements: Replacement[] = []
  const visit = ({ objects, data }: YulObject) => {
    for (const { name, value } of data) {
      if (name !== '.metadata') continue
      let cbor = value.text
      for (const [before, after] of hashes) cbor = cbor.replace(before, after)
      if (cbor !== value.text) replacements.push({ start: value.start, end: value.end, text: cbor })
    }
    for (const object of objects) visit(object)
  }
  visit(root)
  replacements.sort((a, b) => a.start - b.start)
  return replaceRanges(text, replacements)
}
