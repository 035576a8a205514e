// ARGMAX: the lowest position of the largest element along one axis.

import { extremeOfLanes, lastBytes, loadUpTo, MAXIMUM, neutral, roomFor, settle } from './reductionLanes'

/** Positions that a byte holds. */
const BYTE_POSITIONS: usize = 256

/** Rows of `count` neighbours: finds the largest element of a row, then the first that equals it. */
@inline
function argmaxRows<T>(x: usize, output: usize, count: usize, rows: usize): void {
  const lanes: usize = 16 / sizeof<T>()
  const vectors = (count * sizeof<T>()) >> 4
  const rest = (count * sizeof<T>()) & 15
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
    let position: usize = 0
    let matches: i32 = 0
    address = x
    for (let vector = vectors; vector > 0; vector--) {
      matches = v128.bitmask<T>(v128.eq<T>(v128.load(address), largest))
      if (matches !== 0) break
      position += lanes
      address += 16
    }
    if (matches === 0) {
      matches = v128.bitmask<T>(v128.and(v128.eq<T>(v128.load(end), largest), mask))
      position -= (16 - rest) / sizeof<T>()
    }
    store<i32>(output, (position as i32) + ctz(matches))
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

/** Element by element, for more positions than a lane holds. */
@inline
function argmaxOfElements(x: usize, output: usize, count: usize, columns: usize): void {
  for (let column: usize = 0; column < columns; column++) {
    let address = x + column
    let largest: i32 = -129
    let position: usize = 0
    for (let k: usize = 0; k < count; k++) {
      const element: i32 = load<i8>(address)
      position = element > largest ? k : position
      largest = max(element, largest)
      address += columns
    }
    store<i32>(output + 4 * column, position as i32)
  }
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
    if (sizeof<T>() === 1 && count > BYTE_POSITIONS) argmaxOfElements(x, output, count, columns)
    else if (columns < lanes) {
      const room = roomFor(output, lastOutput)
      storePositions<T>(room, positionsOfLargest<T>(true, x, lastX, count, step))
      settle(room, output, columns * 4)
    } else {
      const end = columns - lanes
      let column: usize = 0
      while (true) {
        const positions = positionsOfLargest<T>(false, x + column * sizeof<T>(), lastX, count, step)
        storePositions<T>(output + column * 4, positions)
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
