import { copyRows } from './copyRows'

/** `min(max(row, 0), lastRow)` without a branch, which an index could mislead. Neither difference overflows. */
@inline
function clampRow(row: i32, lastRow: i32): usize {
  const past = (row & ~(row >> 31)) - lastRow
  return (lastRow + (past & (past >> 31))) as usize
}

/** Four signed integers. */
@inline
function loadFour<I>(address: usize): v128 {
  if (sizeof<I>() === 4) return v128.load(address)
  if (sizeof<I>() === 2) return v128.load16x4_s(address)
  return i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(address)))
}

/** Rows of sizeof<E>() bytes. */
@inline
function gatherElements<I, E>(destination: usize, table: usize, lastRow: i32, indices: usize, count: usize): void {
  const last = i32x4.splat(lastRow)
  for (; count >= 4; count -= 4) {
    const rows = i32x4.min_s(i32x4.max_s(loadFour<I>(indices), i32x4.splat(0)), last)
    store<E>(destination, load<E>(table + (i32x4.extract_lane(rows, 0) as usize) * sizeof<E>()))
    store<E>(destination + sizeof<E>(), load<E>(table + (i32x4.extract_lane(rows, 1) as usize) * sizeof<E>()))
    store<E>(destination + 2 * sizeof<E>(), load<E>(table + (i32x4.extract_lane(rows, 2) as usize) * sizeof<E>()))
    store<E>(destination + 3 * sizeof<E>(), load<E>(table + (i32x4.extract_lane(rows, 3) as usize) * sizeof<E>()))
    indices += 4 * sizeof<I>()
    destination += 4 * sizeof<E>()
  }
  for (; count > 0; count--) {
    const row = clampRow(load<I>(indices) as i32, lastRow)
    store<E>(destination, load<E>(table + row * sizeof<E>()))
    indices += sizeof<I>()
    destination += sizeof<E>()
  }
}

/** Rows of sizeof<E>() to 2 * sizeof<E>() bytes: an access at either end, which overlap, covers each exactly. */
@inline
function gatherOverlapped<I, E>(
  destination: usize,
  table: usize,
  rowBytes: usize,
  lastRow: i32,
  indices: usize,
  count: usize,
): void {
  const last = rowBytes - sizeof<E>()
  for (let i: usize = 0; i < count; i++) {
    const row = table + clampRow(load<I>(indices + i * sizeof<I>()) as i32, lastRow) * rowBytes
    const head = load<E>(row)
    const tail = load<E>(row + last)
    store<E>(destination, head)
    store<E>(destination + last, tail)
    destination += rowBytes
  }
}

function gatherRows<I>(
  destination: usize,
  table: usize,
  rowBytes: usize,
  lastRow: i32,
  indices: usize,
  count: usize,
): void {
  if (rowBytes === 1) gatherElements<I, u8>(destination, table, lastRow, indices, count)
  else if (rowBytes === 2) gatherElements<I, u16>(destination, table, lastRow, indices, count)
  else if (rowBytes === 4) gatherElements<I, u32>(destination, table, lastRow, indices, count)
  else if (rowBytes === 8) gatherElements<I, u64>(destination, table, lastRow, indices, count)
  else if (rowBytes === 16) gatherElements<I, v128>(destination, table, lastRow, indices, count)
  else if (rowBytes > 32)
    for (let i: usize = 0; i < count; i++) {
      const row = clampRow(load<I>(indices + i * sizeof<I>()) as i32, lastRow)
      copyRows(destination + i * rowBytes, table + row * rowBytes, rowBytes, 1, 0, 0)
    }
  else if (rowBytes > 16) gatherOverlapped<I, v128>(destination, table, rowBytes, lastRow, indices, count)
  else if (rowBytes > 8) gatherOverlapped<I, u64>(destination, table, rowBytes, lastRow, indices, count)
  else if (rowBytes > 4) gatherOverlapped<I, u32>(destination, table, rowBytes, lastRow, indices, count)
  else gatherOverlapped<I, u16>(destination, table, rowBytes, lastRow, indices, count)
}

/**
 * Looks up `count` rows of a table: row `clamp(indices[i], 0, lastRow)` becomes row i of the destination.
 *
 * @param indexBytes - bytes of an index: 1, 2 or 4, signed
 */
export function gather(
  destination: usize,
  table: usize,
  rowBytes: usize,
  lastRow: i32,
  indices: usize,
  indexBytes: i32,
  count: usize,
): void {
  if (indexBytes === 1) gatherRows<i8>(destination, table, rowBytes, lastRow, indices, count)
  else if (indexBytes === 2) gatherRows<i16>(destination, table, rowBytes, lastRow, indices, count)
  else gatherRows<i32>(destination, table, rowBytes, lastRow, indices, count)
}
