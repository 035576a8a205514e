import { DESCRIPTOR } from '../layout'
import { copyRows } from './copyRows'
import { fillRows } from './fillRows'

// The descriptor, written by kernel/bodies/pad.ts: an entry of three 32-bit words for each axis outside the rows,
// innermost first: its size, the bytes filled between two of its steps, and room for a counter.
const ENTRY_BYTES: usize = 12

/** Bytes of output whose rows are copied before the gaps between them are filled, so that they stay in the first cache. */
const CHUNK_BYTES: usize = 8192

/**
 * Writes the rows of the source in order with a fill before, between and after them.
 *
 * @param value - of 1, 2 or 4 bytes, repeated through the word
 * @param rowBytes - bytes of a row, at least one
 * @param axes - number of axes outside the rows, at least 1
 * @param leading - bytes filled before the first row
 * @param trailing - bytes filled after the last row
 */
export function pad(
  destination: usize,
  source: usize,
  value: i32,
  rowBytes: usize,
  axes: i32,
  leading: usize,
  trailing: usize,
): void {
  const vector = i32x4.splat(value)
  const rows: usize = load<u32>(DESCRIPTOR)
  const gap: usize = load<u32>(DESCRIPTOR, 4)
  const step = rowBytes + gap
  const chunk = max<usize>(CHUNK_BYTES / step, 1)
  const end: usize = <usize>DESCRIPTOR + (axes as usize) * ENTRY_BYTES
  for (let entry: usize = DESCRIPTOR; entry < end; entry += ENTRY_BYTES) store<u32>(entry, load<u32>(entry), 8)
  fillRows(destination, vector, leading, 1, 0)
  destination += leading
  while (true) {
    for (let left = rows; left > 0; ) {
      const count = min(chunk, left)
      left -= count
      copyRows(destination, source, rowBytes, count, step, rowBytes)
      fillRows(destination + rowBytes, vector, gap, left > 0 ? count : count - 1, step)
      destination += count * step
      source += count * rowBytes
    }
    destination -= gap
    let entry: usize = <usize>DESCRIPTOR + ENTRY_BYTES
    for (; entry < end; entry += ENTRY_BYTES) {
      const left = load<u32>(entry, 8) - 1
      if (left > 0) {
        store<u32>(entry, left, 8)
        const between = load<u32>(entry, 4)
        fillRows(destination, vector, between, 1, 0)
        destination += between
        break
      }
      store<u32>(entry, load<u32>(entry), 8)
    }
    if (entry >= end) break
  }
  fillRows(destination, vector, trailing, 1, 0)
}

/** Fills `bytes` bytes, a multiple of the value's. */
export function fill(destination: usize, value: i32, bytes: usize): void {
  fillRows(destination, i32x4.splat(value), bytes, 1, 0)
}
