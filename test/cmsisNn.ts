import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  dtypeCode,
  ROUND_DOUBLE,
  roundingDoublingHighMultiply,
  type Shape,
  type Tensor,
  tensorOf,
} from '../isa/index.ts'
import { expOnNegativeValues } from '../model/fixedPoint.ts'
import { type Call, type CallOperand, call, type InstructionCase } from './instructionCase.ts'
import { hasShared, sharedFolder } from './shared.ts'

// Unit tests of CMSIS-NN, as JSON: the constants of a test's header and its arrays.

const folder = join(sharedFolder, 'vectors/cmsis-nn')

type Source = {
  readonly op: string
  readonly case: string
  readonly defs: Readonly<Record<string, number | string>>
  readonly arrays: Readonly<Record<string, { readonly t: string; readonly d: readonly number[] }>>
}

/** What a lowering reads: the test's constants and arrays by name. */
type Reader = {
  define(name: string): number
  has(name: string): boolean
  int8(name: string, shape: Shape): Tensor
  int32(name: string, shape: Shape): Tensor
}

type Lowering = { readonly calls: readonly Call[]; readonly outputShape: Shape }

const UNIT_MULTIPLIER = 2n ** 30n
const UNIT_SHIFT = 1n

function reader({ op, case: name, defs, arrays }: Source): Reader {
  const values = (array: string) => {
    const found = arrays[array]
    if (!found) throw new RangeError(`${op} ${name}: no array ${array}`)
    return found.d
  }
  return {
    define(key) {
      const value = defs[key]
      if (typeof value !== 'number') throw new RangeError(`${op} ${name}: no number ${key}`)
      return value
    },
    has: (key) => key in defs || key in arrays,
    int8: (array, shape) => tensorOf('int8', shape, values(array)),
    int32: (array, shape) => tensorOf('int32', shape, values(array)),
  }
}

/** RESCALE of an int32 tensor to the int8 output of a test. */
function rescaleOutput(source: Reader, x: CallOperand, multiplier: CallOperand, shift: CallOperand): Call {
  return call(
    'RESCALE',
    {
      dtype: dtypeCode.int8,
      perChannel: typeof multiplier === 'bigint' ? 0 : 1,
      rounding: ROUND_DOUBLE,
      outputZeroPoint: source.define('OUTPUT_OFFSET'),
      low: source.define('OUT_ACTIVATION_MIN'),
      high: source.define('OUT_ACTIVATION_MAX'),
    },
    x,
    multiplier,
    shift,
  )
}

/** Padding behind the input that a window needs to reach `output` positions; none when input is left over. */
function padAfter(input: number, padBefore: number, extent: number, stride: number, output: number): number {
  return Math.max(0, (output - 1) * stride + extent - input - padBefore)
}

function convolution(source: Reader, mnemonic: 'CONV2D' | 'DEPTHWISE_CONV2D'): Lowering {
  const { define, int8, int32 } = source
  const [batch, height, width, channels] = ['INPUT_BATCHES', 'INPUT_H', 'INPUT_W', 'IN_CH'].map(define) as [
    number,
    number,
    number,
    number,
  ]
  const [tapsH, tapsW, outputs] = [define('FILTER_Y'), define('FILTER_X'), define('OUT_CH')]
  const [outputH, outputW] = [define('OUTPUT_H'), define('OUTPUT_W')]
  const [padTop, padLeft] = [define('PAD_Y'), define('PAD_X')]
  const [strideH, strideW] = [define('STRIDE_Y'), define('STRIDE_X')]
  const [dilationH, dilationW] = [define('DILATION_Y'), define('DILATION_X')]
  const attributes = {
    zeroPoint: -define('INPUT_OFFSET'),
    padTop,
    padLeft,
    padBottom: padAfter(height, padTop, (tapsH - 1) * dilationH + 1, strideH, outputH),
    padRight: padAfter(width, padLeft, (tapsW - 1) * dilationW + 1, strideW, outputW),
    strideH,
    strideW,
    dilationH,
    dilationW,
  }
  const weightShape = mnemonic === 'CONV2D' ? [outputs, tapsH, tapsW, channels] : [tapsH, tapsW, outputs]
  const product = call(
    mnemonic,
    attributes,
    int8('input', [batch, height, width, channels]),
    int8('weights', weightShape),
    int32('biases', [outputs]),
  )
  const shifts = tensorOf('int8', [outputs], int32('output_shift', [outputs]).data)
  return {
    calls: [product, rescaleOutput(source, { call: 0 }, int32('output_mult', [outputs]), shifts)],
    outputShape: [batch, outputH, outputW, outputs],
  }
}

function fullyConnected(source: Reader): Lowering {
  const { define, has, int8, int32 } = source
  const [batch, depth, outputs] = [define('INPUT_BATCHES'), define('ACCUMULATION_DEPTH'), define('OUT_CH')]
  const biasName = has('bias') ? 'bias' : 'biases'
  const product = call(
    'MATMUL',
    { zeroPointA: -define('INPUT_OFFSET'), zeroPointB: has('FILTER_OFFSET') ? -define('FILTER_OFFSET') : 0 },
    int8('input', [batch, depth]),
    int8('weights', [outputs, depth]),
    has(biasName) ? int32(biasName, [outputs]) : 0n,
  )
  const perChannel = has('output_multiplier')
  const multiplier = perChannel ? int32('output_multiplier', [outputs]) : BigInt(define('OUTPUT_MULTIPLIER'))
  const shift = perChannel
    ? tensorOf('int8', [outputs], int32('output_shift', [outputs]).data)
    : BigInt.asUintN(256, BigInt(define('OUTPUT_SHIFT')))
  return { calls: [product, rescaleOutput(source, { call: 0 }, multiplier, shift)], outputShape: [batch, outputs] }
}

function pool(source: Reader, mnemonic: 'AVG_POOL2D' | 'MAX_POOL2D'): Lowering {
  const { define, int8 } = source
  const batch = define('BATCH_SIZE')
  const [height, width, channels] = [define('INPUT_H'), define('INPUT_W'), define('INPUT_C')]
  const [windowH, windowW, strideH, strideW] = [
    define('FILTER_H'),
    define('FILTER_W'),
    define('STRIDE_H'),
    define('STRIDE_W'),
  ]
  const [outputH, outputW] = [define('OUTPUT_H'), define('OUTPUT_W')]
  const [padTop, padLeft] = [define('PADDING_H'), define('PADDING_W')]
  const attributes = {
    padTop,
    padLeft,
    padBottom: padAfter(height, padTop, windowH, strideH, outputH),
    padRight: padAfter(width, padLeft, windowW, strideW, outputW),
    windowH,
    windowW,
    strideH,
    strideW,
  }
  const [low, high] = [define('ACTIVATION_MIN'), define('ACTIVATION_MAX')]
  return {
    calls: [
      call(mnemonic, attributes, int8('input_tensor', [batch, height, width, channels])),
      call('CLAMP', { low, high }, { call: 0 }),
    ],
    outputShape: [batch, outputH, outputW, channels],
  }
}

/** RESCALE of an int8 input to an int32 one of the same or a finer scale. */
function widen(x: Tensor, zeroPoint: number, inputShift: number, multiplier: bigint, shift: bigint): Call {
  const range = { low: -(2 ** 31), high: 2 ** 31 - 1 }
  const attributes = { dtype: dtypeCode.int32, inputShift, inputZeroPoint: zeroPoint, ...range }
  return call('RESCALE', attributes, x, multiplier, BigInt.asUintN(256, shift))
}

function elementwise(source: Reader, combine: Call, inputs: readonly [Call, Call]): Lowering {
  const { define } = source
  const shift = BigInt.asUintN(256, BigInt(define('OUTPUT_SHIFT')))
  const last = rescaleOutput(source, { call: 2 }, BigInt(define('OUTPUT_MULT')), shift)
  return { calls: [...inputs, combine, last], outputShape: [define('DST_SIZE')] }
}

function addition(source: Reader): Lowering {
  const { define, int8 } = source
  const input = (n: number) =>
    widen(
      int8(`input${n}`, [define('DST_SIZE')]),
      -define(`INPUT${n}_OFFSET`),
      define('LEFT_SHIFT'),
      BigInt(define(`INPUT${n}_MULT`)),
      BigInt(define(`INPUT${n}_SHIFT`)),
    )
  return elementwise(source, call('TADD', undefined, { call: 0 }, { call: 1 }), [input(1), input(2)])
}

function multiplication(source: Reader): Lowering {
  const { define, int8 } = source
  const input = (n: number) =>
    widen(int8(`input${n}`, [define('DST_SIZE')]), -define(`INPUT${n}_OFFSET`), 0, UNIT_MULTIPLIER, UNIT_SHIFT)
  return elementwise(source, call('TMUL', { shift: 0 }, { call: 0 }, { call: 1 }), [input(1), input(2)])
}

function softmax(source: Reader): Lowering {
  const { define, int8 } = source
  const shape = [define('NUM_ROWS'), define('ROW_SIZE')]
  const exponential = (difference: number) => {
    if (-difference < define('DIFF_MIN')) return 0
    const scaled = roundingDoublingHighMultiply(-difference * 2 ** define('INPUT_LEFT_SHIFT'), define('INPUT_MULT'))
    return expOnNegativeValues(scaled, 5)
  }
  const entries = Array.from({ length: 256 }, (_, difference) => exponential(difference))
  const table = tensorOf('int32', [256], entries)
  return { calls: [call('SOFTMAX', { form: 0 }, int8('input', shape), table)], outputShape: shape }
}

const lowerings: Readonly<Record<string, (source: Reader) => Lowering>> = {
  convolve_s8: (source) => convolution(source, 'CONV2D'),
  depthwise_conv_s8: (source) => convolution(source, 'DEPTHWISE_CONV2D'),
  depthwise_conv_s8_opt: (source) => convolution(source, 'DEPTHWISE_CONV2D'),
  fully_connected_s8: fullyConnected,
  avgpool_s8: (source) => pool(source, 'AVG_POOL2D'),
  max_pool_s8: (source) => pool(source, 'MAX_POOL2D'),
  elementwise_add_s8: addition,
  elementwise_mul_s8: multiplication,
  softmax_s8: softmax,
}

/** Whether the vectors of CMSIS-NN are at hand: `../shared/vectors/cmsis-nn` beside the repository. */
export const hasCmsisNn = hasShared('vectors/cmsis-nn')

/**
 * Every test of CMSIS-NN as a sequence of instructions; none when the vectors are not at hand.
 *
 * @throws {RangeError} naming a test whose operator has no lowering
 */
export function cmsisNnCases(): InstructionCase[] {
  if (!hasCmsisNn) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.sort().map((file) => {
    const source = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Source
    const name = `${source.op} ${source.case}`
    const lower = lowerings[source.op]
    if (!lower) throw new RangeError(`${name}: no lowering for ${source.op}`)
    const { calls, outputShape } = lower(reader(source))
    const outputName = 'output_ref' in source.arrays ? 'output_ref' : 'output'
    return { name, calls, expected: reader(source).int8(outputName, outputShape) }
  })
}
