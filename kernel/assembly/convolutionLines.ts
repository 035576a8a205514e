import { outputRows, ROWS } from './contraction'
import { fillZeros, widen } from './contractionRows'
import { ConvolutionPlan, patchValues } from './convolutionPlan'
import { multiplyUnits, setRunOffsets } from './convolutionUnits'

/** Lines of a block lie in the second level of the cache. */
const BLOCK_BYTES: u64 = 196608
/** Most bytes of a block, but for windows that need more: two of them beside each other and below. */
const LARGE_BLOCK_BYTES: u64 = 1048576
/** Most values of the part of x that a window spans: four times as many fit, as int16. */
const MAX_WINDOW: u64 = 262144

/** Widens `columns` pixels of row `y` of an image from column `firstX` on; those outside it are zeros. */
export function fillLine(plan: ConvolutionPlan, image: i32, y: i32, firstX: i32, columns: i32, to: usize): void {
  const pixelBytes = plan.pixelBytes
  if (y < 0 || y >= plan.height) {
    fillZeros(to, <usize>columns * pixelBytes)
    return
  }
  const before = min(columns, max(0, -firstX))
  const inside = max(0, min(plan.width - firstX, columns) - before)
  const zeroPoint = plan.zeroPoint
  const stride = <usize>plan.channels
  const pixel = (<usize>image * plan.height + y) * plan.width + (firstX + before)
  let from = plan.x + pixel * stride + plan.firstChannel
  fillZeros(to, <usize>before * pixelBytes)
  to += <usize>before * pixelBytes
  if (plan.chunkChannels === plan.channels) {
    widen(from, to, <usize>inside * stride, zeroPoint, plan.limit)
    to += <usize>inside * pixelBytes
  } else {
    for (let i = 0; i < inside; i++) {
      widen(from, to, plan.chunkChannels, zeroPoint, plan.limit)
      from += stride
      to += pixelBytes
    }
  }
  fillZeros(to, <usize>(columns - before - inside) * pixelBytes)
}

/**
 * Convolves with the units at hand through *lines*: rows of x widened to int16, with zeros for padding. A row of the
 * product is read where it lies in them, so that each value is widened once, not once for each tap. Lines between windows
 * are left out. What two blocks read is widened twice, so that a block has at least twice the lines of a window.
 *
 * @returns false, with nothing done, where a window is too large for lines, or they would cost more than patches
 */
export function convolveLines(plan: ConvolutionPlan): bool {
  const extentH = (plan.tapsH - 1) * plan.dilationH + 1
  const extentW = (plan.tapsW - 1) * plan.dilationW + 1
  const strideH = plan.strideH
  const strideW = plan.strideW
  if (<u64>extentH * <u64>extentW * plan.channels > MAX_WINDOW) return false
  const allLines = <u64>(plan.positionsH - 1) * min(strideH, extentH) + extentH
  const allColumns = <u64>(plan.positionsW - 1) * strideW + extentW
  if (allLines * allColumns * plan.channels > patchValues(plan)) return false

  const pixelBytes = plan.pixelBytes
  const mostColumns = max(2 * extentW, <i32>(LARGE_BLOCK_BYTES / (2 * <u64>extentH * pixelBytes)))
  const mostPositions = <i32>outputRows(<usize>plan.runs * <usize>plan.runPairs * 4, plan.stepPosition)
  const mostW = min((mostColumns - extentW) / strideW + 1, max(mostPositions, extentW / strideW))
  const tileW = min(plan.positionsW, mostW)
  const tileColumns = (tileW - 1) * strideW + extentW
  const lineBytes = <usize>tileColumns * pixelBytes
  const lines = max(<i32>(BLOCK_BYTES / lineBytes), 2 * extentH)
  const mostH = min((lines - extentH) / strideH + 1, max(1, max(mostPositions / tileW, extentH / strideH)))
  const tileH = min(plan.positionsH, mostH)

  setRunOffsets(plan, <usize>plan.dilationH * lineBytes, <usize>plan.dilationW * pixelBytes)
  const stepA = <usize>strideW * pixelBytes
  const bandA = <usize>strideH * lineBytes
  for (let image = 0; image < plan.batch; image++) {
    for (let oy = 0; oy < plan.positionsH; oy += tileH) {
      const bands = min(tileH, plan.positionsH - oy)
      for (let ox = 0; ox < plan.positionsW; ox += tileW) {
        const rows = min(tileW, plan.positionsW - ox)
        const columns = (rows - 1) * strideW + extentW
        const y = oy * strideH - plan.padTop
        const x = ox * strideW - plan.padLeft
        const blockLines = (bands - 1) * strideH + extentH
        for (let line = 0; line < blockLines; line++) {
          if (line % strideH < extentH) fillLine(plan, image, y + line, x, columns, ROWS + <usize>line * lineBytes)
        }
        const to = plan.to + <usize>image * plan.stepImage + <usize>oy * plan.stepRow + <usize>ox * plan.stepPosition
        multiplyUnits(plan, ROWS, bandA, stepA, bands, rows, to)
      }
    }
  }
  return true
}
