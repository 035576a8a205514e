import { extname } from 'node:path'
import { byteLength, elementCount, formatType, ROUND_DOUBLE, ROUND_SINGLE, type TensorType } from '../../isa/index.ts'
import { createTensorMemory, createWasmKernel, uncheckedBody } from '../../kernel/index.ts'
import {
  encodeModel,
  type FloatGraph,
  ImportError,
  measureQuantization,
  modelRoot,
  type Program,
  type QuantizationQuality,
  type QuantizedGraph,
  quantize,
  type RangeMethod,
  readOnnxGraph,
  readTfliteGraph,
  summarize,
  valueTypes,
} from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, readUserFile, writeUserFile } from '../files.ts'
import { createProgress } from '../progress.ts'
import { readLabels, readSamples, type SampleType } from '../samples.ts'

type QuantizeOptions = {
  readonly calibration: string
  readonly out?: string
  readonly inputType: SampleType
  readonly inputScale?: number
  readonly inputZeroPoint?: number
  readonly range: 'minmax' | 'percentile' | 'mse'
  readonly percentile: number
  readonly rounding: Rounding
  readonly limit?: number
  readonly input?: string
  readonly labels?: string
  readonly json?: boolean
}

/** What aligning a tensor takes at most. */
const ALIGNMENT_BYTES = 256

type Read = { readonly graph: FloatGraph; readonly notes: readonly string[] }

/** Reads a float model. @throws {UsageError} naming the file and what is wrong with it */
function readGraph(path: string): Read {
  const ending = extname(path)
  if (ending !== '.onnx' && ending !== '.tflite')
    throw new UsageError(`${path}: expected a file whose name ends with .onnx or .tflite`)
  const bytes = readUserFile(path, 'model')
  try {
    return (ending === '.onnx' ? readOnnxGraph : readTfliteGraph)(bytes, { name: path })
  } catch (error) {
    if (error instanceof ImportError) throw new UsageError(error.message)
    throw error
  }
}

/** Memory for every tensor of a program, each with room to be aligned. */
function memoryBytes(program: Program): number {
  return valueTypes(program).reduce((sum, type) => sum + byteLength(type) + ALIGNMENT_BYTES, 0)
}

/** Runs a step that names what of the user's input is wrong. */
function named<T>(path: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`${path}: ${error.message}`)
    throw error
  }
}

function describe(read: Read, quantized: QuantizedGraph, quality: QuantizationQuality) {
  const { program, input, output, report } = quantized
  const summary = summarize(program)
  const port = (type: TensorType | undefined, { scale, zeroPoint }: typeof input) => ({
    type: type ? formatType(type) : '',
    scale,
    zeroPoint,
  })
  const { layers, ...total } = quality
  return {
    root: modelRoot(program),
    input: port(summary.inputs[0], input),
    output: port(summary.outputs[0], output),
    macs: summary.macs,
    gas: summary.gas,
    modelBytes: summary.modelBytes,
    layers: report.map(({ name, op, shape, min, max, scale, zeroPoint }, index) => {
      const { saturated, signalToNoise } = layers[index] as (typeof layers)[number]
      // JSON has no infinity: a layer without noise has no ratio.
      const decibels = signalToNoise === undefined || !Number.isFinite(signalToNoise) ? null : signalToNoise
      return { name, op, shape, seen: [min, max], scale, zeroPoint, saturated, signalToNoise: decibels }
    }),
    ...total,
    notes: read.notes,
  }
}

type Description = ReturnType<typeof describe>

function percent(share: number): string {
  return `${(100 * share).toFixed(2)}%`
}

function short(value: number): string {
  return Number(value.toPrecision(4)).toString()
}

/** Most of a layer's name that a row shows. */
const NAME_LENGTH = 28

/** `int8[1,4], real = 0.5 * (q + 3)`. */
function portText({ type, scale, zeroPoint }: Description['input']): string {
  const offset = zeroPoint === 0 ? 'q' : `(q ${zeroPoint < 0 ? '+' : '-'} ${Math.abs(zeroPoint)})`
  return `${type}, real = ${scale} * ${offset}`
}

function printLayers(layers: Description['layers']): void {
  const row = (
    ...[name, op, seen, range, saturated, decibels]: readonly [string, string, string, string, string, string]
  ) =>
    console.log(
      `${name.slice(0, NAME_LENGTH).padEnd(NAME_LENGTH)} ${op.padEnd(17)} ${seen.padEnd(22)} ${range.padEnd(22)} ` +
        `${saturated.padStart(9)} ${decibels.padStart(8)}`,
    )
  row('layer', 'operation', 'seen', 'range', 'saturated', 'SQNR')
  for (const { name, op, seen, scale, zeroPoint, saturated, signalToNoise } of layers) {
    const range = [-128, 127].map((q) => short((q - zeroPoint) * scale)).join(' .. ')
    const decibels = signalToNoise === null ? '-' : `${signalToNoise.toFixed(1)} dB`
    row(name, op, seen.map(short).join(' .. '), range, percent(saturated), decibels)
  }
}

function print({ layers, input, output, accuracy, notes, ...rest }: Description): void {
  const line = (name: string, text: string) => console.log(`${name.padEnd(16)} ${text}`)
  const count = (value: number) => value.toLocaleString('en')
  printLayers(layers)
  line('input', portText(input))
  line('output', portText(output))
  line('samples', count(rest.samples))
  line('top-1 agreement', `${percent(rest.agreement)} of float and int8`)
  if (accuracy) line('top-1 accuracy', `${percent(accuracy.float)} float, ${percent(accuracy.int8)} int8`)
  line('output error', `${short(rest.maxError)} at most, ${short(rest.meanError)} in the mean`)
  line('program', `${count(rest.macs)} MACs, ${count(rest.gas)} gas, ${count(rest.modelBytes)} bytes of weights`)
  line('root', rest.root)
  for (const note of notes) line('note', note)
}

/** Quantizes a float model; see the command's help. */
export function quantizeModel(modelPath: string, options: QuantizeOptions): void {
  if (options.labels !== undefined && options.input === undefined && options.limit !== undefined)
    throw new UsageError('--labels: expected --input with it where --limit is given')
  if (options.out !== undefined) checkWritable([options.out])
  const read = readGraph(modelPath)
  const size = elementCount(read.graph.inputShape)
  const { inputType: type, inputScale: scale, inputZeroPoint: zeroPoint } = options
  const format = { type, ...(scale === undefined ? {} : { scale }), ...(zeroPoint === undefined ? {} : { zeroPoint }) }
  const calibration = readSamples(options.calibration, 'calibration', size, format).slice(0, options.limit)
  const inputs = options.input === undefined ? calibration : readSamples(options.input, 'input', size, format)
  const labels = options.labels === undefined ? undefined : readLabels(options.labels, inputs.length)
  const range: RangeMethod =
    options.range === 'percentile'
      ? { method: 'percentile', percentile: options.percentile }
      : { method: options.range }

  const passes = range.method === 'minmax' ? 1 : 2
  const calibrating = createProgress('calibration', calibration.length * passes)
  const quantized = named(modelPath, () =>
    quantize(read.graph, calibration, {
      rounding: options.rounding === 'single' ? ROUND_SINGLE : ROUND_DOUBLE,
      range,
      onSample: calibrating.step,
    }),
  )
  calibrating.end()
  const kernel = createWasmKernel()
  const memory = createTensorMemory(kernel, memoryBytes(quantized.program))
  const comparing = createProgress('comparison', inputs.length)
  const quality = named(modelPath, () =>
    measureQuantization(read.graph, quantized, inputs, {
      bodyOf: (instruction) => uncheckedBody(kernel, instruction),
      memory,
      ...(labels ? { labels } : {}),
      onSample() {
        memory.clear()
        comparing.step()
      },
    }),
  )
  comparing.end()
  if (options.out !== undefined) writeUserFile(options.out, encodeModel(quantized.program))
  const description = describe(read, quantized, quality)
  if (options.json) console.log(JSON.stringify(description))
  else {
    print(description)
    if (options.out !== undefined) console.log(`wrote ${options.out}`)
  }
}
