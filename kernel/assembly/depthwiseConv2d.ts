import { depthwiseDirect } from './depthwiseDirect'
import { beginImage, beginTile } from './depthwiseInput'
import { depthwisePlan, layOutRows } from './depthwisePlan'
import { depthwiseRow } from './depthwiseRow'
import { packWeights } from './depthwiseWeights'

/**
 * Sets up the plan of a depthwise convolution; sizes and attributes are those of the instruction.
 *
 * @param bias - address, or 0 for none
 * @returns whether {@link depthwiseRow} applies; otherwise {@link depthwiseDirect} does
 */
function planDepthwise(
  x: usize,
  weights: usize,
  bias: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  tapsH: i32,
  tapsW: i32,
  outputs: i32,
  outputH: i32,
  outputW: i32,
  zeroPoint: i32,
  padTop: i32,
  padLeft: i32,
  strideH: i32,
  strideW: i32,
  dilationH: i32,
  dilationW: i32,
): bool {
  const plan = depthwisePlan()
  plan.x = x
  plan.weights = weights
  plan.bias = bias
  plan.lastLoad = ((x + <usize>batch * height * width * channels + 63) & ~63) - 8
  plan.lastWeights = ((weights + <usize>tapsH * tapsW * outputs + 63) & ~63) - 8
  plan.height = height
  plan.width = width
  plan.channels = channels
  plan.outputs = outputs
  plan.multiplier = outputs / channels
  plan.tapsH = tapsH
  plan.tapsW = tapsW
  plan.outputH = outputH
  plan.outputW = outputW
  plan.zeroPoint = zeroPoint
  plan.padTop = padTop
  plan.padLeft = padLeft
  plan.strideH = strideH
  plan.strideW = strideW
  plan.dilationH = dilationH
  plan.dilationW = dilationW
  plan.extentH = (tapsH - 1) * dilationH + 1
  plan.extentW = (tapsW - 1) * dilationW + 1
  if (!layOutRows(plan)) return false
  packWeights(plan)
  return true
}

/**
 * DEPTHWISE_CONV2D of an int8 tensor at `x` into int32 [batch, outputH, outputW, outputs] at `to`.
 *
 * The other parameters are those of {@link planDepthwise}.
 */
export function depthwiseConv2d(
  to: usize,
  x: usize,
  weights: usize,
  bias: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  tapsH: i32,
  tapsW: i32,
  outputs: i32,
  outputH: i32,
  outputW: i32,
  zeroPoint: i32,
  padTop: i32,
  padLeft: i32,
  strideH: i32,
  strideW: i32,
  dilationH: i32,
  dilationW: i32,
): void {
  const plan = depthwisePlan()
  if (
    !planDepthwise(
      x,
      weights,
      bias,
      batch,
      height,
      width,
      channels,
      tapsH,
      tapsW,
      outputs,
      outputH,
      outputW,
      zeroPoint,
      padTop,
      padLeft,
      strideH,
      strideW,
      dilationH,
      dilationW,
    )
  ) {
    depthwiseDirect(plan, batch, to)
    return
  }
  const pixelBytes = <usize>outputs * 4
  for (let start = 0; start < outputW; start += plan.tileW) {
    beginTile(plan, start)
    for (let n = 0; n < batch; n++) {
      beginImage(plan, n)
      for (let oy = 0; oy < outputH; oy++) {
        depthwiseRow(plan, oy, to + ((<usize>n * outputH + oy) * outputW + start) * pixelBytes)
      }
    }
  }
}
