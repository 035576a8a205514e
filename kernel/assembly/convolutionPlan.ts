import { CONVOLUTION_PLAN } from './contraction'

/**
 * Sizes and addresses of one convolution: CONV2D, or a phase of TRANSPOSE_CONV2D, whose outputs and weights lie apart.
 *
 * Channels are worked on in *units*: a group, or so many groups together that they have up to 4 output channels, which
 * cost as much as one. A unit is a product of rows, one for each position of the window, with the weights of its output
 * channels. A row consists of *runs*: neighbouring taps, or a single tap.
 */
@unmanaged
export class ConvolutionPlan {
  x: usize
  /** Address up to which x may be read: its end, rounded up to 64. */
  limit: usize
  batch: i32
  height: i32
  width: i32
  channels: i32
  zeroPoint: i32

  tapsH: i32
  tapsW: i32
  strideH: i32
  strideW: i32
  dilationH: i32
  dilationW: i32
  padTop: i32
  padLeft: i32
  /** Positions of the window. */
  positionsH: i32
  positionsW: i32

  /** Output of the first position. */
  to: usize
  /** Bytes from an output image, row or position to the next. */
  stepImage: usize
  stepRow: usize
  stepPosition: usize

  /** Output channels. */
  outputs: i32
  groups: i32
  /** Input channels of a group. */
  depth: i32
  /** The first tap of the first output channel. */
  weights: usize
  /** Bytes between the weights of output channels, and between those of taps along an axis. */
  stepOutput: usize
  stepTapH: usize
  stepTapW: usize
  /** What {@link packWeights} made of the weights, or 0. */
  panels: usize
  /** int32 [outputs], or 0 for none. */
  bias: usize

  /** Groups of a unit. */
  unitGroups: i32
  unitChannels: i32
  unitOutputs: i32
  units: i32
  /** Neighbouring taps of a run: all of a row of the window, or 1. */
  runTaps: i32
  runs: i32
  runPairs: i32
  /** Bytes of the panels of a unit. */
  unitBytes: u64

  /** The units at hand: the first of them, and the channels of x that they read. */
  firstUnit: i32
  chunkUnits: i32
  firstChannel: i32
  chunkChannels: i32
  /** The output channels at hand of each unit: all of them where there are several units. */
  firstOutput: i32
  chunkOutputs: i32
  /** Where the weights of the units at hand are packed. */
  chunkPanels: usize
  /** Bytes of the channels at hand of a pixel, as int16. */
  pixelBytes: usize
}

/** The plan of the call at hand. */
export function convolutionPlan(): ConvolutionPlan {
  return changetype<ConvolutionPlan>(CONVOLUTION_PLAN)
}

/** To find a run that lies apart from the last takes as long as to widen so many values. */
const RUN_VALUES: u64 = 128

/** What patches cost, in values that are widened: a row for each position, whose runs of neighbours are padded to vectors. */
export function patchValues(plan: ConvolutionPlan): u64 {
  const positions = <u64>plan.positionsH * <u64>plan.positionsW
  const isRun = plan.dilationW === 1 && plan.groups === 1
  const runValues = <u64>(isRun ? plan.tapsW : 1) * plan.channels
  const runs = <u64>plan.tapsH * (isRun ? 1 : plan.tapsW)
  return positions * runs * (((runValues + 15) & ~15) + RUN_VALUES)
}
