import { allocationBytes, PAGE_BYTES, type TensorParameters } from '../gas-model/index.ts'
import { byteLength, ensure, formatType, HaltError, type Tensor, type TensorType, tensorView } from '../isa/index.ts'
import type { LinearMemory } from '../kernel/index.ts'
import { heapOf } from './heap.ts'

/** A live tensor. */
type Entry = {
  readonly handle: number
  readonly id: number
  readonly slot: number
  readonly bytes: number
  readonly type: TensorType
  source: object | undefined
  /** The last view that was asked for, and where it was made. */
  view: Tensor | undefined
  viewBuffer: ArrayBuffer | undefined
  viewOffset: number
}

function createEntry(handle: number, id: number, slot: number, bytes: number, type: TensorType): Entry {
  return {
    handle,
    id,
    slot,
    bytes,
    type,
    source: undefined,
    view: undefined,
    viewBuffer: undefined,
    viewOffset: 0,
  }
}

/** Limits that the chain sets. */
type ArenaLimits = Pick<TensorParameters, 'tensorArenaBytes' | 'tensorMaxHandles'>

/**
 * The tensors of a transaction, in all frames that are open.
 *
 * What is counted here (live bytes, peak pages, handles) is consensus; where a tensor lies is the heap's business. A view of
 * a tensor goes stale when the memory grows or tensors are moved, and is made anew then.
 */
export type Arena = {
  /** Opens a frame: its handles start from 1 and name nothing yet. */
  enter(): void
  /** Closes the innermost frame and frees its tensors. Closing the last one ends the transaction. */
  exit(): void
  /** Open frames. */
  readonly depth: number
  /** Bytes that the tensors of all open frames take, each in whole granules. */
  readonly liveBytes: number
  /** Tensors alive in all open frames. */
  readonly liveTensors: number
  /** Most pages in use at once since the transaction began. */
  readonly peakPages: number
  /** Number of the last tensor made in the transaction; tensors are numbered from 1 over all frames. */
  readonly lastId: number
  /** Type of a live tensor of the innermost frame. @throws {HaltError} `BadHandle` */
  typeOf(handle: bigint | number): TensorType
  /** Number of a live tensor of the innermost frame in its transaction. @throws {HaltError} `BadHandle` */
  idOf(handle: bigint | number): number
  /** A live tensor of the innermost frame; the view holds until the next `allocate`. @throws {HaltError} `BadHandle` */
  tensor(handle: bigint | number): Tensor
  /** Says of which constant a live tensor of the innermost frame is a whole copy. */
  setSource(handle: bigint | number, source: object): void
  /**
   * Makes a tensor in the innermost frame and gives its handle. What it holds is whatever lay there before: the instruction
   * that it is the result of writes all of it.
   *
   * @throws {HaltError} `ArenaFull`, else `TooManyHandles`; nothing has changed then
   */
  allocate(type: TensorType, limits: ArenaLimits): number
  /**
   * Frees the tensors of the innermost frame that are alive in `[handle, handle + count)`.
   *
   * @throws {HaltError} `BadHandle` when the range holds a handle that the frame never made; nothing has changed then
   */
  free(handle: number, count: number): void
}

/**
 * An arena whose tensors lie in `memory`; what the memory holds when its first arena is made belongs to the kernel. Arenas
 * that share a memory do not disturb each other.
 */
export function createArena(memory: LinearMemory): Arena {
  const heap = heapOf(memory)
  // Live tensors, oldest first: those of a frame are one run, handles ascending within it.
  const entries: Entry[] = []
  // For each open frame, where its run begins and how many handles it has made.
  const frameStarts: number[] = []
  const frameHandles: number[] = []
  let liveBytes = 0
  let peakPages = 0
  let lastId = 0

  const frameStart = (): number => {
    const start = frameStarts[frameStarts.length - 1]
    if (start === undefined) throw new Error('no frame is open in the arena')
    return start
  }

  /** Index of the first live tensor of the frame whose handle is at least `handle`. */
  const indexFrom = (handle: number): number => {
    let low = frameStart()
    // Handles ascend from 1 without repeats, so a handle is never found further on than this.
    let high = Math.min(low + handle - 1, entries.length)
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((entries[middle] as Entry).handle < handle) low = middle + 1
      else high = middle
    }
    return low
  }

  const entryOf = (handle: bigint | number): Entry => {
    const made = frameHandles[frameHandles.length - 1] ?? 0
    // A word of 2^53 or more becomes inexact, but not as small as a handle.
    const wanted = Number(handle)
    if (wanted < 1 || wanted > made) throw new HaltError('BadHandle', `this frame has made no tensor ${handle}`)
    // Where nothing was freed before it, a tensor lies at its handle.
    const likely = entries[frameStart() + wanted - 1]
    const entry = likely?.handle === wanted ? likely : entries[indexFrom(wanted)]
    if (entry?.handle !== wanted) throw new HaltError('BadHandle', `tensor ${handle} was freed`)
    return entry
  }

  /** Frees the tensors of the indices `from` up to `to`. */
  const remove = (from: number, to: number): void => {
    for (let index = from; index < to; index++) {
      const { slot, bytes } = entries[index] as Entry
      heap.release(slot)
      liveBytes -= bytes
    }
    entries.splice(from, to - from)
  }

  return {
    enter() {
      frameStarts.push(entries.length)
      frameHandles.push(0)
    },
    exit() {
      remove(frameStart(), entries.length)
      frameStarts.pop()
      frameHandles.pop()
      if (frameStarts.length > 0) return
      peakPages = 0
      lastId = 0
    },
    get depth() {
      return frameStarts.length
    },
    get liveBytes() {
      return liveBytes
    },
    get liveTensors() {
      return entries.length
    },
    get peakPages() {
      return peakPages
    },
    get lastId() {
      return lastId
    },
    typeOf: (handle) => entryOf(handle).type,
    idOf: (handle) => entryOf(handle).id,
    tensor(handle) {
      const entry = entryOf(handle)
      const { buffer } = heap
      const offset = heap.offsetOf(entry.slot)
      if (entry.view !== undefined && entry.viewBuffer === buffer && entry.viewOffset === offset) return entry.view
      const { dtype, shape, data } = tensorView(entry.type, buffer, offset)
      const view = { dtype, shape, data, source: entry.source }
      entry.view = view
      entry.viewBuffer = buffer
      entry.viewOffset = offset
      return view
    },
    setSource(handle, source) {
      const entry = entryOf(handle)
      entry.source = source
      entry.view = undefined
    },
    allocate(type, { tensorArenaBytes: cap, tensorMaxHandles }) {
      frameStart()
      const bytes = allocationBytes(byteLength(type))
      if (liveBytes + bytes > cap)
        throw new HaltError('ArenaFull', `${formatType(type)} takes ${bytes} bytes, ${cap - liveBytes} are free`)
      if (entries.length >= tensorMaxHandles)
        throw new HaltError('TooManyHandles', `${entries.length} tensors are alive, no more are allowed`)
      const slot = heap.take(bytes, cap)
      const handle = (frameHandles[frameHandles.length - 1] as number) + 1
      frameHandles[frameHandles.length - 1] = handle
      const id = ++lastId
      entries.push(createEntry(handle, id, slot, bytes, type))
      liveBytes += bytes
      peakPages = Math.max(peakPages, Math.ceil(liveBytes / PAGE_BYTES))
      return handle
    },
    free(handle, count) {
      const made = frameHandles[frameHandles.length - 1] ?? 0
      const end = handle + count
      ensure(count === 0 || end - 1 <= made, 'BadHandle', `this frame has made ${made} tensors, not ${end - 1}`)
      remove(indexFrom(handle), indexFrom(end))
    },
  }
}
