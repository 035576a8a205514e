import { ROWS, ROWS_BYTES } from './contraction'
import { fillZeros, widen } from './contractionRows'
import { ConvolutionPlan } from './convolutionPlan'
import { multiplyUnits, setRunOffsets } from './convolutionUnits'

/** Lines of a block lie in the second level of the cache. */
const BLOCK_BYTES: u64 = 196608

/** Widens `columns` pixels of row `y` of an image from column `firstX` on; those outside it are zeros. */
function fillLine(plan: ConvolutionPlan, image: i32, y: i32, firstX: i32, columns: i32, to: usize): void {
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
 * product is read where it lies in them, so that each value is widened once, not once for each tap.
 *
 * @returns false, with nothing done, where lines do not fit or would mostly hold what no tap reads
 */
export function convolveLines(plan: ConvolutionPlan): bool {
  const extentH = (plan.tapsH - 1) * plan.dilationH + 1
  const extentW = (plan.tapsW - 1) * plan.dilationW + 1
  const strideH = plan.strideH
  const strideW = plan.strideW
  const pixelBytes = plan.pixelBytes
  const mostColumns = <u64>ROWS_BYTES / (<u64>extentH * pixelBytes)
  if (mostColumns < <u64>extentW) return false
  const tileW = <i32>min(<u64>plan.positionsW, (mostColumns - extentW) / strideW + 1)
  const tileColumns = (tileW - 1) * strideW + extentW
  const lineBytes = <usize>tileColumns * pixelBytes
  const lines = max(<i32>(BLOCK_BYTES / lineBytes), extentH)
  const tileH = min(plan.positionsH, (lines - extentH) / strideH + 1)
  const linesRead = tileH * min(strideH, extentH) + max(0, extentH - strideH)
  if (<u64>linesRead * tileColumns > 2 * <u64>tileH * tileW * (plan.tapsH * plan.tapsW)) return false

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
          // Lines between windows are left out.
          if (line % strideH < extentH) fillLine(plan, image, y + line, x, columns, ROWS + <usize>line * lineBytes)
        }
        const to = plan.to + <usize>image * plan.stepImage + <usize>oy * plan.stepRow + <usize>ox * plan.stepPosition
        multiplyUnits(plan, ROWS, bandA, stepA, bands, rows, to)
      }
    }
  }
  return true
}
