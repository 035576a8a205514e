import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { measureYardstick, YARDSTICK_NANOSECONDS } from './yardstick.ts'

/** Where and when something was measured. */
export type Machine = {
  readonly processor: string
  readonly cores: number
  readonly node: string
  /** Revision of the sources, where they are a git working tree; `+` when it has changes. */
  readonly commit?: string
}

function git(...words: string[]): string {
  return execFileSync('git', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}

/** What this machine is. */
export function describeMachine(): Machine {
  const [first] = cpus()
  const machine = { processor: first?.model ?? 'unknown', cores: cpus().length, node: process.version }
  try {
    return {
      ...machine,
      commit: git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+'),
    }
  } catch {
    return machine
  }
}

/** The machine is too busy, or too uneven, for measurements to mean anything. */
export class NoisyMachineError extends Error {
  override readonly name = 'NoisyMachineError'
}

/** Greatest ratio of the yardstick after a measurement to that before. */
const MAX_DRIFT = 1.1

/** Turns nanoseconds here into those of the reference machine. */
export type Clock = {
  /** Nanoseconds of the yardstick before. */
  readonly before: number
  /** Reference nanoseconds of one here. */
  readonly factor: number
  /**
   * Measures the yardstick again.
   *
   * @returns its nanoseconds
   * @throws {NoisyMachineError} when the machine ran at another speed than before
   */
  check(): number
}

/** Measures the yardstick. */
export function startClock(): Clock {
  const before = measureYardstick()
  return {
    before,
    factor: YARDSTICK_NANOSECONDS / before,
    check() {
      const after = measureYardstick()
      const drift = Math.max(after / before, before / after)
      if (drift > MAX_DRIFT)
        throw new NoisyMachineError(
          `the yardstick took ${Math.round(before)} ns before and ${Math.round(after)} ns after: run it again with nothing else running`,
        )
      return after
    },
  }
}
