// Reductions of tensors whose last axes are reduced: each output element folds runs of neighbours.

import { DESCRIPTOR } from '../layout'
import { BLOCK_BYTES, readAhead } from './reductionGrid'
import {
  addToSums,
  extreme,
  extremeOfLanes,
  lastBytes,
  MAXIMUM,
  MINIMUM,
  neutral,
  SUM,
  sumOfLanes,
} from './reductionLanes'

/** Folds 64 bytes. Sums of eight int8, of four vectors' pairs, fit int16 lanes. */
@inline
function foldFour<T>(fold: i32, lanes: v128, address: usize): v128 {
  const a = v128.load(address)
  const b = v128.load(address, 16)
  const c = v128.load(address, 32)
  const d = v128.load(address, 48)
  if (fold !== SUM) return extreme<T>(fold, lanes, extreme<T>(fold, extreme<T>(fold, a, b), extreme<T>(fold, c, d)))
  if (sizeof<T>() > 1) {
    const none = i64x2.splat(0)
    const ab = addToSums<T>(addToSums<T>(none, a), b)
    return i32x4.add(lanes, addToSums<T>(addToSums<T>(ab, c), d))
  }
  const ab = i16x8.add(i16x8.extadd_pairwise_i8x16_s(a), i16x8.extadd_pairwise_i8x16_s(b))
  const cd = i16x8.add(i16x8.extadd_pairwise_i8x16_s(c), i16x8.extadd_pairwise_i8x16_s(d))
  return addToSums<i16>(lanes, i16x8.add(ab, cd))
}

/**
 * Folds a run of `bytes` into lanes.
 *
 * What is left after whole vectors is read as the end of one more, in which `mask` is set. For a run shorter than a vector
 * that begins before the run, at most 15 bytes before x, where there is always memory.
 */
@inline
function foldRun<T>(fold: i32, lanes: v128, address: usize, bytes: usize, mask: v128): v128 {
  for (let four = bytes >> 6; four > 0; four--) {
    lanes = foldFour<T>(fold, lanes, address)
    address += 64
  }
  for (let vector = (bytes >> 4) & 3; vector > 0; vector--) {
    const elements = v128.load(address)
    lanes = fold === SUM ? addToSums<T>(lanes, elements) : extreme<T>(fold, lanes, elements)
    address += 16
  }
  const rest = bytes & 15
  if (rest === 0) return lanes
  const end = v128.load(address + rest - 16)
  if (fold === SUM) return addToSums<T>(lanes, v128.and(end, mask))
  return extreme<T>(fold, lanes, v128.bitselect(end, neutral<T>(fold), mask))
}

/**
 * Folds runs of `count` elements. Descriptor: sizes and byte steps of the three kept axes, then of the two reduced axes
 * outside a run, innermost first.
 */
@inline
function foldRows<T>(fold: i32, x: usize, output: usize, count: usize, start: i32): void {
  const bytes = count * sizeof<T>()
  const mask = lastBytes(bytes & 15)
  const kept0 = load<u32>(DESCRIPTOR)
  const keptStep0: usize = load<u32>(DESCRIPTOR, 4)
  const kept1 = load<u32>(DESCRIPTOR, 8)
  const keptStep1: usize = load<u32>(DESCRIPTOR, 12)
  const kept2 = load<u32>(DESCRIPTOR, 16)
  const keptStep2: usize = load<u32>(DESCRIPTOR, 20)
  const reduced0 = load<u32>(DESCRIPTOR, 24)
  const reducedStep0: usize = load<u32>(DESCRIPTOR, 28)
  const reduced1 = load<u32>(DESCRIPTOR, 32)
  const reducedStep1: usize = load<u32>(DESCRIPTOR, 36)
  const isOneRun = reduced0 === 1 && reduced1 === 1
  for (let i2 = kept2; i2 > 0; i2--) {
    let x1 = x
    for (let i1 = kept1; i1 > 0; i1--) {
      let x0 = x1
      let endOfBlock = x1
      for (let i0 = kept0; i0 > 0; i0--) {
        if (!isOneRun && x0 >= endOfBlock) {
          endOfBlock = min(x0 + BLOCK_BYTES, x1 + kept0 * keptStep0)
          readAhead(x0, endOfBlock - x0, reduced0, reducedStep0, reduced1, reducedStep1, 1, 0)
        }
        let lanes = neutral<T>(fold)
        if (isOneRun) lanes = foldRun<T>(fold, lanes, x0, bytes, mask)
        else {
          let outer = x0
          for (let j1 = reduced1; j1 > 0; j1--) {
            let inner = outer
            for (let j0 = reduced0; j0 > 0; j0--) {
              lanes = foldRun<T>(fold, lanes, inner, bytes, mask)
              inner += reducedStep0
            }
            outer += reducedStep1
          }
        }
        if (fold === SUM) {
          store<i32>(output, start + sumOfLanes(lanes))
          output += 4
        } else {
          store<T>(output, v128.extract_lane<T>(extremeOfLanes<T>(fold, lanes), 0))
          output += sizeof<T>()
        }
        x0 += keptStep0
      }
      x1 += keptStep1
    }
    x += keptStep2
  }
}

/** REDUCE_SUM of int8 whose last axes, of `count` elements, are reduced; `start` is added to every sum. */
export function sumRowsInt8(x: usize, output: usize, count: usize, start: i32): void {
  foldRows<i8>(SUM, x, output, count, start)
}

/** REDUCE_SUM of int16, as {@link sumRowsInt8}. */
export function sumRowsInt16(x: usize, output: usize, count: usize, start: i32): void {
  foldRows<i16>(SUM, x, output, count, start)
}

/** REDUCE_SUM of int32, as {@link sumRowsInt8}. */
export function sumRowsInt32(x: usize, output: usize, count: usize, start: i32): void {
  foldRows<i32>(SUM, x, output, count, start)
}

/** REDUCE_MAX of int8 whose last axes, of `count` elements, are reduced. */
export function maximumRowsInt8(x: usize, output: usize, count: usize): void {
  foldRows<i8>(MAXIMUM, x, output, count, 0)
}

/** REDUCE_MAX of int16, as {@link maximumRowsInt8}. */
export function maximumRowsInt16(x: usize, output: usize, count: usize): void {
  foldRows<i16>(MAXIMUM, x, output, count, 0)
}

/** REDUCE_MAX of int32, as {@link maximumRowsInt8}. */
export function maximumRowsInt32(x: usize, output: usize, count: usize): void {
  foldRows<i32>(MAXIMUM, x, output, count, 0)
}

/** REDUCE_MIN of int8, as {@link maximumRowsInt8}. */
export function minimumRowsInt8(x: usize, output: usize, count: usize): void {
  foldRows<i8>(MINIMUM, x, output, count, 0)
}

/** REDUCE_MIN of int16, as {@link maximumRowsInt8}. */
export function minimumRowsInt16(x: usize, output: usize, count: usize): void {
  foldRows<i16>(MINIMUM, x, output, count, 0)
}

/** REDUCE_MIN of int32, as {@link maximumRowsInt8}. */
export function minimumRowsInt32(x: usize, output: usize, count: usize): void {
  foldRows<i32>(MINIMUM, x, output, count, 0)
}
