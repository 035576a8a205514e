import { setImmediate } from 'node:timers/promises'
import type { Hex } from '../../evm-ext/index.ts'
import { type BlockFields, type BlockRecord, type NodeChain, PostponedError } from '../chain/chain.ts'
import type { PooledTransaction, TransactionPool } from '../pool/pool.ts'
import { createClock } from './clock.ts'
import type { Miner, MiningMode } from './miner.ts'

export type MinerOptions = {
  readonly chain: NodeChain
  readonly pool: TransactionPool
  /** Automatic unless given. */
  readonly mode?: MiningMode
  /** Who gets the fees; the coinbase of the block before unless given. */
  readonly coinbase?: Hex
  /** Gas limit of blocks; that of the block before unless given. */
  readonly gasLimit?: bigint
  /** Seconds; the machine's clock unless given. */
  readonly now?: () => number
}

/** Fields that hold for all blocks from now on, and those that hold for the next one. */
type Wishes = Omit<BlockFields, 'timestamp'>

/** What waits for a transaction to be mined. */
type Waiter = { resolve(): void; reject(reason: Error): void }

/** Refusals that are remembered for who asks after the block. */
const MAX_REFUSALS = 1024

/** Makes blocks on a chain. A refused transaction leaves the pool, unless a later block may have it. */
export function createMiner(options: MinerOptions): Miner {
  const { chain, pool, coinbase, gasLimit } = options
  const clock = createClock(options.now)
  let mode: MiningMode = { kind: 'manual' }
  let lasting: Wishes = { ...(coinbase && { coinbase }), ...(gasLimit !== undefined && { gasLimit }) }
  let once: Wishes = {}
  let timer: NodeJS.Timeout | undefined
  let queue: Promise<unknown> = Promise.resolve()
  let isAwake = false
  const waiters = new Map<Hex, Waiter[]>()
  const refusals = new Map<Hex, Error>()

  const inTurn = <T>(task: () => Promise<T>): Promise<T> => {
    const result = queue.then(task)
    queue = result.catch(() => undefined)
    return result
  }

  const nextFields = (): BlockFields => ({
    ...{ ...lasting, ...once },
    timestamp: clock.next(chain.head().header.timestamp),
  })

  const settle = (hash: Hex, reason?: Error) => {
    const waiting = waiters.get(hash) ?? []
    waiters.delete(hash)
    for (const { resolve, reject } of waiting)
      if (reason === undefined) resolve()
      else reject(reason)
  }

  const refuse = (hash: Hex, reason: Error) => {
    pool.remove([hash])
    refusals.set(hash, reason)
    const oldest = refusals.size > MAX_REFUSALS ? refusals.keys().next().value : undefined
    if (oldest !== undefined) refusals.delete(oldest)
    settle(hash, reason)
  }

  /** Makes a block of what may be mined now. */
  const mineBlock = async (timestamp?: bigint): Promise<BlockRecord> => {
    await pool.refreshed()
    const wishes = once
    const fields = timestamp === undefined ? nextFields() : { ...nextFields(), timestamp }
    const waiting = pool.executable(chain.nextHeader(fields).baseFeePerGas ?? 0n)
    const mined = await chain.mine(
      fields,
      waiting.map(({ transaction }) => transaction),
    )
    // Unless other wishes came meanwhile, which are for the next block.
    if (once === wishes) once = {}
    clock.used(fields.timestamp)
    const hashes = new Map(waiting.map(({ transaction, hash }) => [transaction, hash]))
    for (const { transaction, reason } of mined.refused)
      if (!(reason instanceof PostponedError)) refuse(hashes.get(transaction) as Hex, reason)
    for (const { transactionHash } of mined.receipts) settle(transactionHash)
    return { block: mined.block, receipts: mined.receipts }
  }

  /** Whether a block would have transactions. */
  const hasWork = async () => {
    await pool.refreshed()
    return pool.executable(chain.nextHeader(nextFields()).baseFeePerGas ?? 0n).length > 0
  }

  /** Makes blocks for as long as there are transactions for one. */
  const mineAll = async () => {
    while (mode.kind === 'automatic' && (await hasWork())) {
      const { receipts } = await mineBlock()
      await setImmediate()
      // What is left can't be mined now, and trying again would be for ever.
      if (receipts.length === 0) break
    }
  }

  const wake = () => {
    if (isAwake || mode.kind !== 'automatic') return
    isAwake = true
    inTurn(async () => {
      // What comes from now on finds a block under way, and wants another one after it.
      isAwake = false
      await mineAll()
      return undefined
    }).then(
      () => release(),
      (error: Error) => release(error),
    )
  }

  /** Lets go of those that wait for what is not going to be mined by itself. */
  const release = (reason?: Error) => {
    if (isAwake) return
    for (const hash of [...waiters.keys()]) settle(hash, reason)
  }

  const tick = () => {
    if (mode.kind !== 'interval') return
    const { seconds } = mode
    timer = setTimeout(() => {
      inTurn(() => mineBlock())
        .catch((error: Error) => process.emitWarning(error))
        .finally(tick)
    }, seconds * 1000)
  }

  const setMode = (next: MiningMode) => {
    if (next.kind === 'interval' && !(next.seconds > 0 && next.seconds <= MAX_SECONDS))
      throw new RangeError(`seconds: expected a number above 0, at most ${MAX_SECONDS}, found ${next.seconds}`)
    clearTimeout(timer)
    mode = next
    tick()
    if (mode.kind === 'automatic') wake()
    else release()
  }

  const stop = pool.onPending(wake)
  setMode(options.mode ?? { kind: 'automatic' })

  return {
    mode: () => mode,
    setMode,
    mine: (blocks = 1, interval) =>
      inTurn(async () => {
        const records: BlockRecord[] = []
        while (records.length < blocks) {
          const { timestamp } = chain.head().header
          const isFirst = records.length === 0 || interval === undefined
          records.push(await mineBlock(isFirst ? undefined : timestamp + BigInt(Math.max(1, interval))))
          await setImmediate()
        }
        return records
      }),
    settled(transaction: PooledTransaction) {
      const { hash } = transaction
      return new Promise<void>((resolve, reject) => {
        const refusal = refusals.get(hash)
        if (refusal !== undefined) reject(refusal)
        else if (mode.kind !== 'automatic' || pool.get(hash) === undefined) resolve()
        else {
          waiters.set(hash, [...(waiters.get(hash) ?? []), { resolve, reject }])
          wake()
        }
      })
    },
    nextFields,
    increaseTime: clock.increase,
    setTime: clock.set,
    setNextBlockTimestamp(timestamp) {
      const { timestamp: last } = chain.head().header
      if (timestamp <= last)
        throw new RangeError(`timestamp: expected at least ${last + 1n}, after the head's, found ${timestamp}`)
      clock.setNext(timestamp)
    },
    setBlockTimestampInterval: clock.setInterval,
    setCoinbase(address) {
      lasting = { ...lasting, coinbase: address }
    },
    setGasLimit(limit) {
      lasting = { ...lasting, gasLimit: limit }
    },
    setNextBaseFeePerGas(baseFeePerGas) {
      once = { ...once, baseFeePerGas }
    },
    setNextPrevRandao(prevRandao) {
      once = { ...once, prevRandao }
    },
    async close() {
      stop()
      clearTimeout(timer)
      mode = { kind: 'manual' }
      await queue
      release()
    },
  }
}

/** What a timer can wait for. */
const MAX_SECONDS = 2_147_483
