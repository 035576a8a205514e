import { availableParallelism } from 'node:os'
import type { Block } from '@ethereumjs/block'
import type { Root } from '../model/index.ts'
import { type CallRequest, type CallResult, type Message, readCall } from './call.ts'
import type { CallOrder, CallReplyMessage, CallRequestMessage, CallThreadData } from './callMessages.ts'
import type { Chain } from './chain.ts'
import { sharedModelFile } from './remoteModels.ts'
import type { StateEntry } from './stateDatabase.ts'
import { fromFailure, ownBytes, startThread, type Thread, toFailure } from './thread.ts'
import { checkWorkers, MAX_WORKERS } from './workers.ts'

export type CallPoolOptions = {
  /** Most threads, 1..256; as many as the machine runs at once unless given. */
  readonly workers?: number
}

export type CallOptions = {
  /** Ends the call, also one that runs, which ends its thread. The promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** Message calls on all cores, each in a thread with an EVM, a kernel and an arena of its own. */
export type CallPool = {
  /** Most threads. */
  readonly workers: number
  /**
   * Runs a message call in the state and block of what is now the chain's head; nothing of it stays. Calls run beside one
   * another and beside the chain, which may go on: a call does not see what was asked of the chain and is not in a block.
   *
   * @returns what the chain's own `call` gives at that block
   * @throws {TypeError | RangeError} naming what is wrong with the request
   * @throws {MissingModelError} when the call loads a model whose bytes the chain's store lacks
   * @throws {Error} when its thread ended by itself, or the pool was closed; and the reason of the signal
   */
  call(request: CallRequest, options?: CallOptions): Promise<CallResult>
  /** Ends all threads. Calls that are under way or wait reject. */
  close(): Promise<void>
}

/** A call that was asked for. */
type Task = {
  readonly message: Message
  readonly block: Block
  resolve(result: CallResult): void
  reject(reason: unknown): void
}

/** A thread, and what it has of the chain. */
type Slot = {
  readonly thread: Thread<CallRequestMessage>
  isReady: boolean
  task: Task | undefined
  entries: number
  hashes: number
  block: Block | undefined
}

function sendable([key, value]: StateEntry): StateEntry {
  return [key, typeof value === 'string' ? value : ownBytes(value)]
}

/**
 * Runs the calls of a chain on several cores. A thread starts when a call finds none idle, and brings its copy of the
 * chain up to the call's block before each call: only what is new is sent. Idle threads do not keep the process alive.
 *
 * Threads compute tensors with the default kernel, whatever the chain's is.
 *
 * @throws {RangeError} when `workers` is out of range
 */
export function createCallPool(chain: Chain, options: CallPoolOptions = {}): CallPool {
  const workers = checkWorkers(options.workers ?? Math.min(availableParallelism(), MAX_WORKERS))
  const slots = new Set<Slot>()
  const waiting: Task[] = []
  // Of the blocks from number 1 on. The chain only grows, so they stay true.
  const hashes: Uint8Array[] = []
  let isClosed = false

  const closedError = () => new Error('the call pool was closed')

  const hashesTo = (number: number): readonly Uint8Array[] => {
    if (hashes.length < number)
      for (const block of chain.blocks().slice(hashes.length, number)) hashes.push(block.hash())
    return hashes
  }

  const orderFor = (slot: Slot, { message, block }: Task): CallOrder => {
    const number = Number(block.header.number)
    const known = hashesTo(number)
    const order = {
      from: message.from.bytes,
      to: message.to.bytes,
      data: message.data,
      value: message.value,
      gasLimit: message.gasLimit,
      entries: chain.database.entries.slice(slot.entries).map(sendable),
      hashes: known.slice(slot.hashes),
      header: slot.block === block ? undefined : block.header.serialize(),
    }
    slot.entries += order.entries.length
    slot.hashes = known.length
    slot.block = block
    return order
  }

  const sendModel = async (slot: Slot, root: Root) => {
    try {
      const program = await chain.store.get(root)
      slot.thread.post({ kind: 'model', bytes: program && sharedModelFile(program) })
    } catch (error) {
      slot.thread.post({ kind: 'modelFailed', failure: toFailure(error) })
    }
  }

  /** Takes the call from a thread that is done with it. */
  const release = (slot: Slot): Task | undefined => {
    const { task } = slot
    slot.task = undefined
    slot.thread.hold(false)
    return task
  }

  const receive = (slot: Slot, message: CallReplyMessage) => {
    if (message.kind === 'model') void sendModel(slot, message.root)
    else if (message.kind === 'result') release(slot)?.resolve(message.result)
    else if (message.kind === 'failed') release(slot)?.reject(fromFailure(message.failure))
    else {
      slot.isReady = true
      slot.thread.hold(false)
    }
    dispatch()
  }

  const start = () => {
    const thread = startThread<CallRequestMessage, CallReplyMessage>(
      new URL('./callWorker.ts', import.meta.url),
      { genesis: chain.genesis } satisfies CallThreadData,
      {
        onMessage: (message) => receive(slot, message),
        onStop: (reason) => {
          slots.delete(slot)
          // One that never came to run calls takes one with it, or threads would be started for ever.
          const task = slot.isReady ? slot.task : waiting.shift()
          task?.reject(new Error(`the thread that ran the call stopped: ${reason.message}`, { cause: reason }))
          dispatch()
        },
      },
    )
    const slot: Slot = { thread, isReady: false, task: undefined, entries: 0, hashes: 0, block: undefined }
    slots.add(slot)
  }

  /** Gives waiting calls to idle threads, and starts threads for the rest. */
  const dispatch = () => {
    let starting = 0
    for (const slot of slots) {
      if (!slot.isReady) starting++
      else if (slot.task === undefined) {
        const task = waiting.shift()
        if (task === undefined) continue
        slot.task = task
        slot.thread.hold(true)
        slot.thread.post({ kind: 'call', order: orderFor(slot, task) })
      }
    }
    for (; starting < waiting.length && slots.size < workers; starting++) start()
  }

  /** Takes back a call that is not over. */
  const abandon = (task: Task) => {
    const index = waiting.indexOf(task)
    if (index >= 0) waiting.splice(index, 1)
    for (const slot of slots) {
      if (slot.task !== task) continue
      slots.delete(slot)
      void slot.thread.terminate()
    }
    dispatch()
  }

  return {
    workers,
    async call(request, { signal } = {}) {
      if (isClosed) throw closedError()
      const message = readCall(request)
      const block = chain.head()
      signal?.throwIfAborted()
      return new Promise<CallResult>((resolve, reject) => {
        const onAbort = () => {
          abandon(task)
          task.reject(signal?.reason)
        }
        const ending =
          <T>(end: (value: T) => void) =>
          (value: T) => {
            signal?.removeEventListener('abort', onAbort)
            end(value)
          }
        // What the caller does to its bytes later is not to change the call.
        const own = { ...message, data: ownBytes(message.data) }
        const task: Task = { message: own, block, resolve: ending(resolve), reject: ending(reject) }
        signal?.addEventListener('abort', onAbort)
        waiting.push(task)
        dispatch()
      })
    },
    async close() {
      isClosed = true
      const running = [...slots]
      slots.clear()
      for (const task of [...running.flatMap(({ task }) => task ?? []), ...waiting.splice(0)])
        task.reject(closedError())
      await Promise.all(running.map(({ thread }) => thread.terminate()))
    },
  }
}
