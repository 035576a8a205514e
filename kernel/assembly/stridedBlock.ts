import { copyElements, copyRows } from './copyRows'
import { fillRows } from './fillRows'
import { swizzleRows } from './swizzleRows'
import { transposeMatrix } from './transposeTiles'

// An axis is an entry of four 32-bit words: its size, the bytes to step in source and destination, room for a counter.
export const ENTRY_BYTES: usize = 16
const SOURCE_STEP: usize = 4
const DESTINATION_STEP: usize = 8
const COUNTER: usize = 12

// Ways of copying the two innermost axes.
/** Rows (axis 1) of `unit` contiguous bytes (axis 0). */
export const RUNS: i32 = 0
/** Rows (axis 1) of copies (axis 0) of one value of `unit` = 1, 2, 4, 8 or 16 bytes. */
export const SPLAT: i32 = 1
/**
 * Rows (axis 1) of groups (axis 0) that a swizzle makes, as swizzleRows says. The size of axis 0 is a row's bytes, its
 * destination step a group's. All axes follow the destination's order, without gaps.
 */
export const SWIZZLE: i32 = 2
/**
 * A matrix of values of `unit` = 1, 2, 4 or 8 bytes, contiguous along axis 0 in the destination and along axis 1 in the
 * source, at least a tile in size.
 */
export const TRANSPOSE: i32 = 3
/** A matrix of values of `unit` = 1, 2, 4, 8 or 16 bytes at any steps. */
export const MATRIX: i32 = 4

@inline
export function sizeOf(entry: usize): usize {
  return load<u32>(entry)
}
@inline
export function sourceStepOf(entry: usize): usize {
  return load<u32>(entry, SOURCE_STEP)
}
@inline
export function destinationStepOf(entry: usize): usize {
  return load<u32>(entry, DESTINATION_STEP)
}
@inline
export function setEntry(entry: usize, size: usize, sourceStep: usize, destinationStep: usize): void {
  store<u32>(entry, size as u32)
  store<u32>(entry, sourceStep as u32, SOURCE_STEP)
  store<u32>(entry, destinationStep as u32, DESTINATION_STEP)
}

@inline
function splat(source: usize, unit: usize): v128 {
  if (unit === 1) return v128.load8_splat(source)
  if (unit === 2) return v128.load16_splat(source)
  if (unit === 4) return v128.load32_splat(source)
  if (unit === 8) return v128.load64_splat(source)
  return v128.load(source)
}

function copyMatrix<T>(destination: usize, source: usize, axis0: usize, axis1: usize): void {
  const size = sizeOf(axis0)
  const destinationStep = destinationStepOf(axis0)
  const sourceStep = sourceStepOf(axis0)
  for (let rows = sizeOf(axis1); rows > 0; rows--) {
    copyElements<T>(destination, source, size, destinationStep, sourceStep)
    destination += destinationStepOf(axis1)
    source += sourceStepOf(axis1)
  }
}

/**
 * Copies a block along the axes whose entries lie from `axis0` to `end`, innermost first and at least two.
 *
 * @param kind - way of copying the two innermost axes
 * @param mask - address of the lanes of SWIZZLE
 * @param lastDestination - last address to which 16 bytes may be stored
 * @param lastSource - last address from which 16 bytes may be loaded
 */
export function copyBlock(
  kind: i32,
  destination: usize,
  source: usize,
  unit: usize,
  axis0: usize,
  end: usize,
  mask: usize,
  lastDestination: usize,
  lastSource: usize,
): void {
  const axis1 = axis0 + ENTRY_BYTES
  const outer = axis1 + ENTRY_BYTES
  const size0 = sizeOf(axis0)
  const size1 = sizeOf(axis1)
  const source0 = sourceStepOf(axis0)
  const source1 = sourceStepOf(axis1)
  const destination0 = destinationStepOf(axis0)
  const destination1 = destinationStepOf(axis1)
  for (let entry = outer; entry < end; entry += ENTRY_BYTES) store<u32>(entry, load<u32>(entry), COUNTER)
  while (true) {
    if (kind === RUNS) copyRows(destination, source, unit, size1, destination1, source1)
    else if (kind === SWIZZLE)
      swizzleRows(
        destination,
        source,
        mask,
        destination0,
        source0,
        size0,
        size1,
        source1,
        lastDestination,
        lastSource,
      )
    else if (kind === SPLAT)
      for (let row: usize = 0; row < size1; row++)
        fillRows(destination + row * destination1, splat(source + row * source1, unit), size0 * unit, 1, 0)
    else if (kind === TRANSPOSE) {
      if (unit === 1) transposeMatrix<u8>(destination, source, size0, size1, source0, destination1)
      else if (unit === 2) transposeMatrix<u16>(destination, source, size0, size1, source0, destination1)
      else if (unit === 4) transposeMatrix<u32>(destination, source, size0, size1, source0, destination1)
      else transposeMatrix<u64>(destination, source, size0, size1, source0, destination1)
    } else if (unit === 1) copyMatrix<u8>(destination, source, axis0, axis1)
    else if (unit === 2) copyMatrix<u16>(destination, source, axis0, axis1)
    else if (unit === 4) copyMatrix<u32>(destination, source, axis0, axis1)
    else if (unit === 8) copyMatrix<u64>(destination, source, axis0, axis1)
    else copyMatrix<v128>(destination, source, axis0, axis1)

    let entry = outer
    for (; entry < end; entry += ENTRY_BYTES) {
      const left = load<u32>(entry, COUNTER) - 1
      source += sourceStepOf(entry)
      destination += destinationStepOf(entry)
      if (left > 0) {
        store<u32>(entry, left, COUNTER)
        break
      }
      const size = sizeOf(entry)
      store<u32>(entry, size as u32, COUNTER)
      source -= size * sourceStepOf(entry)
      destination -= size * destinationStepOf(entry)
    }
    if (entry >= end) return
  }
}
