import { createTensor, type Tensor, tensorOf } from '../../isa/index.ts'
import { type InterpretOptions, interpret } from '../interpreter.ts'
import { createFloatEvaluator } from './floatEvaluate.ts'
import { type FloatGraph, type GivenQuantization, outputsOf } from './layers.ts'
import type { LoweredGraph } from './quantize.ts'
import { quantizeValues } from './scales.ts'

/** How well the int8 result of a layer stands for its real one, over all samples. */
export type LayerQuality = {
  readonly name: string
  /** Share of real values beyond what the layer's int8 values can stand for, by more than half a step. */
  readonly saturated: number
  /** Energy of the real values over that of their differences, in decibels; undefined where a layer has no result. */
  readonly signalToNoise: number | undefined
}

/** How well an int8 program stands for the network that it came from. */
export type QuantizationQuality = {
  readonly samples: number
  readonly layers: readonly LayerQuality[]
  /** Share of samples whose greatest output is the same in both. */
  readonly agreement: number
  /** Share of samples whose greatest output is the label, where labels are given. */
  readonly accuracy?: { readonly float: number; readonly int8: number }
  /** Differences of outputs, in real numbers. */
  readonly maxError: number
  readonly meanError: number
}

export type MeasureOptions = Pick<InterpretOptions, 'bodyOf' | 'memory'> & {
  /** The class of each sample. */
  readonly labels?: readonly number[]
  /** Called after each sample. */
  readonly onSample?: () => void
}

type Sums = { signal: number; noise: number; saturated: number; count: number }

/** The class that outputs name: the position of the greatest, or the only output itself where it is an index. */
function classOf(values: ArrayLike<number>, isIndex: boolean): number {
  if (isIndex && values.length === 1) return values[0] as number
  let best = 0
  for (let index = 1; index < values.length; index++)
    if ((values[index] as number) > (values[best] as number)) best = index
  return best
}

function addDifferences(sums: Sums, real: Float32Array, { data }: Tensor, quantization: GivenQuantization): void {
  const { scale, zeroPoint, dtype } = quantization
  const low = dtype === 'int32' ? -Infinity : (-128.5 - zeroPoint) * scale
  const high = dtype === 'int32' ? Infinity : (127.5 - zeroPoint) * scale
  for (let index = 0; index < real.length; index++) {
    const value = real[index] as number
    const difference = value - ((data[index] as number) - zeroPoint) * scale
    sums.signal += value * value
    sums.noise += difference * difference
    if (value < low || value > high) sums.saturated++
  }
  sums.count += real.length
}

/** A copy of a step's result, whose memory the interpreter may use again. */
function copied(tensor: Tensor): Tensor {
  const copy = createTensor(tensor)
  copy.data.set(tensor.data)
  return copy
}

/**
 * Runs a network in floating point and its program in integers, and compares every layer's results.
 *
 * @param inputs - real samples of the network's input
 * @throws {RangeError} when there is no sample, one has the wrong size, or there is not one label for each
 */
export function measureQuantization(
  graph: FloatGraph,
  { program, quantizations, values }: LoweredGraph,
  inputs: readonly Float32Array[],
  { labels, onSample = () => {}, ...options }: MeasureOptions = {},
): QuantizationQuality {
  if (inputs.length === 0) throw new RangeError('inputs: at least one sample is needed')
  if (labels && labels.length !== inputs.length)
    throw new RangeError(`labels: ${labels.length} for ${inputs.length} samples`)
  const evaluate = createFloatEvaluator(graph)
  const sums = graph.layers.map((): Sums => ({ signal: 0, noise: 0, saturated: 0, count: 0 }))
  const [output = 0] = outputsOf(graph)
  const quantization = quantizations[output] as GivenQuantization
  const isIndex = quantization.dtype === 'int32' && graph.layers.some(({ op }) => op === 'argMax')
  const hits = { same: 0, float: 0, int8: 0 }
  const errors = { max: 0, sum: 0, count: 0 }
  inputs.forEach((sample, number) => {
    const reals = evaluate(sample)
    const x = tensorOf('int8', graph.inputShape, quantizeValues(sample, quantizations[0] as GivenQuantization))
    const results = new Map<number, Tensor>([[values[0] as number, x]])
    const onStep: InterpretOptions['onStep'] = ({ value, result }) => results.set(value, copied(result))
    const [last] = interpret(program, [x], { ...options, onStep }) as [Tensor]
    graph.layers.forEach((_, index) => {
      const result = results.get(values[index + 1] ?? -1)
      const real = reals[index + 1]?.data as Float32Array
      if (result) addDifferences(sums[index] as Sums, real, result, quantizations[index + 1] as GivenQuantization)
    })
    const real = reals[output]?.data as Float32Array
    real.forEach((value, index) => {
      const error = Math.abs(value - ((last.data[index] as number) - quantization.zeroPoint) * quantization.scale)
      errors.max = Math.max(errors.max, error)
      errors.sum += error
    })
    errors.count += real.length
    const [floatClass, int8Class] = [classOf(real, isIndex), classOf(last.data, isIndex)]
    if (floatClass === int8Class) hits.same++
    if (floatClass === labels?.[number]) hits.float++
    if (int8Class === labels?.[number]) hits.int8++
    onSample()
  })
  const share = (count: number) => count / inputs.length
  return {
    samples: inputs.length,
    layers: graph.layers.map(({ name }, index) => {
      const { signal, noise, saturated, count } = sums[index] as Sums
      return {
        name,
        saturated: count === 0 ? 0 : saturated / count,
        signalToNoise: count === 0 ? undefined : noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
      }
    }),
    agreement: share(hits.same),
    ...(labels ? { accuracy: { float: share(hits.float), int8: share(hits.int8) } } : {}),
    maxError: errors.max,
    meanError: errors.sum / errors.count,
  }
}
