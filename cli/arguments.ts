import { InvalidArgumentError } from 'commander'

/** A positive integer. @throws {InvalidArgumentError} */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a positive integer')
  return count
}

/** A path of a file or directory. @throws {InvalidArgumentError} when it is empty, as an unset variable of a shell is */
export function parsePath(text: string): string {
  if (text === '') throw new InvalidArgumentError('expected a path')
  return text
}
