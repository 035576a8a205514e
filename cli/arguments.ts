import { InvalidArgumentError } from 'commander'

/** A positive integer. @throws {InvalidArgumentError} */
export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('expected a positive integer')
  return count
}
