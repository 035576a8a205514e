import { multiplyBands, RUN_OFFSETS } from './contraction'
import { ConvolutionPlan } from './convolutionPlan'

/**
 * Multiplies rows of the units at hand.
 *
 * @param a - the first of `rows` rows of the first of `bands` output rows, which lie `bandA` bytes apart
 * @param to - the first output channel of its position
 */
export function multiplyUnits(
  plan: ConvolutionPlan,
  a: usize,
  bandA: usize,
  stepA: usize,
  bands: i32,
  rows: i32,
  to: usize,
): void {
  let output = plan.firstUnit * plan.unitOutputs + plan.firstOutput
  let panels = plan.chunkPanels
  for (let unit = 0; unit < plan.chunkUnits; unit++) {
    multiplyBands(
      a,
      bandA,
      stepA,
      bands,
      rows,
      RUN_OFFSETS,
      plan.runs,
      plan.runPairs,
      panels,
      min(plan.chunkOutputs, plan.outputs - output),
      plan.bias === 0 ? 0 : plan.bias + 4 * <usize>output,
      to + 4 * <usize>output,
      plan.stepRow,
      plan.stepPosition,
    )
    a += 2 * <usize>plan.unitChannels
    panels += <usize>plan.unitBytes
    output += plan.unitOutputs
  }
}

/** Sets where the runs of a row lie when taps of a column do so `stepH` bytes apart, and those of a row `stepW`. */
export function setRunOffsets(plan: ConvolutionPlan, stepH: usize, stepW: usize): void {
  let at = RUN_OFFSETS
  for (let y = 0; y < plan.tapsH; y++) {
    for (let x = 0; x < plan.tapsW; x += plan.runTaps) {
      store<u32>(at, <usize>y * stepH + <usize>x * stepW)
      at += 4
    }
  }
}
