import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { systemReason, UsageError } from './errors.ts'

/** Longest header of an RLP list. */
const HEADER_BYTES = 9
const SHORT_LIST = 0xc0
const LONG_LIST = 0xf8

/** Bytes of an RLP list with its header; undefined where there is none. */
function listBytes(header: Uint8Array): number | undefined {
  const [first = 0] = header
  if (first < SHORT_LIST) return undefined
  if (first < LONG_LIST) return 1 + first - SHORT_LIST
  const lengthBytes = first - LONG_LIST + 1
  if (header.length < 1 + lengthBytes) return undefined
  const length = header.subarray(1, 1 + lengthBytes).reduce((value, byte) => value * 256 + byte, 0)
  return 1 + lengthBytes + length
}

/**
 * Reads the lists of a file of RLP, one after another.
 *
 * @throws {UsageError} naming the file and the place where it is none, or ends in the middle of one
 */
export function* readBlockFile(path: string): Iterable<Uint8Array> {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    throw new UsageError(`blocks ${path}: ${systemReason(error)}`)
  }
  try {
    const { size } = fstatSync(file)
    let offset = 0
    while (offset < size) {
      const header = new Uint8Array(Math.min(HEADER_BYTES, size - offset))
      readSync(file, header, 0, header.length, offset)
      const length = listBytes(header)
      if (length === undefined) throw new UsageError(`blocks ${path}: expected a block in RLP at byte ${offset}`)
      if (offset + length > size)
        throw new UsageError(`blocks ${path}: ends in the middle of the block at byte ${offset}`)
      const block = new Uint8Array(length)
      readSync(file, block, 0, length, offset)
      yield block
      offset += length
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`blocks ${path}: ${systemReason(error)}`)
  } finally {
    closeSync(file)
  }
}
