import { disagreement, FLOAT_SCALED } from '../harness/agreement.ts'
import { bindInstruction } from '../harness/instruction.ts'
import type { BenchCase } from '../harness/measure.ts'
import { atLeast } from '../harness/report.ts'
import { depthwisePeers } from './depthwisePeers.ts'
import { channelScaling } from './scaling.ts'
import type { BenchContext, Suite } from './suite.ts'

/** Height and width, channels. */
const shapes = [
  [112, 32],
  [56, 128],
  [14, 512],
] as const

const WINDOW = 9
const ZERO_POINT = -3
const OURS = 'DEPTHWISE_CONV2D, RESCALE'

/** Stride 1, one row and column of padding on each side. */
const attributes = {
  ...{ zeroPoint: ZERO_POINT, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 },
  ...{ strideH: 1, strideW: 1, dilationH: 1, dilationW: 1 },
}

async function build(context: BenchContext, size: number, channels: number): Promise<BenchCase> {
  const { kernel, memory } = context
  const x = memory.random('int8', [1, size, size, channels])
  const weights = { ...memory.random('int8', [3, 3, channels], [-127, 127]), source: {} }
  const sums = bindInstruction(kernel, memory, 'DEPTHWISE_CONV2D', { attributes, x, weights })
  const scaling = channelScaling(memory, channels, WINDOW)
  const scaled = bindInstruction(kernel, memory, 'RESCALE', { ...scaling.operands, x: sums.output })
  const units = size * size * channels * WINDOW
  const ours = {
    name: OURS,
    isPeer: false,
    run() {
      sums.run()
      scaled.run()
    },
    units,
    check: () => sums.check() ?? scaled.check(),
  }
  const peers = await depthwisePeers(context.peers, {
    ...{ size, channels, x: x.data, weights: weights.data, zeroPoint: ZERO_POINT, factors: scaling.factors },
    outputZeroPoint: ZERO_POINT,
    checkSums: (found) => disagreement(found, sums.output.data),
    checkScaled: (found) => disagreement(found, scaled.output.data, FLOAT_SCALED),
  })
  return {
    name: shapeName(size, channels),
    contenders: [ours, ...peers.contenders],
    notes: peers.notes,
    release: peers.release,
  }
}

const shapeName = (size: number, channels: number) => `${size}x${size}x${channels}`

/** Depthwise convolutions of int8 to int8, and the same work elsewhere. */
export const depthwise: Suite = {
  name: 'depthwise',
  title:
    'Depthwise 3x3 convolutions from int8 to int8 with a factor for each channel, multiply-accumulates a nanosecond; f32 without scaling',
  cases: shapes.map(([size, channels]) => ({
    name: shapeName(size, channels),
    build: (context) => build(context, size, channels),
  })),
  goals: ({ name, rates }) => atLeast(1, name, rates, OURS, 'onnxruntime-node s8s8'),
}
