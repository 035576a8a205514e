import { ROUND_DOUBLE, type RoundingMode, type Shape } from '../../isa/index.ts'
import { createProgramBuilder } from '../builder.ts'
import type { Program } from '../program.ts'
import type { Quantization } from '../quantization.ts'
import {
  type FloatGraph,
  type GivenQuantization,
  inputOf,
  isMove,
  type Layer,
  outputsOf,
  usesOf,
  valueShapes,
} from './floatGraph.ts'
import type { QuantizedValue } from './lowering.ts'
import { lowerLayer } from './quantizeLayer.ts'
import { type Calibration, calibrate, type RangeMethod } from './ranges.ts'
import { quantizationOf, type Range, SOFTMAX_OUTPUT } from './scales.ts'

export { dequantizeValues, quantizationOf, quantizeValues } from './scales.ts'

/** What quantization decided about the result of a layer. */
export type LayerReport = {
  readonly name: string
  readonly op: Layer['op']
  readonly shape: Shape
  /** Smallest and largest value seen in calibration, 0 included. */
  readonly min: number
  readonly max: number
} & Quantization

/** A program from a graph, and how its integers stand for the reals of the graph. */
export type LoweredGraph = {
  readonly program: Program
  /** Of each value of the graph. */
  readonly quantizations: readonly GivenQuantization[]
  /** For each value of the graph its value in the program; undefined where no output needs it. */
  readonly values: readonly (number | undefined)[]
}

/** An int8 program and how its input and (first) output stand for real numbers. */
export type QuantizedGraph = LoweredGraph & {
  readonly input: Quantization
  readonly output: Quantization
  readonly report: readonly LayerReport[]
}

export type QuantizeOptions = {
  /** Rounding of every RESCALE; {@link ROUND_DOUBLE} by default. */
  readonly rounding?: RoundingMode
  /** How ranges follow from what calibration saw; all of it by default. */
  readonly range?: RangeMethod
  /** Called after each sample of each pass over the calibration: see {@link calibrate}. */
  readonly onSample?: () => void
}

/** The integers of an index, or of a sum. */
const INTEGERS: GivenQuantization = { scale: 1, zeroPoint: 0, dtype: 'int32' }

/** What these functions give covers [0, 1) and [-1, 1), whatever calibration saw. */
const functionOutputs: Readonly<Record<string, Quantization>> = {
  sigmoid: { scale: 1 / 256, zeroPoint: -128 },
  tanh: { scale: 1 / 128, zeroPoint: 0 },
}

/** Whether a layer's result keeps its input's quantization: it moves, picks or averages raw values. */
function keepsQuantization(layer: Layer): boolean {
  return isMove(layer) || layer.op === 'avgPool'
}

/**
 * Quantizations that are given, and those of values that nothing else quantizes, because only layers that keep theirs lie
 * between them and one that is given.
 */
function givenQuantizations(graph: FloatGraph): Map<number, GivenQuantization> {
  const given = new Map(graph.given)
  const isQuantized = (value: number): boolean => {
    const layer = graph.layers[value - 1]
    return (
      given.has(value) || (layer !== undefined && keepsQuantization(layer) && isQuantized(inputOf(graph, value - 1)))
    )
  }
  for (let index = graph.layers.length - 1; index >= 0; index--) {
    const layer = graph.layers[index] as Layer
    const output = given.get(index + 1)
    const input = inputOf(graph, index)
    if (output && (keepsQuantization(layer) || layer.op === 'clip') && !isQuantized(input)) given.set(input, output)
  }
  return given
}

/** The quantization of a layer's result that follows from the layer alone. */
function ownQuantization(layer: Layer): GivenQuantization | undefined {
  if (layer.op === 'softmax') return SOFTMAX_OUTPUT
  if (layer.op === 'argMax') return INTEGERS
  if (layer.op === 'map') return functionOutputs[layer.apply]
  if (layer.op !== 'constant') return undefined
  const { data } = layer.tensor
  return quantizationOf({
    min: data.reduce((a, b) => Math.min(a, b), 0),
    max: data.reduce((a, b) => Math.max(a, b), 0),
  })
}

/**
 * Quantization of each value: what is given, what the layer keeps or always has, else by its range.
 *
 * @throws {RangeError} naming a value that needs a range where there are none
 */
function chooseQuantizations(graph: FloatGraph, ranges: readonly Range[] | undefined): GivenQuantization[] {
  const given = givenQuantizations(graph)
  const byRange = (value: number, name: string) => {
    const range = ranges?.[value]
    if (!range) throw new RangeError(`${name}: it is not quantized, and without calibration no scale is known for it`)
    return quantizationOf(range)
  }
  const chosen: GivenQuantization[] = [given.get(0) ?? byRange(0, 'the input')]
  graph.layers.forEach((layer, index) => {
    const kept = keepsQuantization(layer) ? chosen[inputOf(graph, index)] : undefined
    chosen.push(
      given.get(index + 1) ?? kept ?? ownQuantization(layer) ?? byRange(index + 1, `layer ${layer.name} (${layer.op})`),
    )
  })
  return chosen
}

/** Emits a graph whose values all have a quantization. */
function lower(graph: FloatGraph, quantizations: readonly GivenQuantization[], rounding: RoundingMode): LoweredGraph {
  const shapes = valueShapes(graph)
  const builder = createProgramBuilder()
  const values = [builder.input({ dtype: 'int8', shape: graph.inputShape })]
  graph.layers.forEach((layer, index) => {
    const operands = usesOf(graph, index).map(
      (value): QuantizedValue => ({
        value: values[value] as number,
        quantization: quantizations[value] as GivenQuantization,
      }),
    )
    const output = quantizations[index + 1] as GivenQuantization
    try {
      values.push(lowerLayer(layer, { builder, rounding, operands, output, shape: shapes[index + 1] as Shape }))
    } catch (error) {
      const { message } = error as Error
      const where = `layer ${layer.name}`
      throw new RangeError(message.startsWith(where) ? message : `${where} (${layer.op}): ${message}`, { cause: error })
    }
  })
  for (const output of outputsOf(graph)) builder.output(values[output] as number)
  const { program, numbers } = builder.buildNumbered()
  return { program, quantizations, values: values.map((value) => numbers.get(value)) }
}

/**
 * Lowers a graph whose file gives every quantization that its layers do not imply.
 *
 * @throws {RangeError} naming the layer that has none, or does not fit its input
 */
export function lowerQuantized(graph: FloatGraph, rounding: RoundingMode): LoweredGraph {
  valueShapes(graph)
  return lower(graph, chooseQuantizations(graph, undefined), rounding)
}

/**
 * Quantizes a trained network to int8 after training, by the scheme of TFLite's 8-bit specification.
 *
 * Activations are asymmetric int8, spread over a range of what the calibration samples reach; weights are symmetric int8
 * with a scale for each output channel; biases are int32 in steps of input scale times weight scale. Sums are exact in
 * int32 and brought to the next layer's scale by one RESCALE, which also applies the activation. What the graph's file
 * quantized already stays as it is.
 *
 * @param calibration - samples like those that the network will see; the more, the closer the ranges
 * @throws {RangeError} when a layer does not fit its input, when there is no sample, or a sample has the wrong size
 * @see LiteRT, 8-bit quantization specification
 */
export function quantize(
  graph: FloatGraph,
  calibration: readonly Float32Array[],
  { rounding = ROUND_DOUBLE, range = { method: 'minmax' }, onSample }: QuantizeOptions = {},
): QuantizedGraph {
  const shapes = valueShapes(graph)
  const { seen, chosen }: Calibration = calibrate(graph, calibration, range, onSample)
  const lowered = lower(graph, chooseQuantizations(graph, chosen), rounding)
  const { quantizations } = lowered
  return {
    ...lowered,
    input: quantizations[0] as Quantization,
    output: quantizations[outputsOf(graph)[0] as number] as Quantization,
    report: graph.layers.map(({ name, op }, index) => ({
      name,
      op,
      shape: shapes[index + 1] as Shape,
      ...(seen[index + 1] as Range),
      ...(quantizations[index + 1] as Quantization),
    })),
  }
}
