import { beginContraction, PANELS, PANELS_BYTES } from './contraction'
import { convolveLines } from './convolutionLines'
import { convolvePatches } from './convolutionPatches'
import { ConvolutionPlan } from './convolutionPlan'
import { packUnit } from './convolutionWeights'

/** Most bytes of a row of the product, written out: a bound on the channels that are worked on at a time. */
const PATCH_BYTES: i32 = 524288

/** Convolves with all units: as many at a time as there is room for, of their rows and of weights packed here. */
export function convolve(plan: ConvolutionPlan): void {
  beginContraction()
  const patchBytes = 2 * plan.tapsH * plan.tapsW * plan.unitChannels
  let chunkUnits = max(1, PATCH_BYTES / patchBytes)
  let chunkOutputs = plan.unitOutputs
  if (plan.panels === 0) {
    chunkUnits = min(chunkUnits, max(1, <i32>(PANELS_BYTES / plan.unitBytes)))
    if (plan.unitBytes > PANELS_BYTES) chunkOutputs = <i32>(PANELS_BYTES / (4 * plan.runs * plan.runPairs)) & ~15
  }
  for (let unit = 0; unit < plan.units; unit += chunkUnits) {
    plan.firstUnit = unit
    plan.chunkUnits = min(chunkUnits, plan.units - unit)
    plan.firstChannel = unit * plan.unitChannels
    plan.chunkChannels = min(chunkUnits * plan.unitChannels, plan.channels - plan.firstChannel)
    plan.pixelBytes = 2 * <usize>plan.chunkChannels
    for (let output = 0; output < plan.unitOutputs; output += chunkOutputs) {
      plan.firstOutput = output
      plan.chunkOutputs = min(chunkOutputs, plan.unitOutputs - output)
      if (plan.panels === 0) {
        plan.chunkPanels = PANELS
        for (let i = 0; i < plan.chunkUnits; i++)
          packUnit(plan, unit + i, output, plan.chunkOutputs, PANELS + <usize>i * <usize>plan.unitBytes)
      } else {
        plan.chunkPanels = plan.panels + <usize>unit * <usize>plan.unitBytes
      }
      if (!convolveLines(plan)) convolvePatches(plan)
    }
  }
}
