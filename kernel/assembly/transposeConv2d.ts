import { panelBytes } from './contractionPanels'
import { convolve } from './convolution'
import { ConvolutionPlan, convolutionPlan } from './convolutionPlan'
import { packWeights, planUnits } from './convolutionWeights'

// Output positions that are the same modulo the strides, a phase, read the same taps of the kernel: one out of every
// stride, and neighbouring pixels of x with them, in opposite order. So a phase is a convolution of stride 1 with those
// taps, reversed. Phases past the kernel read nothing.

/** Taps of a kernel of `taps` that the outputs of a phase read. */
@inline
function tapsOf(phase: i32, taps: i32, stride: i32): i32 {
  return (taps - phase + stride - 1) / stride
}

/** Taps of the first `phases` phases together. */
@inline
function tapsOfPhases(phases: i32, taps: i32, stride: i32): i32 {
  return phases * (taps / stride) + min(phases, taps % stride)
}

/** Plans the weights of a phase of int8 [outputs, tapsH, tapsW, depth]. */
function planPhase(
  plan: ConvolutionPlan,
  weights: usize,
  tapsH: i32,
  tapsW: i32,
  strideH: i32,
  strideW: i32,
  phaseH: i32,
  phaseW: i32,
): void {
  const rowBytes = <usize>tapsW * <usize>plan.depth
  plan.tapsH = tapsOf(phaseH, tapsH, strideH)
  plan.tapsW = tapsOf(phaseW, tapsW, strideW)
  const lastY = phaseH + (plan.tapsH - 1) * strideH
  const lastX = phaseW + (plan.tapsW - 1) * strideW
  plan.weights = weights + <usize>lastY * rowBytes + <usize>lastX * <usize>plan.depth
  plan.stepTapH = 0 - <usize>strideH * rowBytes
  plan.stepTapW = 0 - <usize>strideW * <usize>plan.depth
  plan.stepOutput = <usize>tapsH * rowBytes
  planUnits(plan)
}

/** What is the same in all phases. */
function beginPlan(outputs: i32, depth: i32): ConvolutionPlan {
  const plan = convolutionPlan()
  plan.outputs = outputs
  plan.depth = depth
  plan.groups = 1
  plan.dilationH = 1
  plan.dilationW = 1
  plan.strideH = 1
  plan.strideW = 1
  return plan
}

/** Packs weights of int8 [outputs, tapsH, tapsW, depth] for {@link transposeConv2d}, phase by phase. */
export function packTransposeConv2d(
  weights: usize,
  outputs: i32,
  tapsH: i32,
  tapsW: i32,
  depth: i32,
  strideH: i32,
  strideW: i32,
  to: usize,
): void {
  const plan = beginPlan(outputs, depth)
  for (let y = 0; y < min(strideH, tapsH); y++) {
    for (let x = 0; x < min(strideW, tapsW); x++) {
      planPhase(plan, weights, tapsH, tapsW, strideH, strideW, y, x)
      packWeights(plan, to)
      to += <usize>plan.unitBytes
    }
  }
}

/** Fills `positions` rows of int32 [outputs] with the bias, or with zeros. */
function fillBias(to: usize, positions: usize, outputs: i32, bias: usize): void {
  const bytes = positions * (4 * <usize>outputs)
  if (bias === 0) {
    memory.fill(to, 0, bytes)
    return
  }
  memory.copy(to, bias, 4 * <usize>outputs)
  // Copies what is filled already: twice as much each time.
  for (let filled = <usize>outputs * 4; filled < bytes; ) {
    const more = min(filled, bytes - filled)
    memory.copy(to + filled, to, more)
    filled += more
  }
}

/**
 * TRANSPOSE_CONV2D of int8 [batch, height, width, channels] at `x` into int32 [batch, outputH, outputW, outputs].
 *
 * @param limit - address up to which x may be read: its end, rounded up to 64
 * @param panels - what {@link packTransposeConv2d} made of the weights, or 0 to pack them for this call alone
 * @param bias - int32 [outputs], or 0 for none
 */
export function transposeConv2d(
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
): void {
  const plan = beginPlan(outputs, channels)
  plan.x = x
  plan.limit = limit
  plan.batch = batch
  plan.height = height
  plan.width = width
  plan.channels = channels
  plan.zeroPoint = zeroPoint
  plan.bias = bias
  const pixelBytes = <usize>outputs * 4
  const rowBytes = <usize>outputW * pixelBytes
  plan.stepPosition = <usize>strideW * pixelBytes
  plan.stepRow = <usize>strideH * rowBytes
  plan.stepImage = <usize>outputH * rowBytes
  if (strideH > tapsH || strideW > tapsW) {
    fillBias(to, <usize>batch * <usize>outputH * <usize>outputW, outputs, bias)
  }
  // Bytes of packed weights a tap: each makes whole pairs.
  const tapBytes = panelBytes(outputs, (channels + 1) >> 1)
  for (let row = 0; row < min(strideH, outputH); row++) {
    const phaseH = (row + padTop) % strideH
    if (phaseH >= tapsH) continue
    for (let column = 0; column < min(strideW, outputW); column++) {
      const phaseW = (column + padLeft) % strideW
      if (phaseW >= tapsW) continue
      planPhase(plan, weights, tapsH, tapsW, strideH, strideW, phaseH, phaseW)
      const tapsBefore = tapsOfPhases(phaseH, tapsH, strideH) * tapsW + plan.tapsH * tapsOfPhases(phaseW, tapsW, strideW)
      plan.panels = panels === 0 ? panels : panels + <usize>tapsBefore * <usize>tapBytes
      plan.positionsH = (outputH - 1 - row) / strideH + 1
      plan.positionsW = (outputW - 1 - column) / strideW + 1
      plan.padTop = plan.tapsH - 1 - (row + padTop) / strideH
      plan.padLeft = plan.tapsW - 1 - (column + padLeft) / strideW
      plan.to = to + <usize>row * rowBytes + <usize>column * pixelBytes
      convolve(plan)
    }
  }
}
