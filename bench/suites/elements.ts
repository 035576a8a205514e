import {
  byteLength,
  encodeAxisWord,
  ROUND_DOUBLE,
  ROUND_SINGLE,
  type RoundingMode,
  type Shape,
  type Tensor,
} from '../../isa/index.ts'
import { quantizeMultiplier, softmaxTable } from '../../model/index.ts'
import { bindInstruction } from '../harness/instruction.ts'
import type { BenchCase, CaseResult } from '../harness/measure.ts'
import type { BenchMemory } from '../harness/memory.ts'
import { atLeastValue, type Goal } from '../harness/report.ts'
import { MEMORY_COPY, SET } from './machine.ts'
import { channelScaling, toInt8 } from './scaling.ts'
import type { BenchContext, Suite } from './suite.ts'

const OURS = 'kernel'
const RATIO = 'part of the copy rate'
const UNIT = ', elements a nanosecond'

const ROWS = 64
const CHANNELS = 1024
const MATRIX: Shape = [ROWS, CHANNELS]
const PICTURE: Shape = [1, 32, 32, 64]

type Operands = Readonly<Record<string, unknown>>
type ElementCase = {
  readonly name: string
  readonly mnemonic: string
  operands(memory: BenchMemory): Operands
  /** Whether elements of the input are counted, as many of which make one of the output. */
  readonly reduces?: boolean
  goals?(result: CaseResult): readonly Goal[]
}

const PADS = 'before0 after0 before1 after1 before2 after2 before3 after3 before4 after4 before5 after5'.split(' ')
const padding = (pads: Readonly<Record<string, number>>) => ({
  value: 0,
  ...Object.fromEntries(PADS.map((name) => [name, 0])),
  ...pads,
})

const pool = (memory: BenchMemory): Operands => ({
  attributes: { padTop: 0, padLeft: 0, padBottom: 0, padRight: 0, windowH: 2, windowW: 2, strideH: 2, strideW: 2 },
  x: memory.random('int8', PICTURE),
})
/** Sums of products scaled to int8: a factor for each channel, or one as a word. */
const perChannel = (memory: BenchMemory, rounding: RoundingMode): Operands => ({
  ...channelScaling(memory, CHANNELS, 1, rounding).operands,
  x: memory.random('int32', MATRIX, [-(2 ** 20), 2 ** 20]),
})
const perTensor = (memory: BenchMemory, rounding: RoundingMode): Operands => {
  const { multiplier, shift } = quantizeMultiplier(2 ** -14)
  return {
    attributes: toInt8(0, rounding),
    x: memory.random('int32', MATRIX, [-(2 ** 20), 2 ** 20]),
    multiplier: BigInt(multiplier),
    shift: BigInt.asUintN(256, BigInt(shift)),
  }
}

const halfOfCopy = ({ name, rates }: CaseResult) => atLeastValue(0.5, name, rates, RATIO)

const cases: readonly ElementCase[] = [
  {
    name: 'RESCALE per channel, single rounding',
    mnemonic: 'RESCALE',
    operands: (memory) => perChannel(memory, ROUND_SINGLE),
    goals: ({ name, rates }) => atLeastValue(1.8, name, rates, OURS, UNIT),
  },
  {
    name: 'RESCALE per channel, double rounding',
    mnemonic: 'RESCALE',
    operands: (memory) => perChannel(memory, ROUND_DOUBLE),
    goals: ({ name, rates }) => atLeastValue(1.8, name, rates, OURS, UNIT),
  },
  {
    name: 'RESCALE per tensor, single rounding',
    mnemonic: 'RESCALE',
    operands: (memory) => perTensor(memory, ROUND_SINGLE),
  },
  {
    name: 'RESCALE per tensor, double rounding',
    mnemonic: 'RESCALE',
    operands: (memory) => perTensor(memory, ROUND_DOUBLE),
  },
  {
    name: 'TABLE int8',
    mnemonic: 'TABLE',
    operands: (memory) => ({ x: memory.random('int8', MATRIX), table: memory.random('int8', [256]) }),
    goals: ({ name, rates }) => atLeastValue(2.5, name, rates, OURS, UNIT),
  },
  {
    name: 'TADD int32',
    mnemonic: 'TADD',
    operands: (memory) => ({ a: memory.random('int32', MATRIX), b: memory.random('int32', MATRIX) }),
    goals: halfOfCopy,
  },
  ...(['int8', 'int32'] as const).map(
    (dtype): ElementCase => ({
      name: `CLAMP ${dtype}`,
      mnemonic: 'CLAMP',
      operands: (memory) => ({ attributes: { low: -100, high: 50 }, x: memory.random(dtype, MATRIX) }),
      goals: halfOfCopy,
    }),
  ),
  {
    name: 'RESHAPE int8',
    mnemonic: 'RESHAPE',
    operands: (memory) => ({ type: { dtype: 'int8', shape: [CHANNELS, ROWS] }, x: memory.random('int8', MATRIX) }),
    goals: halfOfCopy,
  },
  {
    name: 'CONCAT int8 of channels',
    mnemonic: 'CONCAT',
    operands: (memory) => ({
      attributes: { axis: 3 },
      a: memory.random('int8', PICTURE),
      b: memory.random('int8', PICTURE),
    }),
    goals: halfOfCopy,
  },
  {
    name: 'PAD int8 by one pixel',
    mnemonic: 'PAD',
    operands: (memory) => ({
      attributes: padding({ before1: 1, after1: 1, before2: 1, after2: 1 }),
      x: memory.random('int8', PICTURE),
    }),
    goals: halfOfCopy,
  },
  {
    name: 'SLICE int8 of half the channels',
    mnemonic: 'SLICE',
    operands: (memory) => ({
      begin: encodeAxisWord([0, 0, 0, 32]),
      size: encodeAxisWord([1, 32, 32, 32]),
      stride: encodeAxisWord([1, 1, 1, 1], 1),
      x: memory.random('int8', PICTURE),
    }),
    goals: halfOfCopy,
  },
  {
    name: 'TRANSPOSE int8 [256,256]',
    mnemonic: 'TRANSPOSE',
    operands: (memory) => ({
      attributes: { axis0: 1, axis1: 0, axis2: 0, axis3: 0, axis4: 0, axis5: 0 },
      x: memory.random('int8', [256, 256]),
    }),
  },
  {
    name: 'TRANSPOSE int8, channels first',
    mnemonic: 'TRANSPOSE',
    operands: (memory) => ({
      attributes: { axis0: 0, axis1: 3, axis2: 1, axis3: 2, axis4: 0, axis5: 0 },
      x: memory.random('int8', PICTURE),
    }),
  },
  {
    name: 'REDUCE_SUM int8 of pixels',
    mnemonic: 'REDUCE_SUM',
    operands: (memory) => ({
      attributes: { axes: 0b0110, keepDims: 0, zeroPoint: -3 },
      x: memory.random('int8', [1, 7, 7, CHANNELS]),
    }),
    reduces: true,
  },
  { name: 'MAX_POOL2D int8 by 2x2', mnemonic: 'MAX_POOL2D', operands: pool, reduces: true },
  { name: 'AVG_POOL2D int8 by 2x2', mnemonic: 'AVG_POOL2D', operands: pool, reduces: true },
  {
    name: 'SOFTMAX int8',
    mnemonic: 'SOFTMAX',
    operands: (memory) => ({
      attributes: { form: 0 },
      x: memory.random('int8', MATRIX),
      table: memory.of('int32', [256], softmaxTable(0.05, 1, ROUND_DOUBLE)),
    }),
  },
]

const isTensor = (operand: unknown): operand is Tensor => typeof operand === 'object' && 'data' in (operand ?? {})

async function build({ kernel, memory, machine }: BenchContext, entry: ElementCase): Promise<BenchCase> {
  const operands = entry.operands(memory)
  const { output, run, check } = bindInstruction(kernel, memory, entry.mnemonic, operands)
  const units = entry.reduces ? (operands.x as Tensor).data.length : output.data.length
  // A slice reads what it writes.
  const read = entry.mnemonic === 'SLICE' ? [output] : Object.values(operands).filter(isTensor)
  const moved = [...read, output].reduce((sum, type) => sum + byteLength(type), 0)
  return {
    name: entry.name,
    contenders: [{ name: OURS, isPeer: false, run, units, check }, ...machine.copies(moved, units)],
  }
}

/** Instructions that treat elements one by one, and moves. */
export const elements: Suite = {
  name: 'elements',
  title:
    'Elements of the output, of the input in reductions and pools, a nanosecond; beside copies that read and write as many bytes',
  cases: cases.map((entry) => ({ name: entry.name, build: (context) => build(context, entry) })),
  derived({ rates }) {
    const copy = Math.max(rates[MEMORY_COPY] ?? 0, rates[SET] ?? 0)
    return { [RATIO]: (rates[OURS] ?? 0) / copy }
  },
  goals: (result) => cases.find(({ name }) => name === result.name)?.goals?.(result) ?? [],
}
