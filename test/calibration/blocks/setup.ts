import type { Clock } from '../../../calibration/blocks/clock.ts'

/** A clock of which each reading is a hundredth of a second after the one before. */
export function createFakeClock(): Clock {
  let hundredths = 0
  const next = () => ++hundredths / 100
  return { cpuSeconds: next, wallSeconds: next }
}
