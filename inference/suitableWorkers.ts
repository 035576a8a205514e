import { availableParallelism } from 'node:os'
import { MAX_WORKERS } from '../evm-ext/workers.ts'
import type { ProgramSummary } from '../model/index.ts'
import type { InferencePath } from './paths.ts'

// What things take, roughly: instructions are priced at 10 ns a gas, and a transaction has a block of its own.
const MILLISECONDS_OF_GAS = 1e-5
const MILLISECONDS_OF_TRANSACTION = 4
const MILLISECONDS_OF_REFERENCE_MAC = 3e-5
/** Threads are ready after a second or two. */
const WORTHWHILE_MILLISECONDS = 4000

/**
 * How many threads to run samples in: as many as the machine runs at once where that is likely to save time, else 1.
 *
 * @param summary - of the program, for what a sample takes
 */
export function suitableWorkers(
  path: InferencePath,
  { gas, macs }: Pick<ProgramSummary, 'gas' | 'macs'>,
  samples: number,
): number {
  const each =
    path === 'reference'
      ? macs * MILLISECONDS_OF_REFERENCE_MAC
      : gas * MILLISECONDS_OF_GAS + MILLISECONDS_OF_TRANSACTION
  return samples * each < WORTHWHILE_MILLISECONDS ? 1 : Math.min(availableParallelism(), samples, MAX_WORKERS)
}
