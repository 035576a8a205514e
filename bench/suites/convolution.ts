import { bindInstruction } from '../harness/instruction.ts'
import type { BenchCase } from '../harness/measure.ts'
import { PEAK } from './machine.ts'
import type { BenchContext, Suite } from './suite.ts'

type Shape = {
  readonly name: string
  /** Height and width of the picture. */
  readonly size: number
  readonly channels: number
  readonly filters: number
  readonly stride: number
}

const OURS = 'CONV2D'
const WINDOW = 3

const shapes: readonly Shape[] = [
  { name: '224x224x3 to 32, stride 2', size: 224, channels: 3, filters: 32, stride: 2 },
  { name: '56x56x64 to 64', size: 56, channels: 64, filters: 64, stride: 1 },
  { name: '14x14x256 to 256', size: 14, channels: 256, filters: 256, stride: 1 },
]

async function build({ kernel, memory, machine }: BenchContext, shape: Shape): Promise<BenchCase> {
  const { name, size, channels, filters, stride } = shape
  const x = memory.random('int8', [1, size, size, channels])
  const weights = { ...memory.random('int8', [filters, WINDOW, WINDOW, channels], [-127, 127]), source: {} }
  const before = stride === 1 ? 1 : 0
  const attributes = {
    ...{ zeroPoint: -3, padTop: before, padLeft: before, padBottom: 1, padRight: 1 },
    ...{ strideH: stride, strideW: stride, dilationH: 1, dilationW: 1, groups: 1 },
  }
  const { output, run, check } = bindInstruction(kernel, memory, 'CONV2D', { attributes, x, weights })
  const units = output.data.length * WINDOW * WINDOW * channels
  return { name, contenders: [machine.peak, { name: OURS, isPeer: false, run, units, check }] }
}

/** Convolutions of int8 with windows of 3x3. */
export const convolution: Suite = {
  name: 'convolution',
  title: 'Convolutions with windows of 3x3, multiply-accumulates a nanosecond',
  cases: shapes.map((shape) => ({ name: shape.name, build: (context) => build(context, shape) })),
  derived: ({ rates }) => ({ 'part of the peak': (rates[OURS] ?? 0) / (rates[PEAK] ?? Number.NaN) }),
  goals: () => [],
}
