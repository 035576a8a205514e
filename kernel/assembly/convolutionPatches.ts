import { blockRows, ROWS } from './contraction'
import { fillZeros } from './contractionRows'
import { fillLine } from './convolutionLines'
import { ConvolutionPlan } from './convolutionPlan'
import { multiplyUnits, setRunOffsets } from './convolutionUnits'

/** Runs of at most so many values are widened by a loop of their own. */
const SHORT_RUN: usize = 64

/** Fills `rows` rows of the product, from position `first` on, with what the taps read: zeros outside x. */
function fillPatches(plan: ConvolutionPlan, first: i32, rows: i32): void {
  const tapsH = plan.tapsH
  const height = plan.height
  const width = plan.width
  const stride = <usize>plan.channels
  const strideH = plan.strideH
  const strideW = plan.strideW
  const dilationH = plan.dilationH
  const dilationW = plan.dilationW
  const padLeft = plan.padLeft
  const positionsH = plan.positionsH
  const positionsW = plan.positionsW
  const limit = plan.limit
  // Neighbouring taps of a row are filled at once.
  const isRun = dilationW === 1 && plan.chunkChannels === plan.channels
  const runTaps = isRun ? plan.tapsW : 1
  const runs = isRun ? 1 : plan.tapsW
  const runBytes = <usize>runTaps * plan.pixelBytes
  const padded = ((runBytes >> 1) + 7) & ~7
  const isShort = padded <= SHORT_RUN
  const zeroPoints = i16x8.splat(<i16>plan.zeroPoint)
  let image = first / (positionsH * positionsW)
  let oy = (first / positionsW) % positionsH
  let ox = first % positionsW
  let to = ROWS
  for (; rows > 0; rows--) {
    let y = oy * strideH - plan.padTop
    for (let tapY = 0; tapY < tapsH; tapY++) {
      const isInside = y >= 0 && y < height
      const line = plan.x + (<usize>image * height + y) * width * stride + plan.firstChannel
      let x = ox * strideW - padLeft
      for (let run = 0; run < runs; run++) {
        const from = line + <usize>x * stride
        if (!isInside || x <= -runTaps || x >= width) {
          fillZeros(to, runBytes)
        } else if (isShort && x >= 0 && x + runTaps <= width && limit - from >= padded) {
          for (let k: usize = 0; k < padded; k += 8)
            v128.store(to + 2 * k, i16x8.sub(v128.load8x8_s(from + k), zeroPoints))
        } else {
          fillLine(plan, image, y, x, runTaps, to)
        }
        x += dilationW
        to += runBytes
      }
      y += dilationH
    }
    if (++ox < positionsW) continue
    ox = 0
    if (++oy < positionsH) continue
    oy = 0
    image++
  }
}

/**
 * Convolves with the units at hand by writing out a row of the product for each position: for taps far apart. Output
 * positions follow one another, as those of CONV2D do.
 */
export function convolvePatches(plan: ConvolutionPlan): void {
  const stepH = <usize>plan.tapsW * plan.pixelBytes
  const patchBytes = <usize>plan.tapsH * stepH
  setRunOffsets(plan, stepH, plan.pixelBytes)
  const block = blockRows(patchBytes, plan.stepPosition)
  const positions = plan.batch * plan.positionsH * plan.positionsW
  for (let first = 0; first < positions; first += block) {
    const rows = min(block, positions - first)
    fillPatches(plan, first, rows)
    multiplyUnits(plan, ROWS, 0, patchBytes, 1, rows, plan.to + <usize>first * plan.stepPosition)
  }
}
