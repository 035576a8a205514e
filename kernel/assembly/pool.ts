// AVG_POOL2D and MAX_POOL2D: the taps of a window that lie inside the image are a grid of rows and columns.
//
// Descriptor: images, rows and columns of x, channels, rows and columns of the output, rows and columns of the window,
// vertical and horizontal stride, padding above and to the left.

import { DESCRIPTOR } from '../layout'
import { averageOfSmallWindow, averageOfWindow, MOST_INT16_TAPS, reciprocal, reciprocalShift } from './poolAverage'
import { isPooledByRows, poolByRows } from './poolRows'
import { extremeOfColumns } from './reductionGrid'
import { MAXIMUM, roomFor, settle } from './reductionLanes'

/**
 * Folds the taps of a window, a vector of channels at a time.
 *
 * @param isShort - whether a tap may lie past the last address at which a vector may be read
 */
@inline
function foldWindow<T>(
  isAverage: bool,
  isShort: bool,
  x: usize,
  last: usize,
  inner: u32,
  innerStep: usize,
  outer: u32,
  outerStep: usize,
  half: v128,
  factor: v128,
  shift: i32,
): v128 {
  if (!isAverage) return extremeOfColumns<T>(MAXIMUM, isShort, x, last, inner, innerStep, outer, outerStep, 1, 0)
  if (inner * outer <= MOST_INT16_TAPS)
    return averageOfSmallWindow(isShort, x, last, inner, innerStep, outer, outerStep, half, factor, shift)
  return averageOfWindow(isShort, x, last, inner, innerStep, outer, outerStep, half, factor, shift)
}

/**
 * Folds the taps of each window, along its longer side first.
 *
 * @param lastX - the last address at which a vector may be read
 * @param lastOutput - the last address at which a vector may be written
 */
@inline
function poolByPixels<T>(isAverage: bool, x: usize, output: usize, lastX: usize, lastOutput: usize): void {
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
  const columnStep = channels * sizeof<T>()
  const rowStep = (width as usize) * columnStep
  let taps: u32 = 0
  let half = i64x2.splat(0)
  let factor = half
  let shift = 0
  for (let image = images; image > 0; image--) {
    let top = -padTop
    for (let outputRow = outputHeight; outputRow > 0; outputRow--) {
      const firstRow = max(top, 0)
      const rows: u32 = min(top + windowHeight, height) - firstRow
      let left = -padLeft
      for (let outputColumn = outputWidth; outputColumn > 0; outputColumn--) {
        const firstColumn = max(left, 0)
        const columns: u32 = min(left + windowWidth, width) - firstColumn
        if (isAverage && rows * columns !== taps) {
          taps = rows * columns
          shift = reciprocalShift(taps)
          const multiplier = reciprocal(taps, shift)
          const isSmall = taps <= MOST_INT16_TAPS
          half = isSmall ? i16x8.splat((taps >> 1) as i16) : i32x4.splat(taps >> 1)
          factor = isSmall ? i16x8.splat(multiplier as i16) : i32x4.splat(multiplier)
        }
        const window = x + (firstRow as usize) * rowStep + (firstColumn as usize) * columnStep
        const isTall = rows > columns
        const inner = isTall ? rows : columns
        const innerStep = isTall ? rowStep : columnStep
        const outer = isTall ? columns : rows
        const outerStep = isTall ? columnStep : rowStep
        if (channels < lanes) {
          const room = roomFor(output, lastOutput)
          const lastTap = window + ((rows - 1) as usize) * rowStep + ((columns - 1) as usize) * columnStep
          const pooled =
            lastTap <= lastX
              ? foldWindow<T>(isAverage, false, window, lastX, inner, innerStep, outer, outerStep, half, factor, shift)
              : foldWindow<T>(isAverage, true, window, lastX, inner, innerStep, outer, outerStep, half, factor, shift)
          v128.store(room, pooled)
          settle(room, output, columnStep)
        } else {
          const end = channels - lanes
          let channel: usize = 0
          while (true) {
            const offset = channel * sizeof<T>()
            const from = window + offset
            v128.store(
              output + offset,
              foldWindow<T>(isAverage, false, from, lastX, inner, innerStep, outer, outerStep, half, factor, shift),
            )
            if (channel === end) break
            channel += lanes
            if (channel > end) channel = end
          }
        }
        output += columnStep
        left += strideWidth
      }
      top += strideHeight
    }
    x += (height as usize) * rowStep
  }
}

@inline
function pool<T>(isAverage: bool, x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  if (isPooledByRows<T>()) poolByRows<T>(isAverage, x, output, lastX, lastOutput)
  else poolByPixels<T>(isAverage, x, output, lastX, lastOutput)
}

/** AVG_POOL2D; vectors may be read up to address `lastX` and written up to `lastOutput`. */
export function averagePoolInt8(x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  pool<i8>(true, x, output, lastX, lastOutput)
}

/** MAX_POOL2D of int8; vectors may be read up to address `lastX` and written up to `lastOutput`. */
export function maximumPoolInt8(x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  pool<i8>(false, x, output, lastX, lastOutput)
}

/** MAX_POOL2D of int16, as {@link maximumPoolInt8}. */
export function maximumPoolInt16(x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  pool<i16>(false, x, output, lastX, lastOutput)
}

/** MAX_POOL2D of int32, as {@link maximumPoolInt8}. */
export function maximumPoolInt32(x: usize, output: usize, lastX: usize, lastOutput: usize): void {
  pool<i32>(false, x, output, lastX, lastOutput)
}
