import Benchmark from 'benchmark'
import {
  type AnyDataOperands,
  type ComputeInstruction,
  createTensor,
  type DType,
  elementCount,
  formatType,
  instructionByMnemonic,
  type Shape,
  type Tensor,
} from '../isa/index.ts'
import { createReferenceKernel, kernelBody } from '../kernel/index.ts'

// Times one instruction of each kind on the kernel: nanoseconds for a multiply-accumulate of a contraction, or for an
// element of the output of any other. `npm run bench`; arguments pick instructions by name.

function filled(dtype: DType, ...shape: Shape): Tensor {
  const tensor = createTensor({ dtype, shape })
  for (let index = 0; index < tensor.data.length; index++) tensor.data[index] = ((index * 37) % 255) - 127
  return tensor
}

/** Attributes of a convolution of stride 1 with one row and column of padding, as decoded. */
const same = {
  ...{ zeroPoint: -3, padTop: 1, padLeft: 1, padBottom: 1, padRight: 1 },
  ...{ strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, groups: 1 },
}
const scaling = {
  ...{ dtype: 1, perChannel: 0, rounding: 0, inputShift: 0, inputZeroPoint: 0, outputZeroPoint: -5 },
  ...{ low: -128, high: 127 },
}

type Case = { readonly name: string; readonly operands: object; readonly macs?: number }

const cases: readonly Case[] = [
  {
    name: 'MATMUL',
    operands: {
      attributes: { zeroPointA: -3, zeroPointB: 0 },
      a: filled('int8', 1, 784),
      b: filled('int8', 128, 784),
      bias: filled('int32', 128),
    },
    macs: 784 * 128,
  },
  {
    name: 'CONV2D',
    operands: { attributes: same, x: filled('int8', 1, 16, 16, 16), weights: filled('int8', 16, 3, 3, 16) },
    macs: 16 * 16 * 16 * 9 * 16,
  },
  {
    name: 'DEPTHWISE_CONV2D',
    operands: { attributes: same, x: filled('int8', 1, 28, 28, 32), weights: filled('int8', 3, 3, 32) },
    macs: 28 * 28 * 32 * 9,
  },
  {
    name: 'RESCALE',
    operands: { attributes: scaling, x: filled('int32', 64, 64), multiplier: 1518500250n, shift: 0n },
  },
  { name: 'TABLE', operands: { x: filled('int8', 64, 64), table: filled('int8', 256) } },
  {
    name: 'SOFTMAX',
    operands: { attributes: { form: 0 }, x: filled('int8', 4, 1000), table: filled('int32', 256) },
  },
  { name: 'TADD', operands: { a: filled('int32', 64, 64), b: filled('int32', 64, 64) } },
  {
    name: 'REDUCE_SUM',
    operands: { attributes: { axes: 6, keepDims: 0, zeroPoint: 0 }, x: filled('int8', 1, 7, 7, 256) },
  },
  { name: 'TRANSPOSE', operands: { attributes: { axis0: 1, axis1: 0 }, x: filled('int8', 64, 64) } },
]

const kernel = createReferenceKernel()
const suite = new Benchmark.Suite()
const row = (name: string, output: string, time: string) =>
  console.log(`${name.padEnd(18)} ${output.padEnd(20)} ${time}`)

const names = cases.map(({ name }) => name)
const wanted = process.argv.slice(2).map((name) => name.toUpperCase())
const unknown = wanted.filter((name) => !names.includes(name))
if (unknown.length > 0) {
  console.error(`bench: ${unknown.join(', ')}: not timed here; expected some of ${names.join(', ')}`)
  process.exit(1)
}
for (const { name, operands, macs } of cases.filter((entry) => wanted.length === 0 || wanted.includes(entry.name))) {
  const instruction = instructionByMnemonic.get(name) as ComputeInstruction
  const bound = operands as AnyDataOperands
  const output = createTensor(instruction.infer(bound as Parameters<ComputeInstruction['infer']>[0]))
  const body = kernelBody(kernel, instruction)
  const units = macs ?? elementCount(output.shape)
  suite.add(name, () => body(bound, output), {
    onComplete({ target }: { target: Benchmark }) {
      const nanoseconds = (target.stats.mean * 1e9) / units
      row(name, formatType(output), `${nanoseconds.toFixed(2)} ${macs === undefined ? 'an element' : 'a MAC'}`)
    },
  })
}
console.log(`kernel: ${kernel.name}`)
row('instruction', 'output', 'ns')
suite.run()
