import { clamp, ROUND_DOUBLE, type RoundingMode, type Shape } from '../../isa/index.ts'
import { createProgramBuilder } from '../builder.ts'
import type { Program } from '../program.ts'
import { type Quantization, roundHalfAway } from '../quantization.ts'
import { evaluateFloat } from './floatEvaluate.ts'
import { type FloatGraph, inputOf, type Layer, valueShapes } from './floatGraph.ts'
import { lowerLayer, type QuantizedValue } from './quantizeLayer.ts'

/** What quantization decided about the result of a layer. */
export type LayerReport = {
  readonly name: string
  readonly op: Layer['op']
  readonly shape: Shape
  /** Smallest and largest value seen in calibration, 0 included. */
  readonly min: number
  readonly max: number
} & Quantization

/** An int8 program and how its input and output stand for real numbers. */
export type QuantizedGraph = {
  readonly program: Program
  readonly input: Quantization
  readonly output: Quantization
  readonly report: readonly LayerReport[]
}

export type QuantizeOptions = {
  /** Rounding of every RESCALE; {@link ROUND_DOUBLE} by default. */
  readonly rounding?: RoundingMode
}

type Range = { readonly min: number; readonly max: number }

const INT8_MIN = -128
const INT8_MAX = 127
const INT8_STEPS = INT8_MAX - INT8_MIN
/** SOFTMAX's output covers [0, 1) in steps of 1/256. */
const SOFTMAX_OUTPUT: Quantization = { scale: 1 / 256, zeroPoint: INT8_MIN }

/** The int8 values that stand for real ones: `clamp(zeroPoint + round(x / scale), -128, 127)`, halves away from zero. */
export function quantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Int8Array {
  return Int8Array.from(values, (value) => clamp(zeroPoint + roundHalfAway(value / scale), INT8_MIN, INT8_MAX))
}

/** The real values that int8 ones stand for: `(q - zeroPoint) * scale`. */
export function dequantizeValues(values: ArrayLike<number>, { scale, zeroPoint }: Quantization): Float32Array {
  return Float32Array.from(values, (value) => (value - zeroPoint) * scale)
}

/**
 * Spreads int8 over a range that contains 0. The zero point is an integer, so 0 is exact; the ends may move by half a
 * step.
 */
export function quantizationOf({ min, max }: Range): Quantization {
  // Scales are single-precision numbers, as in TFLite files. All zeros: any scale will do.
  const scale = Math.fround((max - min) / INT8_STEPS) || 1
  return { scale, zeroPoint: clamp(roundHalfAway(INT8_MIN - min / scale), INT8_MIN, INT8_MAX) }
}

/** Range of each value of the graph over all samples, with 0 in it. */
function calibrate(graph: FloatGraph, samples: readonly Float32Array[]): Range[] {
  const lows = new Array<number>(graph.layers.length + 1).fill(0)
  const highs = [...lows]
  for (const sample of samples)
    evaluateFloat(graph, sample).forEach(({ data }, value) => {
      for (const x of data) {
        if (!Number.isFinite(x)) throw new RangeError(`calibration: value ${value} is ${x}`)
        if (x < (lows[value] as number)) lows[value] = x
        if (x > (highs[value] as number)) highs[value] = x
      }
    })
  return lows.map((min, value) => ({ min, max: highs[value] as number }))
}

/** Quantization of each value. A layer that only moves or picks values keeps its input's. */
function chooseQuantizations(graph: FloatGraph, ranges: readonly Range[]): Quantization[] {
  const chosen: Quantization[] = [quantizationOf(ranges[0] as Range)]
  graph.layers.forEach(({ op }, index) => {
    if (op === 'maxPool' || op === 'avgPool' || op === 'flatten' || op === 'reshape')
      chosen.push(chosen[inputOf(graph, index)] as Quantization)
    else chosen.push(op === 'softmax' ? SOFTMAX_OUTPUT : quantizationOf(ranges[index + 1] as Range))
  })
  return chosen
}

/**
 * Quantizes a trained network to int8 after training, by the scheme of TFLite's 8-bit specification.
 *
 * Activations are asymmetric int8, spread over the range that the calibration samples reach; weights are symmetric int8
 * with a scale for each output channel; biases are int32 in steps of input scale times weight scale. Sums are exact in
 * int32 and brought to the next layer's scale by one RESCALE, which also applies the activation.
 *
 * @param calibration - samples like those that the network will see; the more, the closer the ranges
 * @throws {RangeError} when a layer does not fit its input, when there is no sample, or a sample has the wrong size
 * @see LiteRT, 8-bit quantization specification
 */
export function quantize(
  graph: FloatGraph,
  calibration: readonly Float32Array[],
  { rounding = ROUND_DOUBLE }: QuantizeOptions = {},
): QuantizedGraph {
  const shapes = valueShapes(graph)
  if (calibration.length === 0) throw new RangeError('calibration: at least one sample is needed')
  const ranges = calibrate(graph, calibration)
  const quantizations = chooseQuantizations(graph, ranges)
  const builder = createProgramBuilder()
  const valueAt = (value: number): QuantizedValue => ({
    value: values[value] as number,
    quantization: quantizations[value] as Quantization,
  })
  const values = [builder.input({ dtype: 'int8', shape: graph.inputShape })]
  graph.layers.forEach((layer, index) => {
    const context = {
      builder,
      rounding,
      input: valueAt(inputOf(graph, index)),
      output: quantizations[index + 1] as Quantization,
      shape: shapes[index + 1] as Shape,
    }
    values.push(lowerLayer(layer, context, valueAt))
  })
  builder.output(values.at(-1) as number)
  return {
    program: builder.build(),
    input: quantizations[0] as Quantization,
    output: quantizations.at(-1) as Quantization,
    report: graph.layers.map(({ name, op }, index) => ({
      name,
      op,
      shape: shapes[index + 1] as Shape,
      ...(ranges[index + 1] as Range),
      ...(quantizations[index + 1] as Quantization),
    })),
  }
}
