import { setTimeout } from 'node:timers/promises'
import { createCallPool, createChain, defaultGenesis } from '../../../evm-ext/index.ts'
import { code } from '../../bytecode.ts'
import { creating } from '../creation.ts'
import type { PoolGrowth } from './memoryGrowth.ts'
import { bytesType, make, POP, repeat } from './programs.ts'

// Runs calls that fill the arena on all threads of a pool at once. Started by memoryGrowth.ts.

const WORKERS = 2
const CALLS = 12
const CAP = 32 * 2 ** 20

const chain = await createChain({ genesis: defaultGenesis({ parameters: { tensorArenaBytes: CAP } }) })
const fill = await chain.deploy(creating(repeat(8, make(bytesType(CAP / 8)), POP)))
const touch = await chain.deploy(creating(code(make(bytesType(64)), POP)))
const pool = createCallPool(chain, { workers: WORKERS })

/** Runs a contract so many times at once; gives how many of the calls ended well. */
async function callAll(to: string, times: number): Promise<number> {
  const results = await Promise.all(Array.from({ length: times }, () => pool.call({ to })))
  return results.filter(({ status }) => status === 1).length
}

/** All that the process holds, but for the heap of this thread. */
async function held(): Promise<number> {
  globalThis.gc?.()
  await setTimeout(50)
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  return rss - heapTotal + heapUsed
}

for (let round = 0; round < 20; round++) await callAll(touch.contractAddress, 2 * WORKERS)
const before = await held()
const ended = await callAll(fill.contractAddress, CALLS)
const growth: PoolGrowth = {
  workers: WORKERS,
  cap: CAP,
  calls: CALLS,
  ended,
  resident: (await held()) - before,
}
await pool.close()
console.log(JSON.stringify(growth))
