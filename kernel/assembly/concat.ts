import { copyRows } from './copyRows'

/** Bytes of output that are written from both operands before going on, so that they stay in the first cache. */
const CHUNK_BYTES: usize = 8192

/** Writes `rows` rows, each `bytesA` bytes of a followed by `bytesB` bytes of b. */
export function concatRows(destination: usize, a: usize, bytesA: usize, b: usize, bytesB: usize, rows: usize): void {
  const bytes = bytesA + bytesB
  const chunk = max<usize>(CHUNK_BYTES / bytes, 1)
  while (rows > 0) {
    const count = min(chunk, rows)
    copyRows(destination, a, bytesA, count, bytes, bytesA)
    copyRows(destination + bytesA, b, bytesB, count, bytes, bytesB)
    destination += count * bytes
    a += count * bytesA
    b += count * bytesB
    rows -= count
  }
}
