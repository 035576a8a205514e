import { GROUP_ROWS } from './contraction'
import { packGroups, packPieces, panelBytes } from './contractionPanels'
import { ConvolutionPlan } from './convolutionPlan'

/** Output channels that cost as much as one: the lanes of a vector. */
const LEAST_OUTPUTS: i32 = 4
/** Groups of more channels together gain nothing: zeros are multiplied as well. */
const UNIT_CHANNELS: i32 = 8

/** Sets what of the plan follows from groups, taps and depth: units, runs and the size of packed weights. */
export function planUnits(plan: ConvolutionPlan): void {
  const outputsOfGroup = plan.outputs / plan.groups
  const unitGroups = min(plan.groups, max(1, min(LEAST_OUTPUTS / outputsOfGroup, UNIT_CHANNELS / plan.depth)))
  plan.unitGroups = unitGroups
  plan.unitChannels = unitGroups * plan.depth
  plan.unitOutputs = unitGroups * outputsOfGroup
  plan.units = (plan.groups + unitGroups - 1) / unitGroups
  // Taps of a row of the window are one run where they are neighbours in x. Where they are not in the weights, each has
  // to make whole pairs by itself.
  const isRowRun = plan.groups === 1 && plan.dilationW === 1 && (areNeighbours(plan) || (plan.depth & 1) === 0)
  plan.runTaps = isRowRun ? plan.tapsW : 1
  plan.runs = isRowRun ? plan.tapsH : plan.tapsH * plan.tapsW
  plan.runPairs = (plan.runTaps * plan.unitChannels + 1) >> 1
  plan.unitBytes = panelBytes(plan.unitOutputs, plan.runs * plan.runPairs)
}

/** Whether the weights of a row of the window lie one after another. */
function areNeighbours(plan: ConvolutionPlan): bool {
  return plan.stepTapW === <usize>plan.depth
}

/**
 * Packs output channels of a unit.
 *
 * @param first - the first of `outputs` output channels, counted in the unit; all of them where it has several groups
 */
export function packUnit(plan: ConvolutionPlan, unit: i32, first: i32, outputs: i32, to: usize): void {
  const from = plan.weights + (<usize>unit * plan.unitOutputs + first) * plan.stepOutput
  if (plan.unitGroups > 1) {
    packGroups(
      from,
      plan.stepOutput,
      min(plan.unitGroups, plan.groups - unit * plan.unitGroups),
      plan.unitGroups,
      plan.unitOutputs / plan.unitGroups,
      plan.tapsH,
      plan.stepTapH,
      plan.tapsW,
      plan.stepTapW,
      plan.depth,
      to,
      GROUP_ROWS,
    )
    return
  }
  const isOnePiece = plan.runTaps > 1 && areNeighbours(plan)
  packPieces(
    from,
    plan.stepOutput,
    outputs,
    plan.tapsH,
    plan.stepTapH,
    isOnePiece ? 1 : plan.tapsW,
    plan.stepTapW,
    isOnePiece ? plan.tapsW * plan.depth : plan.depth,
    0,
    to,
  )
}

/** Packs the weights of all units, one after another. */
export function packWeights(plan: ConvolutionPlan, to: usize): void {
  for (let unit = 0; unit < plan.units; unit++) {
    packUnit(plan, unit, 0, plan.unitOutputs, to)
    to += <usize>plan.unitBytes
  }
}
