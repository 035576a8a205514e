import { blockRows, ROWS } from './contraction'
import { fillZeros, widen } from './contractionRows'
import { ConvolutionPlan } from './convolutionPlan'
import { multiplyUnits, setRunOffsets } from './convolutionUnits'

/** Fills a row of the product with what the taps of one position read, zeros outside x. */
function fillPatch(plan: ConvolutionPlan, image: i32, firstY: i32, firstX: i32, to: usize): void {
  for (let tapY = 0; tapY < plan.tapsH; tapY++) {
    const y = firstY + tapY * plan.dilationH
    for (let tapX = 0; tapX < plan.tapsW; tapX++) {
      const x = firstX + tapX * plan.dilationW
      if (y >= 0 && y < plan.height && x >= 0 && x < plan.width) {
        const pixel = (<usize>image * plan.height + y) * plan.width + x
        const from = plan.x + pixel * <usize>plan.channels + plan.firstChannel
        widen(from, to, plan.chunkChannels, plan.zeroPoint, plan.limit)
      } else {
        fillZeros(to, plan.pixelBytes)
      }
      to += plan.pixelBytes
    }
  }
}

/** Convolves with the units at hand by writing out a row of the product for each position: for taps far apart. */
export function convolvePatches(plan: ConvolutionPlan): void {
  const stepH = <usize>plan.tapsW * plan.pixelBytes
  const patchBytes = <usize>plan.tapsH * stepH
  setRunOffsets(plan, stepH, plan.pixelBytes)
  const block = blockRows(patchBytes)
  for (let image = 0; image < plan.batch; image++) {
    for (let oy = 0; oy < plan.positionsH; oy++) {
      for (let ox = 0; ox < plan.positionsW; ox += block) {
        const rows = min(block, plan.positionsW - ox)
        const y = oy * plan.strideH - plan.padTop
        for (let row = 0; row < rows; row++) {
          const x = (ox + row) * plan.strideW - plan.padLeft
          fillPatch(plan, image, y, x, ROWS + <usize>row * patchBytes)
        }
        const to = plan.to + <usize>image * plan.stepImage + <usize>oy * plan.stepRow + <usize>ox * plan.stepPosition
        multiplyUnits(plan, ROWS, 0, patchBytes, 1, rows, to)
      }
    }
  }
}
