// Pools with fewer channels than a vector has lanes, a row of windows at a time: the rows of the windows are folded into
// one row, then its columns, with neighbouring pixels side by side in the lanes.

import { DESCRIPTOR, SCRATCH, SCRATCH_BYTES } from '../layout'
import { averageOfInt16, MOST_INT16_TAPS, reciprocal, reciprocalShift } from './poolAverage'
import { loadUpTo, MAXIMUM, neutral, roomFor, settle } from './reductionLanes'

/** Bytes past the end of a row that whole vectors may write. */
const SLACK: usize = 64
// Room behind the vector that `roomFor` may lend out.
const ROWS: usize = SCRATCH + 64
const ROW_BYTES: usize = ((SCRATCH_BYTES - 64) / 3) & ~63
const FOLDED_ROW: usize = ROWS
const FOLDED_WINDOWS: usize = ROWS + ROW_BYTES
const GATHERED: usize = ROWS + 2 * ROW_BYTES

/** Bytes of an element of a folded row: sums are int16. */
@inline
function foldedBytes<T>(isAverage: bool): usize {
  return isAverage ? 2 : sizeof<T>()
}

/** Whether {@link poolByRows} can do it, and folds no columns that lie between windows. */
@inline
export function isPooledByRows<T>(): bool {
  const channels: usize = load<u32>(DESCRIPTOR, 12)
  const windowHeight = load<u32>(DESCRIPTOR, 24)
  const windowWidth = load<u32>(DESCRIPTOR, 28)
  if (channels >= 16 / sizeof<T>() || load<u32>(DESCRIPTOR, 36) > windowWidth) return false
  return windowHeight <= MOST_INT16_TAPS && windowHeight * windowWidth <= MOST_INT16_TAPS
}

/** Folds `count` neighbours over rows, in whole vectors. */
@inline
function foldRows<T>(isAverage: bool, x: usize, last: usize, to: usize, count: usize, rows: u32, step: usize): void {
  const bytes = count * sizeof<T>()
  for (let offset: usize = 0; offset < bytes; offset += 16) {
    let tap = x + offset
    const first = loadUpTo(tap, last)
    let low = isAverage ? i16x8.extend_low_i8x16_s(first) : first
    let high = isAverage ? i16x8.extend_high_i8x16_s(first) : first
    for (let row = rows - 1; row > 0; row--) {
      tap += step
      const elements = loadUpTo(tap, last)
      if (isAverage) {
        low = i16x8.add(low, i16x8.extend_low_i8x16_s(elements))
        high = i16x8.add(high, i16x8.extend_high_i8x16_s(elements))
      } else low = v128.max<T>(low, elements)
    }
    if (isAverage) {
      v128.store(to + 2 * offset, low)
      v128.store(to + 2 * offset, high, 16)
    } else v128.store(to + offset, low)
  }
}

/** Folds `taps` vectors of elements `step` bytes apart: of int16 sums, two at a time. */
@inline
function foldTaps<T>(isAverage: bool, from: usize, to: usize, taps: u32, step: usize): void {
  let low = v128.load(from)
  let high = isAverage ? v128.load(from, 16) : low
  for (taps--; taps > 0; taps--) {
    from += step
    if (isAverage) {
      low = i16x8.add(low, v128.load(from))
      high = i16x8.add(high, v128.load(from, 16))
    } else low = v128.max<T>(low, v128.load(from))
  }
  v128.store(to, low)
  if (isAverage) v128.store(to, high, 16)
}

/** Fills `bytes` with whole vectors. */
@inline
function fill(to: usize, bytes: usize, value: v128): void {
  for (let offset: usize = 0; offset < bytes; offset += 16) v128.store(to + offset, value)
}

/**
 * All windows, where {@link isPooledByRows}.
 *
 * @param lastX - the last address at which a vector may be read
 * @param lastOutput - the last address at which a vector may be written
 */
@inline
export function poolByRows<T>(isAverage: bool, x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  const images = load<u32>(DESCRIPTOR)
  const height = load<i32>(DESCRIPTOR, 4)
  const width = load<i32>(DESCRIPTOR, 8)
  const channels: usize = load<u32>(DESCRIPTOR, 12)
  const outputHeight = load<i32>(DESCRIPTOR, 16)
  const outputWidth = load<i32>(DESCRIPTOR, 20)
  const windowHeight = load<i32>(DESCRIPTOR, 24)
  const windowWidth = load<i32>(DESCRIPTOR, 28)
  const strideHeight = load<i32>(DESCRIPTOR, 32)
  const strideWidth = load<i32>(DESCRIPTOR, 36)
  const padTop = load<i32>(DESCRIPTOR, 40)
  const padLeft = load<i32>(DESCRIPTOR, 44)

  const lanes: usize = 16 / sizeof<T>()
  const columnBytes = channels * sizeof<T>()
  const pixelBytes = channels * foldedBytes<T>(isAverage)
  const vectorBytes = lanes * foldedBytes<T>(isAverage)
  const rowStep = (width as usize) * columnBytes
  const none = isAverage ? i64x2.splat(0) : neutral<T>(MAXIMUM)

  // Windows are folded at every column and then gathered where that takes few vectors, else one by one.
  const windowStep = (strideWidth as usize) * pixelBytes
  const isGathered = strideWidth > 1 && windowStep <= vectorBytes
  const isDense = strideWidth === 1 || isGathered
  const foldStep = isDense ? vectorBytes : windowStep
  const foldedStep = isDense ? vectorBytes : pixelBytes
  const results = isGathered ? GATHERED : FOLDED_WINDOWS

  // As many windows at a time as a folded row has room for.
  const mostColumns = ((ROW_BYTES - SLACK) / pixelBytes) as i32
  const mostWindows = min((mostColumns - windowWidth) / strideWidth + 1, outputWidth)

  // Windows of all columns, among which the count of taps is the same.
  const firstWhole = (padLeft + strideWidth - 1) / strideWidth
  const endWhole =
    width + padLeft < windowWidth ? 0 : min((width + padLeft - windowWidth) / strideWidth + 1, outputWidth)
  let taps: u32 = 0
  let half = none
  let factor = none
  let shift = 0

  for (let image = images; image > 0; image--) {
    let top = -padTop
    for (let outputRow = outputHeight; outputRow > 0; outputRow--) {
      const firstRow = max(top, 0)
      const rows: u32 = min(top + windowHeight, height) - firstRow
      const row = x + (firstRow as usize) * rowStep
      for (let first = 0; first < outputWidth; first += mostWindows) {
        const end = min(first + mostWindows, outputWidth)
        const start = first * strideWidth - padLeft
        const span = (end - first - 1) * strideWidth + windowWidth
        const firstColumn = max(start, 0)
        const columnsBefore = firstColumn - start
        const innerColumns = min(width, start + span) - firstColumn
        const columnsAfter = span - columnsBefore - innerColumns
        const innerRow = FOLDED_ROW + (columnsBefore as usize) * pixelBytes
        const innerCount = (innerColumns as usize) * channels
        fill(FOLDED_ROW, (columnsBefore as usize) * pixelBytes, none)
        foldRows<T>(isAverage, row + (firstColumn as usize) * columnBytes, lastX, innerRow, innerCount, rows, rowStep)
        fill(innerRow + (innerColumns as usize) * pixelBytes, (columnsAfter as usize) * pixelBytes, none)

        const folded: usize = isDense ? ((span - windowWidth + 1) as usize) * channels : ((end - first) as usize) * lanes
        let from = FOLDED_ROW
        let to = FOLDED_WINDOWS
        for (let fold = (folded + lanes - 1) / lanes; fold > 0; fold--) {
          foldTaps<T>(isAverage, from, to, windowWidth, pixelBytes)
          from += foldStep
          to += foldedStep
        }
        if (isGathered) {
          from = FOLDED_WINDOWS
          to = GATHERED
          for (let column = first; column < end; column++) {
            v128.store(to, v128.load(from))
            if (pixelBytes > 16) v128.store(to, v128.load(from, 16), 16)
            from += windowStep
            to += pixelBytes
          }
        }

        let column = first
        let result = results
        while (column < end) {
          let columns = 1
          if (!isAverage) columns = end - column
          else {
            if (column >= firstWhole && column < endWhole) columns = min(endWhole, end) - column
            const left = column * strideWidth - padLeft
            const count = rows * ((min(left + windowWidth, width) - max(left, 0)) as u32)
            if (count !== taps) {
              taps = count
              shift = reciprocalShift(taps)
              half = i16x8.splat((taps >> 1) as i16)
              factor = i16x8.splat(reciprocal(taps, shift) as i16)
            }
          }
          column += columns
          let rest = (columns as usize) * columnBytes
          let address = result
          while (rest > 0) {
            const room = roomFor(output, lastOutput)
            const bytes: usize = min(rest, 16)
            v128.store(
              room,
              isAverage
                ? averageOfInt16(v128.load(address), v128.load(address, 16), half, factor, shift)
                : v128.load(address),
            )
            settle(room, output, bytes)
            address += vectorBytes
            output += bytes
            rest -= bytes
          }
          result += (columns as usize) * pixelBytes
        }
      }
      top += strideHeight
    }
    x += (height as usize) * rowStep
  }
}
