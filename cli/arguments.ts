import { InvalidArgumentError } from 'commander'
import { MAX_WORKERS } from '../evm-ext/workers.ts'

/** A positive integer. @throws {InvalidArgumentError} */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a positive integer')
  return count
}

/** A number of threads. @throws {InvalidArgumentError} */
export function parseWorkers(text: string): number {
  const workers = Number(text)
  if (!/^\d+$/.test(text) || workers < 1 || workers > MAX_WORKERS)
    throw new InvalidArgumentError(`expected an integer in 1..${MAX_WORKERS}`)
  return workers
}

/** A path of a file or directory. @throws {InvalidArgumentError} when it is empty, as an unset variable of a shell is */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a path')
  return text
}
