import { cpuNanoseconds } from '../timing.ts'

/** Times that a measurement reads. */
export type Clock = {
  /** CPU seconds of this process so far, those of its compiler and collector threads included. */
  cpuSeconds(): number
  wallSeconds(): number
}

export const systemClock: Clock = {
  cpuSeconds: () => cpuNanoseconds() / 1e9,
  wallSeconds: () => performance.now() / 1000,
}
