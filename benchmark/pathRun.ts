import type { TensorType } from '../isa/index.ts'
import { accuracyOf } from './accuracy.ts'
import type { BenchModel } from './model.ts'
import { paths } from './paths/index.ts'
import type { PathContext, ReadyPath } from './paths/path.ts'
import { watchPeakMemory } from './peakMemory.ts'
import type { BenchPath, PathResult } from './results.ts'
import { type GasLimits, limitsOf } from './scaling.ts'
import { median } from './statistics.ts'

/** Runs a sample and gives its time. */
export async function timeInference(ready: ReadyPath, sample: Uint8Array): Promise<number> {
  const start = performance.now()
  const inference = ready.infer(sample)
  // A path that answers at once is timed without the machinery of promises.
  if (!(inference instanceof Promise)) return inference.milliseconds ?? performance.now() - start
  const { milliseconds } = await inference
  return milliseconds ?? performance.now() - start
}

type Checked = Pick<PathResult, 'equal' | 'accuracy' | 'inferenceGas' | 'executionGas'>

/** What became of a model on a path. */
export type PathRun = {
  readonly result: PathResult
  /** Absent when it was refused. */
  readonly ready?: ReadyPath
  /** Milliseconds of each sample that was checked. */
  readonly milliseconds: readonly number[]
}

/** Runs samples until their time is over, at least one. */
async function check(
  ready: ReadyPath,
  { program, samples, labels }: BenchModel,
  expected: readonly Uint8Array[],
  types: readonly TensorType[],
  onSample: () => void,
  { sampleMilliseconds, signal }: RunOptions,
): Promise<{ readonly checked: Checked; readonly milliseconds: readonly number[] }> {
  const end = performance.now() + sampleMilliseconds
  const outputs: Uint8Array[] = []
  const milliseconds: number[] = []
  const executionGas: number[] = []
  const transactionGas: number[] = []
  for (const sample of samples) {
    if (outputs.length > 0 && (performance.now() >= end || signal?.aborted)) break
    const start = performance.now()
    const inference = await ready.infer(sample)
    milliseconds.push(inference.milliseconds ?? performance.now() - start)
    outputs.push(inference.output)
    if (inference.executionGas !== undefined) executionGas.push(inference.executionGas)
    if (inference.transactionGas !== undefined) transactionGas.push(inference.transactionGas)
    onSample()
  }
  const same = outputs.filter((output, index) => Buffer.compare(output, expected[index] as Uint8Array) === 0).length
  const checked: Checked = {
    equal: { samples: outputs.length, same },
    ...(labels === undefined ? {} : { accuracy: accuracyOf(program, types, outputs, labels) }),
    ...(executionGas.length === 0 ? {} : { executionGas: Math.round(median(executionGas)) }),
    ...(transactionGas.length === 0 ? {} : { inferenceGas: Math.round(median(transactionGas)) }),
  }
  return { checked, milliseconds }
}

type RunOptions = {
  readonly sampleMilliseconds: number
  readonly signal: AbortSignal | undefined
  readonly limits: GasLimits
}

/**
 * Makes a model ready on a path and checks its samples.
 *
 * @returns the path ready to be timed, which is to be closed, or a result that says why it can't be
 */
export async function prepareRun(
  path: BenchPath,
  model: BenchModel,
  expected: readonly Uint8Array[],
  types: readonly TensorType[],
  context: PathContext,
  options: RunOptions,
): Promise<PathRun> {
  let ready: ReadyPath | undefined
  try {
    const before = watchPeakMemory()
    ready = await paths[path].prepare(model, context)
    const memory = ready.processId === undefined ? before : watchPeakMemory(ready.processId)
    const { checked, milliseconds } = await check(ready, model, expected, types, memory.look, options)
    const peakBytes = memory.read()
    const { greatestTransactionGas = 0, ...deployment } = ready.deployment ?? {}
    const facts = { ...deployment, ...checked }
    const limits = limitsOf(facts, greatestTransactionGas, options.limits)
    const result: PathResult = {
      ...{ path, ...facts },
      ...(peakBytes === undefined ? {} : { peakBytes }),
      ...(limits.length === 0 ? {} : { limits }),
    }
    return { result, ready, milliseconds }
  } catch (error) {
    await ready?.close()
    const [reason] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { result: { path, refused: reason ?? 'it failed' }, milliseconds: [] }
  }
}
