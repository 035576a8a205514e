import { countOf, roundUp } from './numeric.ts'
import { elementBytes, type TensorType } from './tensor.ts'
import { paddedBytes, VECTOR_BYTES } from './tiles.ts'
import type { Work } from './work.ts'

/** An axis of an output: its size, and the elements of the source for one step along it; 0 where that repeats. */
export type MovedAxis = { readonly size: number; readonly step: number }

/** Bytes that are brought from memory at once. */
const LINE_BYTES = 64
/** Vectors of a run that count: a longer run is copied as a whole, which takes little more time. */
const MAX_PARTS = 16
/** From here on a value that repeats is filled in. */
const FILL_BYTES = 64
/** Units in a vector from which on the kernel shuffles bytes. */
const SHUFFLED_VALUES = 3
const SHUFFLED_RUNS = 2
/** An innermost axis shorter than this gives way to the longest. */
const SHORT_AXIS = 8
/** Lines read in order that are waited for: those after them are fetched ahead. */
const AWAITED_LINES = 8
/** Longest distance of segments that are fetched ahead. */
const STREAM_BYTES = 1024

/** Work of reading a source. */
export type SourceWork = Required<Pick<Work, 'movedBytes' | 'gatheredLines'>>

/** Vectors that the copy of a run of `bytes` bytes is counted as. */
export function partCount(bytes: number): number {
  return Math.min(MAX_PARTS, Math.ceil(bytes / VECTOR_BYTES))
}

function isValue(bytes: number): boolean {
  return bytes <= VECTOR_BYTES && (bytes & (bytes - 1)) === 0
}

/** Axes innermost first, steps in bytes; those of size 1 left out, neighbours that make one longer axis merged. */
function mergedAxes(axes: readonly MovedAxis[], element: number): MovedAxis[] {
  const merged: MovedAxis[] = []
  for (const { size, step } of axes.toReversed()) {
    if (size === 1) continue
    const inner = merged.at(-1)
    if (inner && step * element === inner.size * inner.step)
      merged[merged.length - 1] = { size: inner.size * size, step: inner.step }
    else merged.push({ size, step: step * element })
  }
  return merged
}

/**
 * Bytes of the output that one shuffle of a vector makes, and of the row that such groups fill: as many of the innermost
 * axes as lie within a vector of the source and of the output, then a part of the next.
 */
function shuffledGroup(axes: readonly MovedAxis[], unit: number): { group: number; row: number } {
  let bytes = unit
  let span = unit
  for (const { size, step } of axes) {
    const within = step > 0 ? Math.floor((VECTOR_BYTES - span) / step) + 1 : size
    const periods = Math.min(size, within, Math.floor(VECTOR_BYTES / bytes))
    if (periods < size) return { group: bytes * periods, row: bytes * size }
    bytes *= size
    span += (size - 1) * step
  }
  return { group: bytes, row: bytes }
}

/**
 * Work of an output that is made element by element of a source, along axes each of which steps through it evenly. Axes
 * lie outermost first.
 *
 * @param source - work of reading the source
 */
export function stridedWork(output: TensorType, axes: readonly MovedAxis[], source: SourceWork): Work {
  const element = elementBytes[output.dtype]
  let [first, ...rest] = mergedAxes(axes, element)
  let unit = element
  if (first?.step === element) {
    unit *= first.size
    ;[first, ...rest] = rest
  }
  if (first === undefined) return { copiedBytes: paddedBytes(output) }
  const outer = rest.reduce((product, { size }) => product * size, 1)
  const count = first.size * outer
  const side = unit === 1 ? VECTOR_BYTES / 2 : VECTOR_BYTES / unit
  const column = rest.find(({ size, step }) => step === unit && size >= side)
  if (isValue(unit) && side > 1 && first.size >= side && column) {
    const tiles = Math.ceil(first.size / side) * Math.ceil(column.size / side)
    return { ...source, movedVectors: (outer / column.size) * tiles * side }
  }
  if (isValue(unit) && first.step === 0 && first.size * unit >= FILL_BYTES)
    return { ...source, movedParts: outer * Math.ceil((first.size * unit) / VECTOR_BYTES) }
  if (unit < VECTOR_BYTES) {
    const { group, row } = shuffledGroup([first, ...rest], unit)
    if (group >= unit * (isValue(unit) ? SHUFFLED_VALUES : SHUFFLED_RUNS)) {
      const rows = (unit * count) / row
      return { ...source, movedVectors: rows * Math.ceil(row / group), movedRows: rows }
    }
  }
  const longest = first.size < SHORT_AXIS ? Math.max(first.size, ...rest.map(({ size }) => size)) : first.size
  const movedRows = count / longest
  if (isValue(unit)) return { ...source, movedValues: count, movedRows }
  return { ...source, movedVectors: count * partCount(unit), movedRows }
}

/**
 * Work of reading a strided block of a source, of which `element` is the size of an element; axes outermost first.
 *
 * Neighbours less than a line apart make segments. Segments at one even, short distance make a stream, of which the first
 * lines are waited for.
 */
export function blockWork(axes: readonly MovedAxis[], element: number): SourceWork {
  let segment = element
  let segments = 1
  let streamed = 1
  for (const { size, step } of axes.toReversed()) {
    if (size === 1) continue
    const stride = step * element
    if (segments === 1 && stride - segment < LINE_BYTES) segment += (size - 1) * stride
    else {
      if (segments === 1 && stride <= STREAM_BYTES) streamed = size
      segments *= size
    }
  }
  if (segments === 1) return { movedBytes: roundUp(segment, VECTOR_BYTES), gatheredLines: 0 }
  const lines = streamed * Math.ceil(segment / LINE_BYTES)
  return {
    movedBytes: segments * roundUp(segment, LINE_BYTES),
    gatheredLines: (segments / streamed) * Math.min(AWAITED_LINES, lines),
  }
}

/**
 * Work of looking up `count` rows of `rowBytes` bytes in any order.
 *
 * @param tableBytes - bytes of the rows that indices can name
 */
export function lookUpWork(
  count: number,
  rowBytes: number,
  tableBytes: number,
): Required<Pick<Work, 'movedBytes' | 'movedParts' | 'gatheredLines'>> {
  const lines = Math.min(AWAITED_LINES, Math.ceil((rowBytes + LINE_BYTES / 2 - 1) / LINE_BYTES))
  return {
    movedBytes: Math.min(roundUp(tableBytes, VECTOR_BYTES), countOf(count, roundUp(rowBytes, LINE_BYTES))),
    movedParts: countOf(count, partCount(rowBytes)),
    // Rows that are values are looked up many at a time.
    gatheredLines: isValue(rowBytes) ? 0 : Math.min(countOf(count, lines), Math.ceil(tableBytes / LINE_BYTES)),
  }
}
