import { gatherAxis, pad, reshape, slice, tile, transpose } from './emit.ts'
import { paddings } from './layout.ts'
import { dtypeOf, ensureSupported, type Operation, quantizationOf } from './operation.ts'

function rank4(operation: Operation): readonly [number, number, number, number] {
  const shape = operation.shape(0)
  ensureSupported(shape.length === 4, `its input has rank ${shape.length}, not 4`)
  return shape as unknown as readonly [number, number, number, number]
}

/**
 * Rows or columns that RESIZE_NEAREST_NEIGHBOR reads, in float32 as TFLite computes them.
 *
 * @see TFLite kernels/internal/reference/resize_nearest_neighbor.h
 */
function nearestIndices(from: number, to: number, alignCorners: boolean, halfPixelCenters: boolean): number[] {
  const scale = Math.fround(alignCorners && to > 1 ? (from - 1) / Math.fround(to - 1) : from / Math.fround(to))
  return Array.from({ length: to }, (_, index) => {
    const position = Math.fround(Math.fround(index + (halfPixelCenters ? 0.5 : 0)) * scale)
    return Math.min(alignCorners ? Math.round(position) : Math.floor(position), from - 1)
  })
}

/** RESIZE_NEAREST_NEIGHBOR: TILE where every row and column is repeated as often, else GATHER. */
export function lowerResizeNearest(operation: Operation): void {
  const { alignCorners, halfPixelCenters } = operation.operator.options('RESIZE_NEAREST_NEIGHBOR')
  const [batch, height, width, channels] = rank4(operation)
  const [outputH, outputW, ...more] = operation.integers(1)
  ensureSupported(outputH !== undefined && outputW !== undefined && more.length === 0, 'its size is not two numbers')
  ensureSupported(outputH >= 1 && outputW >= 1, `its size is ${outputH} by ${outputW}`)
  operation.ensureSize([batch, outputH, outputW, channels], [])
  const rows = nearestIndices(height, outputH, alignCorners, halfPixelCenters)
  const columns = nearestIndices(width, outputW, alignCorners, halfPixelCenters)
  const [timesH, timesW] = [outputH / height, outputW / width]
  const isRepeat =
    rows.every((row, index) => row === Math.floor(index / timesH)) &&
    columns.every((column, index) => column === Math.floor(index / timesW)) &&
    Number.isInteger(timesH) &&
    Number.isInteger(timesW)
  const x = operation.value(0)
  if (isRepeat) {
    const spread = reshape(operation, x, [batch, height, 1, width, 1, channels])
    const repeated = tile(operation, spread, [1, 1, timesH, 1, timesW, 1])
    operation.result(reshape(operation, repeated, [batch, outputH, outputW, channels]))
    return
  }
  operation.result(gatherAxis(operation, gatherAxis(operation, x, 1, rows), 2, columns))
}

/** The block size of an operator, which must divide what it cuts up. */
function blockSize(
  operation: Operation,
  name: 'DEPTH_TO_SPACE' | 'SPACE_TO_DEPTH',
  ...sizes: readonly number[]
): number {
  const { blockSize: block } = operation.operator.options(name)
  ensureSupported(
    block >= 1 && sizes.every((size) => size % block === 0),
    `its blocks of ${block} do not divide its input`,
  )
  return block
}

/** DEPTH_TO_SPACE: a pixel's channels become a block of pixels. */
export function lowerDepthToSpace(operation: Operation): void {
  const [batch, height, width, channels] = rank4(operation)
  const block = blockSize(operation, 'DEPTH_TO_SPACE')
  const depth = channels / block ** 2
  ensureSupported(Number.isInteger(depth), `its blocks of ${block} do not divide ${channels} channels`)
  const spread = reshape(operation, operation.value(0), [batch, height, width, block, block, depth])
  const moved = transpose(operation, spread, [0, 1, 3, 2, 4, 5])
  operation.result(reshape(operation, moved, [batch, height * block, width * block, depth]))
}

/** SPACE_TO_DEPTH: a block of pixels becomes a pixel's channels. */
export function lowerSpaceToDepth(operation: Operation): void {
  const [batch, height, width, channels] = rank4(operation)
  const block = blockSize(operation, 'SPACE_TO_DEPTH', height, width)
  const spread = reshape(operation, operation.value(0), [batch, height / block, block, width / block, block, channels])
  const moved = transpose(operation, spread, [0, 1, 3, 2, 4, 5])
  operation.result(reshape(operation, moved, [batch, height / block, width / block, channels * block ** 2]))
}

/** Rows and columns of the blocks of SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND. */
function spatialBlock(operation: Operation): readonly [number, number] {
  const [rows, columns, ...more] = operation.integers(1)
  ensureSupported(rows !== undefined && columns !== undefined && more.length === 0, 'its block has not two dimensions')
  ensureSupported(rows >= 1 && columns >= 1, `its block is ${rows} by ${columns}`)
  return [rows, columns]
}

/** SPACE_TO_BATCH_ND: pads, then every pixel of a block goes to a batch entry of its own. */
export function lowerSpaceToBatch(operation: Operation): void {
  const [batch, , , channels] = rank4(operation)
  const [rows, columns] = spatialBlock(operation)
  const { before, after } = paddings(operation, 2, 2)
  const fill = dtypeOf(operation.target()) === 'int32' ? 0 : quantizationOf(operation.target()).zeroPoint
  const padded = pad(operation, operation.value(0), [0, ...before, 0], [0, ...after, 0], fill)
  const [, height, width] = operation.typeOf(padded).shape as unknown as readonly [number, number, number]
  ensureSupported(height % rows === 0 && width % columns === 0, `its block does not divide ${height} by ${width}`)
  const spread = reshape(operation, padded, [batch, height / rows, rows, width / columns, columns, channels])
  const moved = transpose(operation, spread, [2, 4, 0, 1, 3, 5])
  operation.result(reshape(operation, moved, [batch * rows * columns, height / rows, width / columns, channels]))
}

/** BATCH_TO_SPACE_ND: the reverse, then crops. */
export function lowerBatchToSpace(operation: Operation): void {
  const [batch, height, width, channels] = rank4(operation)
  const [rows, columns] = spatialBlock(operation)
  const { before, after } = paddings(operation, 2, 2)
  const images = batch / (rows * columns)
  ensureSupported(Number.isInteger(images), `its block does not divide a batch of ${batch}`)
  const spread = reshape(operation, operation.value(0), [rows, columns, images, height, width, channels])
  const moved = transpose(operation, spread, [2, 3, 0, 4, 1, 5])
  const whole = reshape(operation, moved, [images, height * rows, width * columns, channels])
  const [top, left] = before as [number, number]
  const [bottom, right] = after as [number, number]
  const size = [images, height * rows - top - bottom, width * columns - left - right, channels]
  ensureSupported(
    size.every((count) => count > 0),
    'its crops leave nothing',
  )
  operation.result(slice(operation, whole, [0, top, left, 0], size))
}
