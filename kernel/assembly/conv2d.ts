import { convolve } from './convolution'
import { ConvolutionPlan, convolutionPlan } from './convolutionPlan'
import { packWeights, planUnits } from './convolutionWeights'

/** Plans what weights depend on: int8 [outputs, tapsH, tapsW, depth]. */
function planWeights(
  weights: usize,
  outputs: i32,
  tapsH: i32,
  tapsW: i32,
  depth: i32,
  dilationW: i32,
  groups: i32,
): ConvolutionPlan {
  const plan = convolutionPlan()
  plan.weights = weights
  plan.outputs = outputs
  plan.tapsH = tapsH
  plan.tapsW = tapsW
  plan.depth = depth
  plan.dilationW = dilationW
  plan.groups = groups
  plan.stepTapW = depth
  plan.stepTapH = <usize>tapsW * <usize>depth
  plan.stepOutput = <usize>tapsH * plan.stepTapH
  planUnits(plan)
  return plan
}

/** Bytes that {@link packConv2d} writes. */
export function conv2dPanelBytes(outputs: i32, tapsH: i32, tapsW: i32, depth: i32, dilationW: i32, groups: i32): f64 {
  const plan = planWeights(0, outputs, tapsH, tapsW, depth, dilationW, groups)
  return <f64>plan.units * <f64>plan.unitBytes
}

/** Packs weights of int8 [outputs, tapsH, tapsW, depth] for {@link conv2d}. */
export function packConv2d(
  weights: usize,
  outputs: i32,
  tapsH: i32,
  tapsW: i32,
  depth: i32,
  dilationW: i32,
  groups: i32,
  to: usize,
): void {
  packWeights(planWeights(weights, outputs, tapsH, tapsW, depth, dilationW, groups), to)
}

/**
 * CONV2D of int8 [batch, height, width, channels] at `x` into int32 [batch, outputH, outputW, outputs] at `to`.
 *
 * @param limit - address up to which x may be read: its end, rounded up to 64
 * @param panels - what {@link packConv2d} made of the weights, or 0 to pack them for this call alone
 * @param bias - int32 [outputs], or 0 for none
 */
export function conv2d(
  to: usize,
  x: usize,
  limit: usize,
  weights: usize,
  panels: usize,
  bias: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outputs: i32,
  tapsH: i32,
  tapsW: i32,
  outputH: i32,
  outputW: i32,
  zeroPoint: i32,
  padTop: i32,
  padLeft: i32,
  strideH: i32,
  strideW: i32,
  dilationH: i32,
  dilationW: i32,
  groups: i32,
): void {
  const plan = planWeights(weights, outputs, tapsH, tapsW, channels / groups, dilationW, groups)
  plan.x = x
  plan.limit = limit
  plan.batch = batch
  plan.height = height
  plan.width = width
  plan.channels = channels
  plan.zeroPoint = zeroPoint
  plan.strideH = strideH
  plan.strideW = strideW
  plan.dilationH = dilationH
  plan.padTop = padTop
  plan.padLeft = padLeft
  plan.positionsH = outputH
  plan.positionsW = outputW
  plan.to = to
  plan.stepPosition = 4 * <usize>outputs
  plan.stepRow = <usize>outputW * plan.stepPosition
  plan.stepImage = <usize>outputH * plan.stepRow
  plan.panels = panels
  plan.bias = bias
  convolve(plan)
}
