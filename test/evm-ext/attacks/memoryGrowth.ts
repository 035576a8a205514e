import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** By how many bytes a process grew while attacks ran in it. */
export type MemoryGrowth = {
  /** Resident memory, but for garbage on the engine's heap. */
  readonly resident: number
  /** The kernel's linear memory. */
  readonly wasm: number
}

/** What a process may grow by beyond the arena. */
export const SLACK_BYTES = 16 * 2 ** 20
/**
 * Size in MiB that the engine's heap can't pass: about twice what it holds before an attack. What an attack keeps there,
 * or needs there at once, ends the process sooner or later.
 */
const HEAP_MIB = 56

/** By how much a process grew while a pool ran calls that fill the arena. */
export type PoolGrowth = {
  readonly workers: number
  /** The chain's `tensorArenaBytes`. */
  readonly cap: number
  /** Calls that were asked for at once, and how many of them ended well. */
  readonly calls: number
  readonly ended: number
  readonly resident: number
}

/** The engine's nursery does not grow: it would by 16 MiB, with what is garbage soon. */
const NURSERY = '--max-semi-space-size=1'

/** Runs a script of this folder in a process of its own, and reads what it prints. */
async function runChild(script: string, options: readonly string[], args: readonly string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const command = [NURSERY, '--expose-gc', '--import', import.meta.resolve('tsx'), path, ...args]
  const { stdout } = await promisify(execFile)(process.execPath, [...options, ...command])
  return JSON.parse(stdout)
}

/**
 * Runs attacks one after the other in a process of their own, each for so much gas, on a chain with this cap. The engine
 * has no threads there, so that what those take is not counted.
 *
 * @throws {Error} when the process ends by itself, as it does when the engine's heap is full
 */
export async function measureGrowth(names: readonly string[], gas: number, cap: number): Promise<MemoryGrowth> {
  const options = [`--max-old-space-size=${HEAP_MIB}`, '--single-threaded']
  return (await runChild('./memoryChild.ts', options, [String(gas), String(cap), ...names])) as MemoryGrowth
}

/** Runs calls that fill the arena on all threads of a pool at once, in a process of their own. */
export async function measurePoolGrowth(): Promise<PoolGrowth> {
  return (await runChild('./poolChild.ts', [], [])) as PoolGrowth
}
