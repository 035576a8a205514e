import { DESCRIPTOR, SCRATCH } from '../layout'

// Two independent states side by side: lane i of both is one vector. There is no rotation of 64-bit lanes in SIMD, yet two
// states at once beat one state in scalars.

const WORD_BYTES: usize = 32
/** Bytes of data under a leaf. */
const LEAF_BYTES: usize = 256
/** Bytes that a permutation takes in: 17 lanes. */
const RATE_LANES: usize = 17
const RATE_BYTES: usize = 8 * RATE_LANES
const STATE_LANES: usize = 25
const ROUNDS: usize = 24
/** Leaves of a subtree whose nodes lie in scratch memory at a time, and its depth. */
const CHUNK_DEPTH: usize = 12
const CHUNK_LEAVES: usize = 1 << CHUNK_DEPTH

// Scratch memory: the states, the constants of the rounds, a leaf filled up with zeros, the nodes of a subtree and the
// roots of the subtrees; of the last two each has room for a node more. The tensor of 2^32 bytes has 2^12 subtrees.
const STATE: usize = SCRATCH
const CONSTANTS: usize = STATE + 16 * STATE_LANES
const LAST_LEAF: usize = CONSTANTS + 8 * ROUNDS
const NODES: usize = LAST_LEAF + LEAF_BYTES
const CHUNK_ROOTS: usize = NODES + WORD_BYTES * (CHUNK_LEAVES + 1)

/** Roots of the subtrees of zeros, by depth: written by zeroSubtreeRoots, or by the caller from its copy of them. */
const ZERO_ROOTS: usize = DESCRIPTOR

@inline
function rotate(lanes: v128, bits: i32): v128 {
  return v128.or(i64x2.shl(lanes, bits), i64x2.shr_u(lanes, 64 - bits))
}

@inline
function chi(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b))
}

function writeConstants(): void {
  store<u64>(CONSTANTS, 0x0000000000000001, 0)
  store<u64>(CONSTANTS, 0x0000000000008082, 8)
  store<u64>(CONSTANTS, 0x800000000000808a, 16)
  store<u64>(CONSTANTS, 0x8000000080008000, 24)
  store<u64>(CONSTANTS, 0x000000000000808b, 32)
  store<u64>(CONSTANTS, 0x0000000080000001, 40)
  store<u64>(CONSTANTS, 0x8000000080008081, 48)
  store<u64>(CONSTANTS, 0x8000000000008009, 56)
  store<u64>(CONSTANTS, 0x000000000000008a, 64)
  store<u64>(CONSTANTS, 0x0000000000000088, 72)
  store<u64>(CONSTANTS, 0x0000000080008009, 80)
  store<u64>(CONSTANTS, 0x000000008000000a, 88)
  store<u64>(CONSTANTS, 0x000000008000808b, 96)
  store<u64>(CONSTANTS, 0x800000000000008b, 104)
  store<u64>(CONSTANTS, 0x8000000000008089, 112)
  store<u64>(CONSTANTS, 0x8000000000008003, 120)
  store<u64>(CONSTANTS, 0x8000000000008002, 128)
  store<u64>(CONSTANTS, 0x8000000000000080, 136)
  store<u64>(CONSTANTS, 0x000000000000800a, 144)
  store<u64>(CONSTANTS, 0x800000008000000a, 152)
  store<u64>(CONSTANTS, 0x8000000080008081, 160)
  store<u64>(CONSTANTS, 0x8000000000008080, 168)
  store<u64>(CONSTANTS, 0x0000000080000001, 176)
  store<u64>(CONSTANTS, 0x8000000080008008, 184)
}

/** The permutation keccak-f[1600] of FIPS 202 on both states. */
function permute(): void {
  let a0 = v128.load(STATE, 0)
  let a1 = v128.load(STATE, 16)
  let a2 = v128.load(STATE, 32)
  let a3 = v128.load(STATE, 48)
  let a4 = v128.load(STATE, 64)
  let a5 = v128.load(STATE, 80)
  let a6 = v128.load(STATE, 96)
  let a7 = v128.load(STATE, 112)
  let a8 = v128.load(STATE, 128)
  let a9 = v128.load(STATE, 144)
  let a10 = v128.load(STATE, 160)
  let a11 = v128.load(STATE, 176)
  let a12 = v128.load(STATE, 192)
  let a13 = v128.load(STATE, 208)
  let a14 = v128.load(STATE, 224)
  let a15 = v128.load(STATE, 240)
  let a16 = v128.load(STATE, 256)
  let a17 = v128.load(STATE, 272)
  let a18 = v128.load(STATE, 288)
  let a19 = v128.load(STATE, 304)
  let a20 = v128.load(STATE, 320)
  let a21 = v128.load(STATE, 336)
  let a22 = v128.load(STATE, 352)
  let a23 = v128.load(STATE, 368)
  let a24 = v128.load(STATE, 384)
  for (let round: usize = 0; round < ROUNDS; round++) {
    const c0 = v128.xor(v128.xor(v128.xor(v128.xor(a0, a5), a10), a15), a20)
    const c1 = v128.xor(v128.xor(v128.xor(v128.xor(a1, a6), a11), a16), a21)
    const c2 = v128.xor(v128.xor(v128.xor(v128.xor(a2, a7), a12), a17), a22)
    const c3 = v128.xor(v128.xor(v128.xor(v128.xor(a3, a8), a13), a18), a23)
    const c4 = v128.xor(v128.xor(v128.xor(v128.xor(a4, a9), a14), a19), a24)
    const d0 = v128.xor(c4, rotate(c1, 1))
    const d1 = v128.xor(c0, rotate(c2, 1))
    const d2 = v128.xor(c1, rotate(c3, 1))
    const d3 = v128.xor(c2, rotate(c4, 1))
    const d4 = v128.xor(c3, rotate(c0, 1))
    const b0 = v128.xor(a0, d0)
    const b1 = rotate(v128.xor(a6, d1), 44)
    const b2 = rotate(v128.xor(a12, d2), 43)
    const b3 = rotate(v128.xor(a18, d3), 21)
    const b4 = rotate(v128.xor(a24, d4), 14)
    const b5 = rotate(v128.xor(a3, d3), 28)
    const b6 = rotate(v128.xor(a9, d4), 20)
    const b7 = rotate(v128.xor(a10, d0), 3)
    const b8 = rotate(v128.xor(a16, d1), 45)
    const b9 = rotate(v128.xor(a22, d2), 61)
    const b10 = rotate(v128.xor(a1, d1), 1)
    const b11 = rotate(v128.xor(a7, d2), 6)
    const b12 = rotate(v128.xor(a13, d3), 25)
    const b13 = rotate(v128.xor(a19, d4), 8)
    const b14 = rotate(v128.xor(a20, d0), 18)
    const b15 = rotate(v128.xor(a4, d4), 27)
    const b16 = rotate(v128.xor(a5, d0), 36)
    const b17 = rotate(v128.xor(a11, d1), 10)
    const b18 = rotate(v128.xor(a17, d2), 15)
    const b19 = rotate(v128.xor(a23, d3), 56)
    const b20 = rotate(v128.xor(a2, d2), 62)
    const b21 = rotate(v128.xor(a8, d3), 55)
    const b22 = rotate(v128.xor(a14, d4), 39)
    const b23 = rotate(v128.xor(a15, d0), 41)
    const b24 = rotate(v128.xor(a21, d1), 2)
    a0 = v128.xor(chi(b0, b1, b2), v128.load64_splat(CONSTANTS + 8 * round))
    a1 = chi(b1, b2, b3)
    a2 = chi(b2, b3, b4)
    a3 = chi(b3, b4, b0)
    a4 = chi(b4, b0, b1)
    a5 = chi(b5, b6, b7)
    a6 = chi(b6, b7, b8)
    a7 = chi(b7, b8, b9)
    a8 = chi(b8, b9, b5)
    a9 = chi(b9, b5, b6)
    a10 = chi(b10, b11, b12)
    a11 = chi(b11, b12, b13)
    a12 = chi(b12, b13, b14)
    a13 = chi(b13, b14, b10)
    a14 = chi(b14, b10, b11)
    a15 = chi(b15, b16, b17)
    a16 = chi(b16, b17, b18)
    a17 = chi(b17, b18, b19)
    a18 = chi(b18, b19, b15)
    a19 = chi(b19, b15, b16)
    a20 = chi(b20, b21, b22)
    a21 = chi(b21, b22, b23)
    a22 = chi(b22, b23, b24)
    a23 = chi(b23, b24, b20)
    a24 = chi(b24, b20, b21)
  }
  v128.store(STATE, a0, 0)
  v128.store(STATE, a1, 16)
  v128.store(STATE, a2, 32)
  v128.store(STATE, a3, 48)
  v128.store(STATE, a4, 64)
  v128.store(STATE, a5, 80)
  v128.store(STATE, a6, 96)
  v128.store(STATE, a7, 112)
  v128.store(STATE, a8, 128)
  v128.store(STATE, a9, 144)
  v128.store(STATE, a10, 160)
  v128.store(STATE, a11, 176)
  v128.store(STATE, a12, 192)
  v128.store(STATE, a13, 208)
  v128.store(STATE, a14, 224)
  v128.store(STATE, a15, 240)
  v128.store(STATE, a16, 256)
  v128.store(STATE, a17, 272)
  v128.store(STATE, a18, 288)
  v128.store(STATE, a19, 304)
  v128.store(STATE, a20, 320)
  v128.store(STATE, a21, 336)
  v128.store(STATE, a22, 352)
  v128.store(STATE, a23, 368)
  v128.store(STATE, a24, 384)
}

@inline
function clearState(): void {
  memory.fill(STATE, 0, 16 * STATE_LANES)
}

/** Adds `lanes` lanes of each message to its state. */
@inline
function absorb(first: usize, second: usize, lanes: usize): void {
  for (let lane: usize = 0; lane < lanes; lane++) {
    const address = STATE + 16 * lane
    const block = v128.load64_lane(second + 8 * lane, v128.load64_zero(first + 8 * lane), 1)
    v128.store(address, v128.xor(v128.load(address), block))
  }
}

/** Ends messages of whole lanes with the padding of Ethereum's keccak, 0x01 .. 0x80, after the `lanes` lanes of the block. */
@inline
function finish(lanes: usize): void {
  const address = STATE + 16 * lanes
  v128.store(address, v128.xor(v128.load(address), i64x2.splat(1)))
  const last = STATE + 16 * (RATE_LANES - 1)
  v128.store(last, v128.xor(v128.load(last), i64x2.splat(i64.MIN_VALUE)))
  permute()
}

/** Writes the digests of the two states. */
@inline
function squeeze(first: usize, second: usize): void {
  for (let lane: usize = 0; lane < 4; lane++) {
    store<u64>(first + 8 * lane, load<u64>(STATE + 16 * lane))
    store<u64>(second + 8 * lane, load<u64>(STATE + 16 * lane + 8))
  }
}

/** Writes keccak256 of two leaves, which may be the same. */
function hashLeaves(firstNode: usize, secondNode: usize, first: usize, second: usize): void {
  clearState()
  absorb(first, second, RATE_LANES)
  permute()
  const rest = (LEAF_BYTES - RATE_BYTES) / 8
  absorb(first + RATE_BYTES, second + RATE_BYTES, rest)
  finish(rest)
  squeeze(firstNode, secondNode)
}

/** Writes keccak256 of two pairs of nodes, which may be the same. Nodes may replace their children. */
function hashPairs(firstNode: usize, secondNode: usize, first: usize, second: usize): void {
  clearState()
  absorb(first, second, 2 * WORD_BYTES / 8)
  finish(2 * WORD_BYTES / 8)
  squeeze(firstNode, secondNode)
}

/**
 * Replaces nodes of depth `depth` by their parents until there is one left of at least depth `least`, filling levels of an
 * odd number up with subtrees of zeros. There is room for a node more.
 */
function reduce(nodes: usize, count: usize, depth: usize, least: usize): void {
  for (; count > 1 || depth < least; depth++) {
    if (count % 2 === 1) {
      memory.copy(nodes + WORD_BYTES * count, ZERO_ROOTS + WORD_BYTES * depth, WORD_BYTES)
      count++
    }
    count /= 2
    for (let node: usize = 0; node < count; node += 2) {
      const second = min(node + 1, count - 1)
      hashPairs(
        nodes + WORD_BYTES * node,
        nodes + WORD_BYTES * second,
        nodes + 2 * WORD_BYTES * node,
        nodes + 2 * WORD_BYTES * second,
      )
    }
  }
}

/** Writes the leaves of `bytes` bytes of data, the last filled up with zeros. */
function hashData(nodes: usize, data: usize, bytes: usize): void {
  const whole = bytes / LEAF_BYTES
  for (let leaf: usize = 0; leaf < whole; leaf += 2) {
    const second = min(leaf + 1, whole - 1)
    hashLeaves(
      nodes + WORD_BYTES * leaf,
      nodes + WORD_BYTES * second,
      data + LEAF_BYTES * leaf,
      data + LEAF_BYTES * second,
    )
  }
  const rest = bytes % LEAF_BYTES
  if (rest > 0) {
    memory.fill(LAST_LEAF, 0, LEAF_BYTES)
    memory.copy(LAST_LEAF, data + LEAF_BYTES * whole, rest)
    hashLeaves(nodes + WORD_BYTES * whole, nodes + WORD_BYTES * whole, LAST_LEAF, LAST_LEAF)
  }
}

/** Writes the roots of the subtrees of zeros of depth 0 to `count - 1`, 32 bytes each. Gives their address. */
export function zeroSubtreeRoots(count: usize): usize {
  writeConstants()
  memory.fill(LAST_LEAF, 0, LEAF_BYTES)
  hashLeaves(ZERO_ROOTS, ZERO_ROOTS, LAST_LEAF, LAST_LEAF)
  for (let depth: usize = 1; depth < count; depth++) {
    const root = ZERO_ROOTS + WORD_BYTES * depth
    memory.copy(NODES, root - WORD_BYTES, WORD_BYTES)
    memory.copy(NODES + WORD_BYTES, root - WORD_BYTES, WORD_BYTES)
    hashPairs(root, root, NODES, NODES)
  }
  return ZERO_ROOTS
}

/**
 * Computes the root of the binary keccak256 tree over 256-byte leaves of data, filled up with zeros to a power of two of
 * leaves. The roots of the subtrees of zeros lie in the descriptor.
 *
 * @param bytes - at least one
 * @returns address of the root, 32 bytes
 */
export function dataRoot(data: usize, bytes: usize): usize {
  writeConstants()
  const leaves = (bytes - 1) / LEAF_BYTES + 1
  if (leaves <= CHUNK_LEAVES) {
    hashData(NODES, data, bytes)
    reduce(NODES, leaves, 0, 0)
    return NODES
  }
  const chunks = (leaves - 1) / CHUNK_LEAVES + 1
  const chunkBytes = LEAF_BYTES * CHUNK_LEAVES
  for (let chunk: usize = 0; chunk < chunks; chunk++) {
    const offset = chunkBytes * chunk
    const length = min(chunkBytes, bytes - offset)
    hashData(NODES, data + offset, length)
    reduce(NODES, (length - 1) / LEAF_BYTES + 1, 0, CHUNK_DEPTH)
    memory.copy(CHUNK_ROOTS + WORD_BYTES * chunk, NODES, WORD_BYTES)
  }
  reduce(CHUNK_ROOTS, chunks, CHUNK_DEPTH, CHUNK_DEPTH)
  return CHUNK_ROOTS
}

/** Begins the hash of one message. Nothing else may use scratch memory until its digest is taken. */
export function beginHash(): void {
  writeConstants()
  clearState()
}

/** Takes in whole blocks of the rate, 136 bytes each. The message's padding is part of its last block. */
export function hashBlocks(message: usize, blocks: usize): void {
  for (; blocks > 0; blocks--) {
    absorb(message, message, RATE_LANES)
    permute()
    message += RATE_BYTES
  }
}

/** Address of the message's digest, 32 bytes. */
export function hashDigest(): usize {
  squeeze(NODES, NODES)
  return NODES
}
