import { availableParallelism } from 'node:os'
import type { Block } from '@ethereumjs/block'
import { bytesToHex } from '@ethereumjs/util'
import { type GasReport, MissingModelError } from '../../evm-ext/index.ts'
import { fromFailure, startThread, type Thread } from '../../evm-ext/thread.ts'
import { checkWorkers } from '../../evm-ext/workers.ts'
import type { NodeChain } from '../chain/chain.ts'
import { rpcCodes } from '../rpc/errors.ts'
import { answer } from './answers.ts'
import type {
  FromReadThread,
  Question,
  ReadOrder,
  ReadThreadData,
  SentAt,
  SentBlock,
  ToReadThread,
} from './messages.ts'
import { createFairQueue } from './queue.ts'
import {
  type AccessListResult,
  CallFailure,
  type ReadAt,
  ReadError,
  type ReadOptions,
  type ReadResult,
  type Reads,
} from './reads.ts'

export type ReadsOptions = {
  readonly chain: Pick<NodeChain, 'genesis' | 'database' | 'models' | 'blockAt' | 'recordAt' | 'stateRootAt'>
  /** Most threads, 1..256; one for each core but at least 2, so that one slow read does not hold up all, unless given. */
  readonly threads?: number
  /** Milliseconds after which a read is ended; 10,000 unless given. */
  readonly timeLimit?: number
  /** Gas of a call that names none, and most that one has; 50,000,000 unless given. */
  readonly gasCap?: bigint
  /** Most reads that wait; 1024 unless given. */
  readonly queueLimit?: number
  /** Most characters of a trace; 32 Mi unless given. */
  readonly resultLimit?: number
}

const TIME_LIMIT = 10_000
const GAS_CAP = 50_000_000n
const QUEUE_LIMIT = 1024
const RESULT_LIMIT = 32 * 2 ** 20
const MAX_DEFAULT_THREADS = 8

/** A read that was asked for. */
type Task = {
  readonly order: ReadOrder
  /** Its signal is that of a connection, where no client is named. */
  readonly client: unknown
  resolve(value: unknown): void
  reject(reason: unknown): void
}

type Slot = {
  readonly thread: Thread<ToReadThread>
  isReady: boolean
  task: Task | undefined
  timer: NodeJS.Timeout | undefined
}

/** What a client is told of a read that the node could not carry out. */
function told(error: Error): Error {
  if (!(error instanceof MissingModelError)) return error
  const message = `model ${error.root} is registered, but this node does not have its bytes: upload them with tensor_publishModel`
  return new ReadError(rpcCodes.resourceNotFound, message)
}

/**
 * Starts what reads a chain. Threads beyond the first are started as reads need them, and ended with a read that takes too long or that
 * nobody waits for any more: there is no other way to stop what a thread does. Idle ones do not keep the process alive.
 *
 * A client, which is a connection unless it is named, has one thread less at a time than there are at most.
 *
 * @throws {RangeError} when `threads` is out of range
 */
export function createReads(options: ReadsOptions): Reads {
  const { chain, timeLimit = TIME_LIMIT, gasCap = GAS_CAP, queueLimit = QUEUE_LIMIT } = options
  const threads = checkWorkers(options.threads ?? Math.min(Math.max(2, availableParallelism()), MAX_DEFAULT_THREADS))
  const data: ReadThreadData = { genesis: chain.genesis, gasCap, resultLimit: options.resultLimit ?? RESULT_LIMIT }
  const slots = new Set<Slot>()
  const waiting = createFairQueue<Task>()
  let isClosed = false

  const closedError = () => new Error('the node is closing')

  /** Takes the read from a thread that is done with it. */
  const release = (slot: Slot): Task | undefined => {
    const { task } = slot
    slot.task = undefined
    clearTimeout(slot.timer)
    slot.thread.hold(false)
    return task
  }

  /** Ends a thread, and so the read that it is at. */
  const end = (slot: Slot): Task | undefined => {
    const task = release(slot)
    slots.delete(slot)
    void slot.thread.terminate()
    return task
  }

  const respond = async (slot: Slot, questions: readonly Question[]) => {
    const answers = await answer(chain, questions)
    if (slots.has(slot)) slot.thread.post({ kind: 'answers', answers })
  }

  const receive = (slot: Slot, message: FromReadThread) => {
    switch (message.kind) {
      case 'questions':
        void respond(slot, message.questions)
        return
      case 'ready':
        slot.isReady = true
        slot.thread.hold(false)
        break
      case 'result':
        release(slot)?.resolve(message.value)
        break
      case 'json':
        release(slot)?.resolve(JSON.parse(new TextDecoder().decode(message.bytes)))
        break
      case 'refused':
        release(slot)?.reject(new ReadError(message.code, message.message))
        break
      case 'callFailed':
        release(slot)?.reject(new CallFailure(message.result))
        break
      case 'failed': {
        const error = fromFailure(message.failure)
        // Nobody foresaw any other error, nor in what state it leaves the thread.
        const task = error instanceof MissingModelError ? release(slot) : end(slot)
        task?.reject(told(error))
      }
    }
    dispatch()
  }

  const start = () => {
    const thread = startThread<ToReadThread, FromReadThread>(new URL('./readWorker.ts', import.meta.url), data, {
      onMessage: (message) => receive(slot, message),
      onStop: (reason) => {
        clearTimeout(slot.timer)
        slots.delete(slot)
        // One that never came to read takes a read with it, or threads would be started for ever.
        const task = slot.isReady ? slot.task : waiting.next(() => true)
        task?.reject(new Error(`the thread of a read stopped: ${reason.message}`, { cause: reason }))
        dispatch()
      },
    })
    const slot: Slot = { thread, isReady: false, task: undefined, timer: undefined }
    slots.add(slot)
  }

  const isAllowed = (client: unknown): boolean => {
    if (client === undefined || threads === 1) return true
    let running = 0
    for (const { task } of slots) if (task !== undefined && task.client === client) running++
    return running < threads - 1
  }

  const give = (slot: Slot, task: Task) => {
    slot.task = task
    slot.thread.hold(true)
    slot.timer = setTimeout(() => {
      const message = `execution aborted (timeout = ${timeLimit / 1000}s)`
      end(slot)?.reject(new ReadError(rpcCodes.serverError, message))
      dispatch()
    }, timeLimit)
    slot.thread.post({ kind: 'read', order: task.order })
  }

  /** Gives waiting reads to idle threads, and starts threads for the rest. */
  const dispatch = () => {
    if (isClosed) return
    let starting = 0
    for (const slot of slots) {
      if (!slot.isReady) starting++
      else if (slot.task === undefined) {
        const task = waiting.next(isAllowed)
        if (task !== undefined) give(slot, task)
      }
    }
    for (; starting < waiting.length && slots.size < threads; starting++) start()
  }

  /** Takes back a read that is not over. */
  const abandon = (task: Task) => {
    waiting.remove(task)
    for (const slot of slots) if (slot.task === task) end(slot)
    dispatch()
  }

  const read = async (order: ReadOrder, { signal, client: name }: ReadOptions = {}): Promise<unknown> => {
    const client = name ?? signal
    if (isClosed) throw closedError()
    signal?.throwIfAborted()
    if (waiting.length >= queueLimit)
      throw new ReadError(
        rpcCodes.limitExceeded,
        `${waiting.length} calls wait for their turn already; try again later`,
      )
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        abandon(task)
        task.reject(signal?.reason)
      }
      const ending =
        <T>(finish: (value: T) => void) =>
        (value: T) => {
          signal?.removeEventListener('abort', onAbort)
          finish(value)
        }
      const task: Task = { order, client, resolve: ending(resolve), reject: ending(reject) }
      signal?.addEventListener('abort', onAbort)
      waiting.add(task, client)
      dispatch()
    })
  }

  const sentAt = ({ header, ...at }: ReadAt): SentAt => ({ ...at, header: header.serialize() })

  const sentBlock = async (block: Block): Promise<SentBlock> => {
    const { header } = block
    if (header.number === 0n) throw new ReadError(rpcCodes.serverError, 'genesis is not traceable')
    const parent = await chain.blockAt(bytesToHex(header.parentHash))
    const record = await chain.recordAt(bytesToHex(block.hash()))
    if (parent === undefined || record === undefined)
      throw new ReadError(rpcCodes.serverError, `block ${bytesToHex(block.hash())} not found`)
    return {
      block: block.serialize(),
      stateRoot: await chain.stateRootAt(parent),
      senders: record.receipts.map(({ from }) => from),
    }
  }

  // The first read would wait for its thread to start.
  start()

  return {
    call: (call, at, how) => read({ kind: 'call', call, at: sentAt(at) }, how) as Promise<ReadResult>,
    estimateGas: (call, at, how) => read({ kind: 'estimateGas', call, at: sentAt(at) }, how) as Promise<bigint>,
    createAccessList: (call, at, how) =>
      read({ kind: 'accessList', call, at: sentAt(at) }, how) as Promise<AccessListResult>,
    traceTransaction: async (block, index, trace, how) =>
      read({ kind: 'trace', block: await sentBlock(block), index, trace }, how),
    traceBlock: async (block, trace, how) =>
      read({ kind: 'trace', block: await sentBlock(block), index: undefined, trace }, how),
    traceCall: (call, at, trace, how) => read({ kind: 'traceCall', call, at: sentAt(at), trace }, how),
    gasReport: async (block, index, how) =>
      read({ kind: 'gasReport', block: await sentBlock(block), index }, how) as Promise<GasReport>,
    async close() {
      isClosed = true
      const running = [...slots]
      const tasks = [...running.flatMap((slot) => release(slot) ?? []), ...waiting.clear()]
      slots.clear()
      for (const task of tasks) task.reject(closedError())
      await Promise.all(running.map(({ thread }) => thread.terminate()))
    },
  }
}
