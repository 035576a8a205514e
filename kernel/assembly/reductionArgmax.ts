// ARGMAX: the lowest position of the largest element along one axis.

import { BLOCK_BYTES, readAhead } from './reductionGrid'
import { extremeOfLanes, lastBytes, loadUpTo, MAXIMUM, neutral, roomFor, settle } from './reductionLanes'

/** Positions that a byte holds. */
const BYTE_POSITIONS: usize = 256

/**
 * Vectors that are searched from the last to the first without a branch: where the largest element stands can't be
 * predicted, and a wrong guess costs as much as they do. Of more, the search from the first on stops where it is found.
 */
const MOST_SEARCHED: usize = 8

/** Rows of `count` neighbours: finds the largest element of a row, then the first that equals it. */
@inline
function argmaxRows<T>(x: usize, output: usize, count: usize, rows: usize): void {
  const lanes: i32 = 16 / sizeof<T>()
  const vectors = (count * sizeof<T>()) >> 4
  const whole = (vectors as i32) * lanes
  const rest = (count * sizeof<T>()) & 15
  const skipped = ((16 - rest) / sizeof<T>()) as i32
  const mask = lastBytes(rest)
  const none = neutral<T>(MAXIMUM)
  for (; rows > 0; rows--) {
    let largest = none
    let address = x
    for (let vector = vectors; vector > 0; vector--) {
      largest = v128.max<T>(largest, v128.load(address))
      address += 16
    }
    // A row shorter than a vector is read from at most 15 bytes before x on, where there is always memory.
    const end = address + rest - 16
    if (rest > 0) largest = v128.max<T>(largest, v128.bitselect(v128.load(end), none, mask))
    largest = extremeOfLanes<T>(MAXIMUM, largest)
    let position: i32 = 0
    if (rest > 0) {
      const matches = v128.bitmask<T>(v128.and(v128.eq<T>(v128.load(end), largest), mask))
      position = (whole - skipped) + ctz(matches)
    }
    if (vectors > MOST_SEARCHED) {
      address = x
      for (let first = 0; first < whole; first += lanes) {
        const matches = v128.bitmask<T>(v128.eq<T>(v128.load(address), largest))
        if (matches !== 0) {
          position = first + ctz(matches)
          break
        }
        address += 16
      }
    } else
      for (let first = whole - lanes; first >= 0; first -= lanes) {
        address -= 16
        const matches = v128.bitmask<T>(v128.eq<T>(v128.load(address), largest))
        const isFound = -((matches !== 0) as i32)
        position = (position & ~isFound) | ((first + ctz(matches)) & isFound)
      }
    store<i32>(output, position)
    x += count * sizeof<T>()
    output += 4
  }
}

/** Writes the int32 values of unsigned lanes. */
@inline
function storePositions<T>(output: usize, positions: v128): void {
  if (sizeof<T>() === 4) v128.store(output, positions)
  else if (sizeof<T>() === 2) {
    v128.store(output, i32x4.extend_low_i16x8_u(positions))
    v128.store(output, i32x4.extend_high_i16x8_u(positions), 16)
  } else {
    const low = i16x8.extend_low_i8x16_u(positions)
    const high = i16x8.extend_high_i8x16_u(positions)
    v128.store(output, i32x4.extend_low_i16x8_u(low))
    v128.store(output, i32x4.extend_high_i16x8_u(low), 16)
    v128.store(output, i32x4.extend_low_i16x8_u(high), 32)
    v128.store(output, i32x4.extend_high_i16x8_u(high), 48)
  }
}

/** Positions of the largest of `count` vectors, `step` bytes apart, lane by lane. */
@inline
function positionsOfLargest<T>(isShort: bool, x: usize, last: usize, count: usize, step: usize): v128 {
  const one = v128.splat<T>(1 as T)
  let largest = isShort ? loadUpTo(x, last) : v128.load(x)
  let positions = i64x2.splat(0)
  let position = i64x2.splat(0)
  for (count--; count > 0; count--) {
    x += step
    position = v128.add<T>(position, one)
    const elements = isShort ? loadUpTo(x, last) : v128.load(x)
    positions = v128.bitselect(position, positions, v128.gt<T>(elements, largest))
    largest = v128.max<T>(largest, elements)
  }
  return positions
}

/** Where lanes changed, `first` plus the int8 positions; else the int32 positions that were there. */
@inline
function storeChanged(output: usize, first: v128, positions: v128, changed: v128): void {
  const found = i32x4.add(first, i32x4.extend_low_i16x8_u(positions))
  v128.store(output, v128.bitselect(found, v128.load(output), i32x4.extend_low_i16x8_s(changed)))
  const next = i32x4.add(first, i32x4.extend_high_i16x8_u(positions))
  v128.store(output, v128.bitselect(next, v128.load(output, 16), i32x4.extend_high_i16x8_s(changed)), 16)
}

/** Writes the positions of the largest of `count` vectors of int8, more than a byte holds: so many at a time. */
@inline
function storeLongPositions(isShort: bool, x: usize, last: usize, output: usize, count: usize, step: usize): void {
  const one = i8x16.splat(1)
  const none = i64x2.splat(0)
  let largest = isShort ? loadUpTo(x, last) : v128.load(x)
  storePositions<i8>(output, none)
  for (let first: usize = 0; first < count; first += BYTE_POSITIONS) {
    let positions = none
    let position = none
    let changed = none
    for (let k = min(count - first, BYTE_POSITIONS); k > 0; k--) {
      const elements = isShort ? loadUpTo(x, last) : v128.load(x)
      const isLarger = i8x16.gt_s(elements, largest)
      positions = v128.bitselect(position, positions, isLarger)
      changed = v128.or(changed, isLarger)
      largest = i8x16.max_s(largest, elements)
      position = i8x16.add(position, one)
      x += step
    }
    const firsts = i32x4.splat(first as i32)
    storeChanged(output, firsts, i16x8.extend_low_i8x16_u(positions), i16x8.extend_low_i8x16_s(changed))
    storeChanged(output + 32, firsts, i16x8.extend_high_i8x16_u(positions), i16x8.extend_high_i8x16_s(changed))
  }
}

/** Writes the positions of the largest of `count` vectors, `step` bytes apart. */
@inline
function searchColumns<T>(isShort: bool, x: usize, last: usize, output: usize, count: usize, step: usize): void {
  if (sizeof<T>() === 1 && count > BYTE_POSITIONS) storeLongPositions(isShort, x, last, output, count, step)
  else storePositions<T>(output, positionsOfLargest<T>(isShort, x, last, count, step))
}

/** Along an axis that is not the last: `images` times `count` rows of `columns` neighbours. */
@inline
function argmaxColumns<T>(
  x: usize,
  output: usize,
  count: usize,
  images: usize,
  columns: usize,
  lastX: usize,
  lastOutput: usize,
): void {
  const lanes: usize = 16 / sizeof<T>()
  const step = columns * sizeof<T>()
  for (; images > 0; images--) {
    if (columns < lanes) {
      const room = roomFor(output, lastOutput)
      searchColumns<T>(true, x, lastX, room, count, step)
      settle(room, output, columns * 4)
    } else {
      const end = columns - lanes
      let column: usize = 0
      let endOfBlock: usize = 0
      while (true) {
        if (column >= endOfBlock) {
          endOfBlock = min(column + BLOCK_BYTES / sizeof<T>(), columns)
          readAhead(x + column * sizeof<T>(), (endOfBlock - column) * sizeof<T>(), count as u32, step, 1, 0, 1, 0)
        }
        searchColumns<T>(false, x + column * sizeof<T>(), lastX, output + column * 4, count, step)
        if (column === end) break
        column += lanes
        if (column > end) column = end
      }
    }
    x += count * step
    output += columns * 4
  }
}

/** ARGMAX of int8 along the last axis: `rows` rows of `count` elements. */
export function argmaxRowsInt8(x: usize, output: usize, count: usize, rows: usize): void {
  argmaxRows<i8>(x, output, count, rows)
}

/** ARGMAX of int16, as {@link argmaxRowsInt8}. */
export function argmaxRowsInt16(x: usize, output: usize, count: usize, rows: usize): void {
  argmaxRows<i16>(x, output, count, rows)
}

/** ARGMAX of int32, as {@link argmaxRowsInt8}. */
export function argmaxRowsInt32(x: usize, output: usize, count: usize, rows: usize): void {
  argmaxRows<i32>(x, output, count, rows)
}

/**
 * ARGMAX of int8 along an axis of `count` elements with `images` elements outside and `columns` elements inside it.
 * Vectors may be read up to address `lastX` and their results written up to `lastOutput`.
 */
export function argmaxColumnsInt8(
  x: usize,
  output: usize,
  count: usize,
  images: usize,
  columns: usize,
  lastX: usize,
  lastOutput: usize,
): void {
  argmaxColumns<i8>(x, output, count, images, columns, lastX, lastOutput)
}

/** ARGMAX of int16, as {@link argmaxColumnsInt8}: the type rule lets no axis be longer than 2^16. */
export function argmaxColumnsInt16(
  x: usize,
  output: usize,
  count: usize,
  images: usize,
  columns: usize,
  lastX: usize,
  lastOutput: usize,
): void {
  argmaxColumns<i16>(x, output, count, images, columns, lastX, lastOutput)
}

/** ARGMAX of int32, as {@link argmaxColumnsInt8}. */
export function argmaxColumnsInt32(
  x: usize,
  output: usize,
  count: usize,
  images: usize,
  columns: usize,
  lastX: usize,
  lastOutput: usize,
): void {
  argmaxColumns<i32>(x, output, count, images, columns, lastX, lastOutput)
}
