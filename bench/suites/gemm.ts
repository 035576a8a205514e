import { disagreement, FLOAT_SCALED } from '../harness/agreement.ts'
import { bindInstruction } from '../harness/instruction.ts'
import type { BenchCase, Contender } from '../harness/measure.ts'
import { atLeast } from '../harness/report.ts'
import { matmulPeers } from './gemmPeers.ts'
import { PEAK } from './machine.ts'
import { channelScaling } from './scaling.ts'
import type { BenchContext, Suite } from './suite.ts'

const shapes = [
  ...[
    [1, 784, 128],
    [1, 128, 10],
    [1, 1024, 1024],
  ],
  ...[
    [64, 64, 64],
    [256, 256, 256],
    [512, 512, 512],
    [1024, 1024, 1024],
  ],
  // Convolutions of a MobileNet as products: the first 3x3 one, and pointwise ones.
  ...[
    [12544, 27, 32],
    [3136, 64, 128],
    [196, 512, 512],
    [49, 1024, 1024],
  ],
] as const

const ZERO_POINT = -3
const OURS = 'MATMUL'
const OURS_UNKNOWN = 'MATMUL of unknown weights'
const OURS_SCALED = 'MATMUL, RESCALE'

async function build(context: BenchContext, rows: number, depth: number, columns: number): Promise<BenchCase> {
  const { kernel, memory, machine } = context
  const a = memory.random('int8', [rows, depth])
  const b = memory.random('int8', [columns, depth], [-127, 127])
  const attributes = { zeroPointA: ZERO_POINT, zeroPointB: 0 }
  const known = bindInstruction(kernel, memory, 'MATMUL', { attributes, a, b: { ...b, source: {} } })
  const unknown = bindInstruction(kernel, memory, 'MATMUL', { attributes, a, b })
  const scaling = channelScaling(memory, columns, depth)
  const scaled = bindInstruction(kernel, memory, 'RESCALE', { ...scaling.operands, x: known.output })
  const units = rows * depth * columns
  const ours: readonly Contender[] = [
    { name: OURS, isPeer: false, run: known.run, units, check: known.check },
    { name: OURS_UNKNOWN, isPeer: false, run: unknown.run, units, check: unknown.check },
    {
      name: OURS_SCALED,
      isPeer: false,
      run() {
        known.run()
        scaled.run()
      },
      units,
      check: scaled.check,
    },
  ]
  const peers = await matmulPeers(context.peers, {
    ...{ rows, depth, columns, a: a.data, b: b.data, zeroPoint: ZERO_POINT, factors: scaling.factors },
    outputZeroPoint: ZERO_POINT,
    checkSums: (found) => disagreement(found, known.output.data),
    checkScaled: (found) => disagreement(found, scaled.output.data, FLOAT_SCALED),
  })
  return {
    name: shapeName(rows, depth, columns),
    contenders: [machine.peak, ...ours, ...peers.contenders],
    notes: peers.notes,
    release: peers.release,
  }
}

const shapeName = (rows: number, depth: number, columns: number) => `${rows}x${depth}x${columns}`

/** Matrix products of int8, and the same work elsewhere. */
export const gemm: Suite = {
  name: 'gemm',
  title:
    'Matrix products, multiply-accumulates a nanosecond: sums in int32, elsewhere from runs of eight products with weights of their own; "scaled" is one product that ends in int8',
  cases: shapes.map(([rows, depth, columns]) => ({
    name: shapeName(rows, depth, columns),
    build: (context) => build(context, rows, depth, columns),
  })),
  goals({ name, rates }) {
    const [rows, depth, columns] = name.split('x').map(Number) as [number, number, number]
    const isLarge = rows >= 64 && depth >= 64 && columns >= 64
    if (isLarge)
      return [
        atLeast(0.85, name, rates, OURS, PEAK),
        atLeast(1.1, name, rates, OURS, 'onnxruntime-web u8s8'),
        atLeast(2, name, rates, OURS, 'TensorFlow.js f32'),
      ].flat()
    return name === '1x784x128' ? atLeast(2.5, name, rates, OURS_SCALED, 'onnxruntime-node u8s8 scaled') : []
  },
}
