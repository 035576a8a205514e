import { type LinearMemory, WASM_PAGE_BYTES } from '../kernel/index.ts'

/** Room for tensors in a kernel's linear memory. Where something lies is private to the machine, never consensus. */
export type Heap = {
  /**
   * Takes `bytes` bytes, which may hold anything, and gives the number of a slot.
   *
   * @param cap - most bytes that one user of the heap may hold; the memory grows to that and {@link SLACK} of it
   * @throws {Error} when the memory can't grow that far
   */
  take(bytes: number, cap: number): number
  release(slot: number): void
  /** Where a slot lies now; it may lie elsewhere after the next `take`. */
  offsetOf(slot: number): number
  readonly buffer: ArrayBuffer
}

/** What a kernel's memory can grow to. */
const MEMORY_BYTES = 2 ** 32 - WASM_PAGE_BYTES

/**
 * Room for holes, as a part of what may live. The less there is, the more has to be moved: with this much, a program that
 * frees what leaves the worst holes makes about two bytes move for each that it takes.
 */
const SLACK = 3 / 16

/** A memory grows by this much at least: each growth takes the engine longer than many a small tensor its kernel. */
const GROWTH_BYTES = 4 * 2 ** 20

const heaps = new WeakMap<LinearMemory, Heap>()

/** The heap of a memory: one and the same for all that share the memory, so that they never overlap. */
export function heapOf(memory: LinearMemory): Heap {
  const known = heaps.get(memory)
  if (known !== undefined) return known
  const heap = createHeap(memory)
  heaps.set(memory, heap)
  return heap
}

/**
 * First fit over a free list that is sorted by address and coalesced. What the memory holds at first is the kernel's; the
 * heap lies above it.
 *
 * Where holes would push the end of the heap past what is allowed to live and some {@link SLACK}, as many slots are moved
 * together as make a hole large enough: no allocation fails for want of an address, and none waits for more to be moved
 * than its own size warrants.
 */
function createHeap(memory: LinearMemory): Heap {
  const base = memory.buffer.byteLength
  // Holes as parallel arrays; the last has no end. There is at most one more of them than of slots in use.
  const holeStarts = [base]
  const holeEnds = [Number.POSITIVE_INFINITY]
  const offsets: number[] = []
  const sizes: number[] = []
  const unused: number[] = []
  let liveBytes = 0
  let buffer = memory.buffer

  const removeHole = (hole: number): void => {
    holeStarts.splice(hole, 1)
    holeEnds.splice(hole, 1)
  }

  /** Index of the first hole that starts at or after `offset`; the endless one is always there. */
  const holeFrom = (offset: number): number => {
    let low = 0
    let high = holeStarts.length - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((holeStarts[middle] as number) < offset) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Start of the first hole that holds `size` bytes below `limit`, which it then no longer has. */
  const takeHole = (size: number, limit: number): number | undefined => {
    for (let hole = 0; hole < holeStarts.length; hole++) {
      const start = holeStarts[hole] as number
      const end = holeEnds[hole] as number
      if (start + size > limit) return undefined
      if (start + size > end) continue
      if (start + size === end) removeHole(hole)
      else holeStarts[hole] = start + size
      return start
    }
    return undefined
  }

  /** Bytes of a hole below `limit`. */
  const room = (hole: number, limit: number): number =>
    Math.max(0, Math.min(holeEnds[hole] as number, limit) - (holeStarts[hole] as number))

  /** Moves down what lies between two holes, so that they and those between them become one. */
  const join = (first: number, last: number): void => {
    const [start, end] = [holeStarts[first] as number, holeStarts[last] as number]
    const between: number[] = []
    for (let slot = 0; slot < offsets.length; slot++) {
      const offset = offsets[slot] as number
      if (offset > start && offset < end && sizes[slot] !== 0) between.push(slot)
    }
    between.sort((a, b) => (offsets[a] as number) - (offsets[b] as number))
    const view = new Uint8Array(memory.buffer)
    let next = start
    for (const slot of between) {
      const offset = offsets[slot] as number
      const size = sizes[slot] as number
      view.copyWithin(next, offset, offset + size)
      offsets[slot] = next
      next += size
    }
    holeStarts.splice(first, last - first + 1, next)
    holeEnds.splice(first, last - first + 1, holeEnds[last] as number)
  }

  /** Joins those neighbouring holes of `size` bytes together below `limit` between which the least lies. */
  const makeRoom = (size: number, limit: number): void => {
    let least = Number.POSITIVE_INFINITY
    let [from, to] = [0, 0]
    let free = 0
    for (let first = 0, last = 0; last < holeStarts.length; last++) {
      free += room(last, limit)
      for (; free - room(first, limit) >= size; first++) free -= room(first, limit)
      if (free < size) continue
      const before = free - room(last, limit)
      const moved = (holeStarts[last] as number) - (holeStarts[first] as number) - before
      if (moved < least) [from, to, least] = [first, last, moved]
    }
    join(from, to)
  }

  return {
    take(size, cap) {
      const most = Math.max(cap, liveBytes + size)
      const limit = Math.min(base + most + Math.ceil(most * SLACK), MEMORY_BYTES)
      let offset = takeHole(size, limit)
      if (offset === undefined) {
        makeRoom(size, limit)
        offset = takeHole(size, limit)
      }
      if (offset === undefined) throw new Error(`the kernel's memory has no room for ${size} more bytes of tensors`)
      const missing = offset + size - memory.buffer.byteLength
      if (missing > 0) {
        const step = Math.min(GROWTH_BYTES, limit - memory.buffer.byteLength)
        memory.grow(Math.ceil(Math.max(missing, step) / WASM_PAGE_BYTES))
      }
      liveBytes += size
      const slot = unused.pop() ?? offsets.length
      offsets[slot] = offset
      sizes[slot] = size
      return slot
    },
    release(slot) {
      const start = offsets[slot] as number
      const size = sizes[slot] as number
      const end = start + size
      const next = holeFrom(start)
      const joinsPrevious = next > 0 && holeEnds[next - 1] === start
      if (holeStarts[next] === end) {
        if (joinsPrevious) {
          holeEnds[next - 1] = holeEnds[next] as number
          removeHole(next)
        } else holeStarts[next] = start
      } else if (joinsPrevious) holeEnds[next - 1] = end
      else {
        holeStarts.splice(next, 0, start)
        holeEnds.splice(next, 0, end)
      }
      liveBytes -= size
      sizes[slot] = 0
      unused.push(slot)
    },
    offsetOf: (slot) => offsets[slot] as number,
    get buffer() {
      // Asking the memory is a call into the engine; a buffer that a growth left behind is empty.
      if (buffer.byteLength === 0) buffer = memory.buffer
      return buffer
    },
  }
}
