import { elementCount, type Shape, type Tensor, type TensorType } from '../../isa/index.ts'
import { type PlainContext, UnsupportedStep } from './context.ts'
import { convolutionStep, matmulStep, type Weights } from './contraction.ts'
import { depthwiseStep } from './depthwiseLanes.ts'
import { clampStep, pairStep, tableStep } from './elementwise.ts'
import type { Epilogue } from './epilogue.ts'
import type { Placed } from './memory.ts'
import { concatStep, padStep, sliceStep, transposeStep } from './moves.ts'
import { poolStep } from './pool.ts'
import { reductionStep } from './reduction.ts'
import { type Rescaling, rescaleStep } from './rescale.ts'
import { softmaxStep } from './softmax.ts'
import type { Lines } from './yul.ts'

/** A step as it is written out. */
export type PlainStep = {
  readonly mnemonic: string
  /** Name for functions of this step alone. */
  readonly name: string
  readonly attributes: Readonly<Record<string, number>>
  /** Type of an operand, with its data where it is a constant. */
  typeOf(operand: string): TensorType | Tensor
  /** Whether an optional operand is given. */
  has(operand: string): boolean
  /** An operand that is a word. */
  word(operand: string): bigint
  /** An operand in memory. */
  placed(operand: string): Placed
  /** Type of the instruction's own result, before a RESCALE that is done with it. */
  readonly resultType: TensorType
  /** A RESCALE of the result that is done in the same loop; or the one that the step itself is. */
  readonly rescaling: Rescaling | undefined
  readonly output: Placed
}

/** Instructions whose sums a RESCALE can be done with. */
export const contractions: readonly string[] = ['MATMUL', 'CONV2D', 'DEPTHWISE_CONV2D']

function constant(step: PlainStep, operand: string): Tensor {
  const type = step.typeOf(operand)
  if (!('data' in type)) throw new UnsupportedStep(`${operand} is not a constant`)
  return type
}

/** Rows of weights, one an output, in the order in which values are gathered. */
function rowsOf(weights: Tensor, count: number): number[][] {
  const depth = weights.data.length / count
  return Array.from({ length: count }, (_, row) => [...weights.data.subarray(row * depth, (row + 1) * depth)])
}

function weightsOf(step: PlainStep, rows: number[][], zeroPointX: number, zeroPointWeights: number): Weights {
  const bias = step.has('bias') ? constant(step, 'bias') : undefined
  return { depth: rows[0]?.length ?? 0, rows, bias, zeroPointX, zeroPointWeights }
}

function matmul(context: PlainContext, step: PlainStep, epilogue: Epilogue): Lines {
  const { zeroPointA = 0, zeroPointB = 0 } = step.attributes
  const a = step.typeOf('a')
  const b = constant(step, 'b')
  if (a.dtype !== 'int8') throw new UnsupportedStep(`a is ${a.dtype}, not int8`)
  const columns = b.shape.at(-2) as number
  if (elementCount(b.shape.slice(0, -2)) !== 1) throw new UnsupportedStep('b is more than one matrix')
  return matmulStep(
    context,
    step.name,
    step.placed('a'),
    weightsOf(step, rowsOf(b, columns), zeroPointA, zeroPointB),
    epilogue,
  )
}

function convolution(context: PlainContext, step: PlainStep, epilogue: Epilogue): Lines {
  const { attributes, name, resultType } = step
  const weights = constant(step, 'weights')
  const [outputs, height, width] = weights.shape as Shape & [number, number, number]
  const rows = weightsOf(step, rowsOf(weights, outputs), attributes.zeroPoint as number, 0)
  return convolutionStep(context, name, step.placed('x'), rows, attributes, [height, width], resultType.shape, epilogue)
}

function depthwise(context: PlainContext, step: PlainStep, epilogue: Epilogue): Lines {
  const { attributes, name, resultType } = step
  const weights = constant(step, 'weights')
  const [height, width, outputs] = weights.shape as Shape & [number, number, number]
  const taps = Array.from({ length: height * width }, (_, tap) => tap * outputs)
  const rows = Array.from({ length: outputs }, (_, output) => taps.map((tap) => weights.data[tap + output] as number))
  return depthwiseStep(context, name, {
    x: step.placed('x'),
    weights: weightsOf(step, rows, attributes.zeroPoint as number, 0),
    attributes,
    taps: [height, width],
    outputShape: resultType.shape,
    epilogue,
  })
}

function pool(context: PlainContext, step: PlainStep): Lines {
  const isAverage = step.mnemonic === 'AVG_POOL2D'
  return poolStep(context, step.name, isAverage, step.attributes, step.placed('x'), step.output)
}

function reduction(step: PlainStep): Lines {
  const { axes = 0, axis = 0, zeroPoint = 0 } = step.attributes
  return reductionStep(
    step.mnemonic,
    step.mnemonic === 'ARGMAX' ? 1 << axis : axes,
    zeroPoint,
    step.placed('x'),
    step.output,
  )
}

function table(context: PlainContext, step: PlainStep): Lines {
  const x = step.placed('x')
  if (x.type.dtype !== 'int8') throw new UnsupportedStep(`x is ${x.type.dtype}, not int8`)
  return tableStep(context, x, constant(step, 'table'), step.output)
}

function pair(step: PlainStep): Lines {
  return pairStep(step.mnemonic, step.attributes, step.placed('a'), step.placed('b'), step.output)
}

const writers: Readonly<Record<string, (context: PlainContext, step: PlainStep, epilogue: Epilogue) => Lines>> = {
  MATMUL: matmul,
  CONV2D: convolution,
  DEPTHWISE_CONV2D: depthwise,
  RESCALE: (context, step) => rescaleStep(context, step.rescaling as Rescaling, step.placed('x'), step.output),
  CLAMP: (_, step) => clampStep(step.attributes, step.placed('x'), step.output),
  TABLE: table,
  SOFTMAX: (context, step) =>
    softmaxStep(context, step.attributes.form as number, step.placed('x'), constant(step, 'table'), step.output),
  TADD: (_, step) => pair(step),
  TSUB: (_, step) => pair(step),
  TMUL: (_, step) => pair(step),
  MAXIMUM: (_, step) => pair(step),
  MINIMUM: (_, step) => pair(step),
  REDUCE_SUM: (_, step) => reduction(step),
  REDUCE_MAX: (_, step) => reduction(step),
  REDUCE_MIN: (_, step) => reduction(step),
  ARGMAX: (_, step) => reduction(step),
  AVG_POOL2D: pool,
  MAX_POOL2D: pool,
  TRANSPOSE: (_, step) => transposeStep(step.attributes, step.placed('x'), step.output),
  SLICE: (_, step) => sliceStep(step.word('begin'), step.word('stride'), step.placed('x'), step.output),
  PAD: (_, step) => padStep(step.attributes, step.placed('x'), step.output),
  CONCAT: (_, step) => concatStep(step.attributes, step.placed('a'), step.placed('b'), step.output),
}

/** The Yul of a step. @throws {UnsupportedStep} when ordinary opcodes can't do it here */
export function writeStep(context: PlainContext, step: PlainStep): Lines {
  const writer = writers[step.mnemonic]
  if (writer === undefined) throw new UnsupportedStep('there is no form of it with ordinary opcodes here')
  return writer(context, step, { rescaling: step.rescaling, output: step.output })
}
