import { createHash } from 'node:crypto'
import { cpuNanoseconds } from './timing.ts'

/**
 * Nanoseconds of SHA3-256 over 64 KiB on the reference machine: what KECCAK256 of as much costs in gas (30 and 6 a word), at
 * 10.7 ns a gas. It carries prices between machines.
 */
export const YARDSTICK_NANOSECONDS = 10.7 * (30 + 6 * 2048)

const BYTES = 65536
const CALLS = 40
const SAMPLES = 15

/** CPU nanoseconds that the yardstick takes here: the least of several samples. */
export function measureYardstick(): number {
  const data = Buffer.alloc(BYTES, 7)
  let least = Infinity
  for (let sample = 0; sample < SAMPLES; sample++) {
    const before = cpuNanoseconds()
    for (let call = 0; call < CALLS; call++) createHash('sha3-256').update(data).digest()
    least = Math.min(least, (cpuNanoseconds() - before) / CALLS)
  }
  return least
}
