import { extname } from 'node:path'
import {
  type BenchModel,
  digitModel,
  MAX_DIGITS,
  type PeerFile,
  randomSamples,
  sweepModels,
} from '../benchmark/index.ts'
import { sampleBytes } from '../inference/index.ts'
import { formatType } from '../isa/index.ts'
import { withRounding } from '../model/index.ts'
import type { Rounding } from './choices.ts'
import { UsageError } from './errors.ts'
import { readUserFile } from './files.ts'
import { type LoadedModel, loadModel } from './models.ts'

/** What of the command decides which models are run on which samples. */
export type BenchModelOptions = {
  readonly input?: string
  readonly labels?: string
  readonly samples?: number
  readonly full?: boolean
  readonly rounding?: Rounding
}

const DEFAULT_DIGITS = 100
const DEFAULT_RANDOM_SAMPLES = 10
const SEED = 1
const SWEEP = { from: 1e3, perDecade: 2, seed: SEED }
const QUICK_MACS = 1e6
const FULL_MACS = 1e8

/** Rows of the input file, for a model. @throws {UsageError} when the file is not a whole number of them */
function readRows(path: string, { name, program }: Pick<BenchModel, 'name' | 'program'>): Uint8Array[] {
  const bytes = readUserFile(path, 'input')
  const size = sampleBytes(program)
  if (bytes.length === 0 || bytes.length % size !== 0)
    throw new UsageError(
      `input ${path}: ${bytes.length} bytes, expected a multiple of ${size} for ${name} (rows of ${program.inputs.map(formatType).join(' and ')})`,
    )
  return Array.from({ length: bytes.length / size }, (_, row) => bytes.subarray(row * size, (row + 1) * size))
}

/** Classes of rows. @throws {UsageError} when there are not as many as rows, or one is no number */
function readLabels(path: string, rows: number): number[] {
  const bytes = readUserFile(path, 'labels')
  const isText = ['.txt', '.csv'].includes(extname(path))
  const words = Buffer.from(bytes)
    .toString('utf8')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const wrong = isText ? words.find((word) => !/^\d+$/.test(word)) : undefined
  if (wrong !== undefined)
    throw new UsageError(`labels ${path}: expected integers from 0, found ${JSON.stringify(wrong)}`)
  const labels = isText ? words.map(Number) : [...bytes]
  if (labels.length !== rows)
    throw new UsageError(`labels ${path}: ${labels.length} labels for ${rows} rows of --input`)
  return labels
}

function peerFile(path: string, { imported }: LoadedModel): PeerFile | undefined {
  const kind = extname(path).slice(1)
  if (imported === undefined || (kind !== 'tflite' && kind !== 'onnx')) return undefined
  const { inputs, outputs } = imported
  return { kind, bytes: readUserFile(path, 'model'), inputs, outputs }
}

/** Names by which no two models are called the same. */
function distinctNames(names: readonly string[], paths: readonly string[]): readonly string[] {
  return names.map((name, index) => (names.indexOf(name) === names.lastIndexOf(name) ? name : (paths[index] as string)))
}

function fileModels(paths: readonly string[], options: BenchModelOptions): BenchModel[] {
  const { input, labels: labelFile, samples: count, rounding } = options
  const distinct = [...new Set(paths)]
  const loaded = distinct.map((path) => loadModel(path, rounding))
  const names = distinctNames(
    loaded.map(({ name }) => name),
    distinct,
  )
  return loaded.map((model, index): BenchModel => {
    const { program } = model
    const path = distinct[index] as string
    const name = names[index] as string
    const rows =
      input === undefined
        ? randomSamples(program, count ?? DEFAULT_RANDOM_SAMPLES, SEED)
        : readRows(input, { name, program })
    const labels = labelFile === undefined ? undefined : readLabels(labelFile, rows.length)
    const file = peerFile(path, model)
    return {
      ...{ name, source: { kind: 'file' }, program, samples: rows.slice(0, count) },
      ...(labels === undefined ? {} : { labels: labels.slice(0, count) }),
      ...(file === undefined ? {} : { file }),
    }
  })
}

/**
 * The models that the command names; where it names none, the digits example, if it is there, and a sweep.
 *
 * @param tell - told what of that is missing
 * @throws {UsageError} naming the file or option that is wrong
 */
export function benchModels(
  paths: readonly string[],
  options: BenchModelOptions,
  tell: (line: string) => void,
): BenchModel[] {
  const { input, labels, samples, full, rounding } = options
  if (labels !== undefined && input === undefined)
    throw new UsageError('--labels: expected --input, whose rows they are of')
  if (paths.length > 0) return fileModels(paths, options)
  if (input !== undefined) throw new UsageError('--input: expected a model that it is the input of')
  const digits = digitModel(Math.min(samples ?? DEFAULT_DIGITS, MAX_DIGITS))
  if (digits === undefined) tell('the digits example is not part of an installed package: only the sweep is run')
  const sweep = sweepModels({ ...SWEEP, to: full ? FULL_MACS : QUICK_MACS })
  const cut =
    samples === undefined ? sweep : sweep.map((model) => ({ ...model, samples: model.samples.slice(0, samples) }))
  const rounded = (model: BenchModel) =>
    rounding === undefined ? model : { ...model, program: withRounding(model.program, rounding) }
  return [...(digits === undefined ? [] : [digits]), ...cut].map(rounded)
}
