// Reductions of tensors whose last axes are kept: neighbouring output elements fold neighbours of x, lane by lane.

import { DESCRIPTOR } from '../layout'
import { BLOCK_BYTES, extremeOfColumns, readAhead, sumOfColumns } from './reductionGrid'
import { MAXIMUM, MINIMUM, roomFor, SUM, settle } from './reductionLanes'

/**
 * Folds into rows of `count` neighbouring output elements. Descriptor: sizes and byte steps of the two kept axes outside
 * a row, then of the three reduced axes, innermost first.
 *
 * What is left of a row after whole vectors is the end of one more, which repeats some elements.
 *
 * @param lastX - the last address at which a vector may be read
 * @param lastOutput - the last address at which the results of a vector may be written
 */
@inline
function foldColumns<T>(
  fold: i32,
  x: usize,
  output: usize,
  count: usize,
  lastX: usize,
  lastOutput: usize,
  start: i32,
): void {
  const lanes: usize = 16 / sizeof<T>()
  const outputBytes: usize = fold === SUM ? 4 : sizeof<T>()
  const starts = i32x4.splat(start)
  const kept0 = load<u32>(DESCRIPTOR)
  const keptStep0: usize = load<u32>(DESCRIPTOR, 4)
  const kept1 = load<u32>(DESCRIPTOR, 8)
  const keptStep1: usize = load<u32>(DESCRIPTOR, 12)
  const count0 = load<u32>(DESCRIPTOR, 16)
  const step0: usize = load<u32>(DESCRIPTOR, 20)
  const count1 = load<u32>(DESCRIPTOR, 24)
  const step1: usize = load<u32>(DESCRIPTOR, 28)
  const count2 = load<u32>(DESCRIPTOR, 32)
  const step2: usize = load<u32>(DESCRIPTOR, 36)
  for (let i1 = kept1; i1 > 0; i1--) {
    let row = x
    for (let i0 = kept0; i0 > 0; i0--) {
      if (count < lanes) {
        const room = roomFor(output, lastOutput)
        if (fold === SUM) sumOfColumns<T>(true, row, lastX, room, starts, count0, step0, count1, step1, count2, step2)
        else v128.store(room, extremeOfColumns<T>(fold, true, row, lastX, count0, step0, count1, step1, count2, step2))
        settle(room, output, count * outputBytes)
      } else {
        const end = count - lanes
        let column: usize = 0
        let endOfBlock: usize = 0
        while (true) {
          const from = row + column * sizeof<T>()
          const to = output + column * outputBytes
          if (column >= endOfBlock) {
            endOfBlock = min(column + BLOCK_BYTES / sizeof<T>(), count)
            readAhead(from, (endOfBlock - column) * sizeof<T>(), count0, step0, count1, step1, count2, step2)
          }
          if (fold === SUM) sumOfColumns<T>(false, from, lastX, to, starts, count0, step0, count1, step1, count2, step2)
          else
            v128.store(to, extremeOfColumns<T>(fold, false, from, lastX, count0, step0, count1, step1, count2, step2))
          if (column === end) break
          column += lanes
          if (column > end) column = end
        }
      }
      output += count * outputBytes
      row += keptStep0
    }
    x += keptStep1
  }
}

/** REDUCE_SUM of int8 whose last axes, of `count` elements, are kept; `start` is added to every sum. */
export function sumColumnsInt8(
  x: usize,
  output: usize,
  count: usize,
  lastX: usize,
  lastOutput: usize,
  start: i32,
): void {
  foldColumns<i8>(SUM, x, output, count, lastX, lastOutput, start)
}

/** REDUCE_SUM of int16, as {@link sumColumnsInt8}. */
export function sumColumnsInt16(
  x: usize,
  output: usize,
  count: usize,
  lastX: usize,
  lastOutput: usize,
  start: i32,
): void {
  foldColumns<i16>(SUM, x, output, count, lastX, lastOutput, start)
}

/** REDUCE_SUM of int32, as {@link sumColumnsInt8}. */
export function sumColumnsInt32(
  x: usize,
  output: usize,
  count: usize,
  lastX: usize,
  lastOutput: usize,
  start: i32,
): void {
  foldColumns<i32>(SUM, x, output, count, lastX, lastOutput, start)
}

/** REDUCE_MAX of int8 whose last axes, of `count` elements, are kept. */
export function maximumColumnsInt8(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i8>(MAXIMUM, x, output, count, lastX, lastOutput, 0)
}

/** REDUCE_MAX of int16, as {@link maximumColumnsInt8}. */
export function maximumColumnsInt16(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i16>(MAXIMUM, x, output, count, lastX, lastOutput, 0)
}

/** REDUCE_MAX of int32, as {@link maximumColumnsInt8}. */
export function maximumColumnsInt32(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i32>(MAXIMUM, x, output, count, lastX, lastOutput, 0)
}

/** REDUCE_MIN of int8, as {@link maximumColumnsInt8}. */
export function minimumColumnsInt8(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i8>(MINIMUM, x, output, count, lastX, lastOutput, 0)
}

/** REDUCE_MIN of int16, as {@link maximumColumnsInt8}. */
export function minimumColumnsInt16(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i16>(MINIMUM, x, output, count, lastX, lastOutput, 0)
}

/** REDUCE_MIN of int32, as {@link maximumColumnsInt8}. */
export function minimumColumnsInt32(x: usize, output: usize, count: usize, lastX: usize, lastOutput: usize): void {
  foldColumns<i32>(MINIMUM, x, output, count, lastX, lastOutput, 0)
}
