import { DESCRIPTOR, DESCRIPTOR_BYTES } from '../layout'
import { copyRows } from './copyRows'
import {
  copyBlock,
  destinationStepOf,
  ENTRY_BYTES,
  MATRIX,
  RUNS,
  SPLAT,
  SWIZZLE,
  setEntry,
  sizeOf,
  sourceStepOf,
  TRANSPOSE,
} from './stridedBlock'

const VECTOR_BYTES: usize = 16
/** Entries of axes lie from here on, as kernel/bodies/stridedCopy.ts writes them; the lanes of a swizzle at the end. */
const AXES: usize = DESCRIPTOR
const LANES: usize = <usize>(DESCRIPTOR + DESCRIPTOR_BYTES) - VECTOR_BYTES
/** From here on a value that repeats is written by a fill rather than by a swizzle. */
const LONG_FILL_BYTES: usize = 64
/** An innermost axis shorter than this gives way to a longer axis in the innermost loop. */
const SHORT_LOOP: usize = 8
/** Lines of cache that a block of a matrix touches on either side. */
const BLOCK_SIDE: usize = 64
/** Bytes of destination or source that an innermost loop may span when it runs once for each step of shorter axes. */
const LOOP_BYTES: usize = 16384
const LINE_BYTES: usize = 64
/** Bytes that share an entry of the tables of addresses, of which a core keeps few at hand. */
const PAGE_BYTES: usize = 4096

/** Longer runs are copied in the destination's order however few there are. */
const LONG_RUN_BYTES: usize = 32
/** Values side by side that a swizzle must move to beat a loop over them. */
const SWIZZLE_VALUES: usize = 3

@inline
function isValue(bytes: usize): bool {
  return bytes <= VECTOR_BYTES && popcnt(bytes) === 1
}

/** Smallest side of a matrix that tiles transpose. */
@inline
function tileSide(unit: usize): usize {
  return unit === 1 ? 8 : VECTOR_BYTES / unit
}

/** Merges neighbouring axes that make one longer axis in source and destination. Gives the end of the entries. */
function mergeAxes(axes: i32): usize {
  let end: usize = AXES
  const given: usize = AXES + (axes as usize) * ENTRY_BYTES
  for (let entry: usize = AXES; entry < given; entry += ENTRY_BYTES) {
    const inner = end - ENTRY_BYTES
    const size = sizeOf(entry)
    const innerSize = sizeOf(inner)
    if (
      end > AXES &&
      sourceStepOf(entry) === innerSize * sourceStepOf(inner) &&
      destinationStepOf(entry) === innerSize * destinationStepOf(inner)
    )
      store<u32>(inner, (innerSize * size) as u32)
    else {
      setEntry(end, size, sourceStepOf(entry), destinationStepOf(entry))
      end += ENTRY_BYTES
    }
  }
  return end
}

/** Moves the entry `from` inwards to `to`, and those between outwards. */
function moveInwards(from: usize, to: usize): void {
  const moved = v128.load(from)
  for (let entry = from; entry > to; entry -= ENTRY_BYTES) v128.store(entry, v128.load(entry - ENTRY_BYTES))
  v128.store(to, moved)
}

/** The axis of most elements of those with at most `step` bytes between neighbours in the destination. */
function longestAxis(axis0: usize, end: usize, step: usize): usize {
  let longest = axis0
  for (let entry = axis0; entry < end; entry += ENTRY_BYTES)
    if (sizeOf(entry) > sizeOf(longest) && destinationStepOf(entry) <= step) longest = entry
  return longest
}

/** The axis along which the source is closest, of those that do not repeat it. */
function closestAxis(axis0: usize, end: usize): usize {
  let closest = axis0
  for (let entry = axis0; entry < end; entry += ENTRY_BYTES) {
    const step = sourceStepOf(entry)
    if (step > 0 && (step < sourceStepOf(closest) || sourceStepOf(closest) === 0)) closest = entry
  }
  return closest
}

/**
 * The axis for the innermost loop if the first is short: a long one inside the closest one in the source, which is left
 * to blocks, or of the first two; else a long one of all that are not too far apart.
 */
function loopAxis(axis0: usize, end: usize): usize {
  const near = max(closestAxis(axis0, end), min(axis0 + 2 * ENTRY_BYTES, end))
  const longest = longestAxis(axis0, near, usize.MAX_VALUE)
  return sizeOf(longest) < SHORT_LOOP ? longestAxis(axis0, end, LOOP_BYTES / SHORT_LOOP) : longest
}

/** Adds axes of size 1 until there are two from `axis0` on. Gives the end of the entries. */
@inline
function completePair(axis0: usize, end: usize): usize {
  for (; end < axis0 + 2 * ENTRY_BYTES; end += ENTRY_BYTES) setEntry(end, 1, 0, 0)
  return end
}

/** Whether the axes follow one another in the destination without gaps, the innermost after `unit` bytes. */
function isCompact(axis0: usize, end: usize, unit: usize): bool {
  let step = unit
  for (let entry = axis0; entry < end; entry += ENTRY_BYTES) {
    if (destinationStepOf(entry) !== step) return false
    step *= sizeOf(entry)
  }
  return true
}

/**
 * Plans a swizzle of as many of the innermost axes as lie within a vector on both sides, units of `unit` contiguous bytes.
 * Writes the lanes, and over the entry of the last axis that takes part that of the groups, which it gives; 0 if a vector
 * holds less than `units` units.
 */
function planSwizzle(axis0: usize, end: usize, unit: usize, units: usize): usize {
  let bytes = unit
  let span = unit
  let periods: usize = 1
  let axis = axis0
  for (let lane: usize = 0; lane < unit; lane++) store<u8>(LANES + lane, lane as u8)
  while (axis < end) {
    const size = sizeOf(axis)
    const step = sourceStepOf(axis)
    periods = min(size, VECTOR_BYTES / bytes)
    if (step > 0) periods = min(periods, (VECTOR_BYTES - span) / step + 1)
    for (let lane = bytes; lane < periods * bytes; lane++)
      store<u8>(LANES + lane, (load<u8>(LANES + lane - bytes) + step) as u8)
    if (periods < size) break
    bytes *= size
    span += (size - 1) * step
    periods = 1
    axis += ENTRY_BYTES
  }
  const group = bytes * periods
  if (group < units * unit) return 0
  if (axis === end) {
    axis -= ENTRY_BYTES
    setEntry(axis, group, 0, group)
  } else setEntry(axis, sizeOf(axis) * bytes, sourceStepOf(axis) * periods, group)
  return axis
}

/**
 * Copies in blocks that the first cache holds, so that each line of it is used up before others take its place: blocks of
 * the axis along which the source is closest, if that lies outside the two innermost ones, and of the longest inside it.
 *
 * @param isMoved - whether the innermost loop is along an axis that lies outside others in the destination
 */
function copyBlocked(
  kind: i32,
  destination: usize,
  source: usize,
  unit: usize,
  axis0: usize,
  end: usize,
  isMoved: bool,
): void {
  const inner = kind === RUNS ? axis0 + ENTRY_BYTES : axis0
  const close = closestAxis(inner, end)
  const isFar = close >= axis0 + 2 * ENTRY_BYTES && sourceStepOf(close) < LINE_BYTES
  const long = isFar ? longestAxis(inner, close, usize.MAX_VALUE) : inner
  const closeSize = isFar ? sizeOf(close) : 1
  const closeSide = isFar ? LINE_BYTES / sourceStepOf(close) : 1
  const longSize = sizeOf(long)
  const longStep = max(destinationStepOf(long), sourceStepOf(long))
  const longSide = isFar ? BLOCK_SIDE : max(LOOP_BYTES / longStep, SHORT_LOOP)
  if (longSize <= longSide || (!isFar && !isMoved)) {
    copyBlock(kind, destination, source, unit, axis0, end, 0, 0, 0)
    return
  }
  for (let l: usize = 0; l < longSize; l += longSide) {
    store<u32>(long, min(longSide, longSize - l) as u32)
    for (let c: usize = 0; c < closeSize; c += closeSide) {
      if (isFar) store<u32>(close, min(closeSide, closeSize - c) as u32)
      const to = destination + l * destinationStepOf(long) + c * destinationStepOf(close)
      const from = source + l * sourceStepOf(long) + c * sourceStepOf(close)
      copyBlock(kind, to, from, unit, axis0, end, 0, 0, 0)
    }
  }
}

/**
 * Copies matrices that tiles transpose. Where rows of the destination are shorter than a line of cache, follow one another
 * and lie in pages of their own, a line's columns of all matrices go before the next: what is written of a page is written
 * at once.
 */
function copyTransposed(destination: usize, source: usize, unit: usize, axis0: usize, end: usize): void {
  const axis1 = axis0 + ENTRY_BYTES
  const outer = axis1 + ENTRY_BYTES
  const columns = sizeOf(axis1)
  const step = destinationStepOf(axis1)
  const isSplit = sizeOf(axis0) * unit < LINE_BYTES && step >= PAGE_BYTES && outer < end && destinationStepOf(outer) < step
  const side = isSplit ? LINE_BYTES / unit : columns
  for (let left: usize = 0; left < columns; left += side) {
    const column = min(left, columns - tileSide(unit))
    store<u32>(axis1, min(side, columns - column) as u32)
    copyBlock(TRANSPOSE, destination + column * step, source + column * unit, unit, axis0, end, 0, 0, 0)
  }
}

/**
 * Copies a block of any rank from one tensor to another, along axes with a step in each. The descriptor holds an entry of
 * four 32-bit words for each axis of more than one element, innermost in the destination first: size, bytes to step in
 * the source, bytes to step in the destination, and room for a counter.
 *
 * A contiguous run of 2, 4, 8 or 16 bytes is moved as one value, and the rest given to the way of copying that suits the
 * innermost axes.
 *
 * @param element - bytes of an element
 * @param axes - number of entries
 * @param lastDestination - last address to which 16 bytes may be stored
 * @param lastSource - last address from which 16 bytes may be loaded
 */
export function copyStrided(
  destination: usize,
  source: usize,
  element: usize,
  axes: i32,
  lastDestination: usize,
  lastSource: usize,
): void {
  let end = mergeAxes(axes)
  let unit = element
  let first: usize = AXES
  if (end > first && sourceStepOf(first) === element && destinationStepOf(first) === element) {
    unit = element * sizeOf(first)
    first += ENTRY_BYTES
  }
  if (first === end) {
    copyRows(destination, source, unit, 1, 0, 0)
    return
  }
  if (isValue(unit) && unit < VECTOR_BYTES && destinationStepOf(first) === unit) {
    const side = tileSide(unit)
    if (sizeOf(first) >= side)
      for (let column = first + ENTRY_BYTES; column < end; column += ENTRY_BYTES)
        if (sourceStepOf(column) === unit && sizeOf(column) >= side) {
          moveInwards(column, first + ENTRY_BYTES)
          copyTransposed(destination, source, unit, first, end)
          return
        }
  }
  if (
    isValue(unit) &&
    sourceStepOf(first) === 0 &&
    destinationStepOf(first) === unit &&
    sizeOf(first) * unit >= LONG_FILL_BYTES
  ) {
    end = completePair(first, end)
    copyBlock(SPLAT, destination, source, unit, first, end, 0, 0, 0)
    return
  }
  if (unit < VECTOR_BYTES && isCompact(first, end, unit)) {
    const groups = planSwizzle(first, end, unit, isValue(unit) ? SWIZZLE_VALUES : 2)
    if (groups > 0) {
      end = completePair(groups, end)
      copyBlock(SWIZZLE, destination, source, unit, groups, end, LANES, lastDestination, lastSource)
      return
    }
  }
  const loop = sizeOf(first) < SHORT_LOOP && unit <= LONG_RUN_BYTES ? loopAxis(first, end) : first
  moveInwards(loop, first)
  if (isValue(unit)) copyBlocked(MATRIX, destination, source, unit, first, completePair(first, end), loop > first)
  else copyBlocked(RUNS, destination, source, unit, first - ENTRY_BYTES, end, loop > first)
}

/** Copies `bytes` bytes, at least one. */
export function copyBytes(destination: usize, source: usize, bytes: usize): void {
  copyRows(destination, source, bytes, 1, 0, 0)
}
