/** Most threads of a pool. */
export const MAX_WORKERS = 256

/** Number of threads of a pool. @throws {RangeError} naming the argument */
export function checkWorkers(workers: number): number {
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS)
    throw new RangeError(`workers: expected an integer in 1..${MAX_WORKERS}, found ${workers}`)
  return workers
}
