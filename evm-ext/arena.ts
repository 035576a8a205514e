import { allocationBytes, PAGE_BYTES, type TensorParameters } from '../gas-model/index.ts'
import { byteLength, ensure, formatType, HaltError, type Tensor, type TensorType, tensorView } from '../isa/index.ts'
import type { LinearMemory } from '../kernel/index.ts'
import { heapOf } from './heap.ts'

/** Limits that the chain sets. */
type ArenaLimits = Pick<TensorParameters, 'tensorArenaBytes' | 'tensorMaxHandles'>

/**
 * The tensors of a transaction, in all frames that are open.
 *
 * What is counted here (live bytes, peak pages, handles) is consensus; where a tensor lies is the heap's business. Tensors
 * are views made when they are asked for, because older views go stale when the memory grows or tensors are moved.
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
  typeOf(handle: bigint): TensorType
  /** Number of a live tensor of the innermost frame in its transaction. @throws {HaltError} `BadHandle` */
  idOf(handle: bigint): number
  /** A live tensor of the innermost frame; the view holds until the next `allocate`. @throws {HaltError} `BadHandle` */
  tensor(handle: bigint): Tensor
  /**
   * Makes a tensor of zeros in the innermost frame and gives its handle.
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
  // Live tensors as parallel arrays, oldest first: the tensors of a frame are one run, handles ascending within it.
  const handles: number[] = []
  const ids: number[] = []
  const slots: number[] = []
  const types: TensorType[] = []
  // For each open frame, where its run begins and how many handles it has made.
  const frameStarts: number[] = []
  const frameHandles: number[] = []
  let liveBytes = 0
  let peakPages = 0
  let lastId = 0

  const frameStart = (): number => {
    const start = frameStarts.at(-1)
    if (start === undefined) throw new Error('no frame is open in the arena')
    return start
  }

  /** Index of the first live tensor of the frame whose handle is at least `handle`. */
  const indexFrom = (handle: number): number => {
    let low = frameStart()
    // Handles ascend from 1 without repeats, so a handle is never found further on than this.
    let high = Math.min(low + handle - 1, handles.length)
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((handles[middle] as number) < handle) low = middle + 1
      else high = middle
    }
    return low
  }

  const indexOf = (handle: bigint): number => {
    const made = frameHandles.at(-1) ?? 0
    if (handle < 1n || handle > BigInt(made))
      throw new HaltError('BadHandle', `this frame has made no tensor ${handle}`)
    const wanted = Number(handle)
    // Where nothing was freed before it, a tensor lies at its handle.
    const likely = frameStart() + wanted - 1
    const index = handles[likely] === wanted ? likely : indexFrom(wanted)
    if (handles[index] !== wanted) throw new HaltError('BadHandle', `tensor ${handle} was freed`)
    return index
  }

  /** Frees the tensors of the indices `from` up to `to`. */
  const remove = (from: number, to: number): void => {
    for (let index = from; index < to; index++) {
      heap.release(slots[index] as number)
      liveBytes -= allocationBytes(byteLength(types[index] as TensorType))
    }
    for (const column of [handles, ids, slots, types]) column.splice(from, to - from)
  }

  return {
    enter() {
      frameStarts.push(handles.length)
      frameHandles.push(0)
    },
    exit() {
      remove(frameStart(), handles.length)
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
      return handles.length
    },
    get peakPages() {
      return peakPages
    },
    get lastId() {
      return lastId
    },
    typeOf: (handle) => types[indexOf(handle)] as TensorType,
    idOf: (handle) => ids[indexOf(handle)] as number,
    tensor(handle) {
      const index = indexOf(handle)
      return tensorView(types[index] as TensorType, heap.buffer, heap.offsetOf(slots[index] as number))
    },
    allocate(type, { tensorArenaBytes: cap, tensorMaxHandles }) {
      frameStart()
      const size = allocationBytes(byteLength(type))
      if (liveBytes + size > cap)
        throw new HaltError('ArenaFull', `${formatType(type)} takes ${size} bytes, ${cap - liveBytes} are free`)
      if (handles.length >= tensorMaxHandles)
        throw new HaltError('TooManyHandles', `${handles.length} tensors are alive, no more are allowed`)
      slots.push(heap.take(size, cap))
      types.push(type)
      ids.push(++lastId)
      const handle = (frameHandles.at(-1) as number) + 1
      frameHandles[frameHandles.length - 1] = handle
      handles.push(handle)
      liveBytes += size
      peakPages = Math.max(peakPages, Math.ceil(liveBytes / PAGE_BYTES))
      return handle
    },
    free(handle, count) {
      const made = frameHandles.at(-1) ?? 0
      const end = handle + count
      ensure(count === 0 || end - 1 <= made, 'BadHandle', `this frame has made ${made} tensors, not ${end - 1}`)
      remove(indexFrom(handle), indexFrom(end))
    },
  }
}
