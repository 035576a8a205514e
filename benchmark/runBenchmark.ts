import { MAX_TRANSACTION_GAS, type TensorGenesis } from '../evm-ext/index.ts'
import { createInferenceChain, createRunner, sampleBytes } from '../inference/index.ts'
import { byteLength, type TensorType } from '../isa/index.ts'
import { summarize, valueTypes } from '../model/index.ts'
import { type CompileJob, type ContractCode, type ContractKind, compileContracts } from './contracts.ts'
import { benchMachine, benchVersions } from './machine.ts'
import { measureInRounds, type TimingPlan } from './measure.ts'
import type { BenchModel } from './model.ts'
import { prepareRun, timeInference } from './pathRun.ts'
import { paths as pathsByName } from './paths/index.ts'
import type { ReadyPath } from './paths/path.ts'
import {
  BENCH_RESULTS_VERSION,
  type BenchPath,
  type BenchResults,
  type ModelResult,
  type PathResult,
} from './results.ts'
import { findCrossovers, findLimitPoints, type GasLimits } from './scaling.ts'
import { summarizeTimes } from './statistics.ts'

/** Ethereum's limits: EIP-7825, the gas of today's blocks, EIP-170. */
export const ETHEREUM_LIMITS: GasLimits = {
  transaction: Number(MAX_TRANSACTION_GAS),
  block: 60_000_000,
  codeBytes: 24_576,
}

export type BenchmarkOptions = {
  readonly paths: readonly BenchPath[]
  /** Words of the command, for the results. */
  readonly command: readonly string[]
  readonly timing: TimingPlan
  /** Milliseconds after which no further sample of a model is checked on a path; one always is. */
  readonly sampleMilliseconds: Readonly<Record<BenchModel['source']['kind'], number>>
  /** Gas that an inference may take at most. */
  readonly maxGas: number
  /** Of the chains; a development chain's unless given. */
  readonly genesis?: TensorGenesis | undefined
  /** What messages call the genesis. */
  readonly where?: string
  /** Directory from which packages of others are looked for; the working directory unless given. */
  readonly peers?: string
  readonly gasPriceGwei?: number | undefined
  /** Called with what is done now, and how much of all that there is to do is done. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number; readonly what: string }) => void
  /** Called with each model's results. */
  readonly onModel?: (result: ModelResult) => void
  /** Stops the run between two inferences; what was measured is kept. */
  readonly signal?: AbortSignal
}

/** Progress that a compilation counts, and a turn of a path. */
const COMPILATION_UNITS = 4

type Counter = (what: string, units?: number) => void

/** Says that a path would take more gas than allowed, by what a multiply-accumulate takes there at least. */
function tooDear(macs: number, gasPerMac: number | undefined, maxGas: number): string | undefined {
  if (gasPerMac === undefined || macs * gasPerMac <= maxGas) return undefined
  return `more than ${maxGas.toLocaleString('en')} gas`
}

/** What a multiply-accumulate took in the greatest smaller model of the same family; in none, the least it can take. */
function expectedGasPerMac(
  path: BenchPath,
  { source }: BenchModel,
  results: readonly ModelResult[],
): number | undefined {
  const { leastGasPerMac } = pathsByName[path]
  if (leastGasPerMac === undefined || source.family === undefined) return leastGasPerMac
  const sameFamily = results.filter((result) => result.source.family === source.family)
  const known = sameFamily.flatMap(({ paths }) => paths.find((result) => result.path === path)?.gasPerMac ?? [])
  return known.at(-1) ?? leastGasPerMac
}

/** Gives the contract of each kind for each model. */
async function compileAll(
  models: readonly BenchModel[],
  { paths, maxGas, signal }: BenchmarkOptions,
  count: Counter,
): Promise<ReadonlyMap<BenchModel, ReadonlyMap<ContractKind, ContractCode | Error>>> {
  const jobs = models.flatMap((model) => {
    const { macs } = summarize(model.program)
    const wanted = paths.filter((path) => tooDear(macs, pathsByName[path].leastGasPerMac, maxGas) === undefined)
    const kinds = new Set(wanted.map((path) => pathsByName[path].contract).filter((kind) => kind !== undefined))
    return [...kinds].map((kind): CompileJob & { readonly model: BenchModel } => ({
      model,
      program: model.program,
      kind,
    }))
  })
  const results = await compileContracts(jobs, () => count('compiling contracts', COMPILATION_UNITS), signal)
  const contracts = new Map(models.map((model) => [model, new Map<ContractKind, ContractCode | Error>()]))
  jobs.forEach(({ model, kind }, index) => {
    contracts.get(model)?.set(kind, results[index] as ContractCode | Error)
  })
  return contracts
}

/** Outputs by the definitions of the instructions. */
async function referenceOutputs(
  { program, samples }: BenchModel,
  signal: AbortSignal | undefined,
): Promise<Uint8Array[]> {
  const runner = await createRunner('reference', program, () =>
    Promise.reject(new Error('the reference needs no chain')),
  )
  const outputs: Uint8Array[] = []
  for (const sample of samples) {
    signal?.throwIfAborted()
    outputs.push((await runner.infer(sample)).output)
  }
  return outputs
}

/** What follows from a path's gas and times. */
function withRates(result: PathResult, macs: number): PathResult {
  const { executionGas, times } = result
  return {
    ...result,
    ...(executionGas === undefined || macs === 0 ? {} : { gasPerMac: executionGas / macs }),
    ...(times === undefined || macs === 0 ? {} : { nanosecondsPerMac: (1e6 * times.median) / macs }),
    ...(times === undefined || executionGas === undefined ? {} : { gasPerMillisecond: executionGas / times.median }),
  }
}

async function measureModel(
  model: BenchModel,
  contracts: ReadonlyMap<ContractKind, ContractCode | Error>,
  options: BenchmarkOptions,
  before: readonly ModelResult[],
  count: Counter,
): Promise<ModelResult> {
  const { program, samples } = model
  const { timing, sampleMilliseconds, maxGas, signal, genesis, where = 'genesis', peers = process.cwd() } = options
  const { macs, modelBytes } = summarize(program)
  const types = valueTypes(program)
  const expected = await referenceOutputs(model, signal)
  const contract = (kind: ContractKind) => {
    const code = contracts.get(kind)
    if (code === undefined) throw new Error(`there is no contract of kind ${kind}`)
    if (code instanceof Error) throw code
    return code
  }
  const context = { genesis, where, maxGas, peers, contract }
  const timed: { readonly result: PathResult; readonly ready: ReadyPath }[] = []
  const opened: ReadyPath[] = []
  const results = new Map<BenchPath, PathResult>()
  try {
    for (const path of options.paths) {
      if (signal?.aborted) break
      count(`${model.name}, ${path}: checking`, 1)
      const reason = tooDear(macs, expectedGasPerMac(path, model, before), maxGas)
      if (reason !== undefined) {
        results.set(path, { path, refused: reason })
        continue
      }
      const runOptions = { signal, sampleMilliseconds: sampleMilliseconds[model.source.kind], limits: ETHEREUM_LIMITS }
      const { result, ready, milliseconds } = await prepareRun(path, model, expected, types, context, runOptions)
      if (ready !== undefined) opened.push(ready)
      // What takes so long is not run again: the check has timed it.
      const isTimed = milliseconds[0] !== undefined && milliseconds[0] >= timing.budgetMilliseconds
      results.set(path, isTimed ? { ...result, times: summarizeTimes([milliseconds]) } : result)
      if (ready !== undefined && !isTimed) timed.push({ result, ready })
    }
    const turns = timing.rounds + 1
    const measured = await measureInRounds(
      timed.map(({ ready }) => ({ run: () => timeInference(ready, samples[0] as Uint8Array) })),
      timing,
      () => count(`${model.name}: timing`, options.paths.length / (timed.length * turns)),
      signal,
    )
    timed.forEach(({ result }, index) => {
      const rounds = measured[index]
      if (rounds instanceof Error) results.set(result.path, { path: result.path, refused: rounds.message })
      else if (rounds !== undefined && rounds.length > 0)
        results.set(result.path, { ...result, times: summarizeTimes(rounds) })
    })
  } finally {
    for (const ready of opened) await ready.close()
  }
  return {
    ...{ name: model.name, source: model.source, macs, weightBytes: modelBytes },
    inputBytes: sampleBytes(program),
    outputBytes: program.outputs.reduce((sum, value) => sum + byteLength(types[value] as TensorType), 0),
    samples: samples.length,
    paths: [...results.values()].map((result) => withRates(result, macs)),
  }
}

/**
 * Runs models on paths: checks outputs against the definitions of the instructions, and measures gas, times and memory.
 *
 * @returns what was measured until the end or until the signal aborted
 * @throws {RangeError} when a model has no samples, or not as many labels as samples
 * @throws {GenesisError} when no chain with the tensor fork can be started from the genesis
 */
export async function runBenchmark(models: readonly BenchModel[], options: BenchmarkOptions): Promise<BenchResults> {
  for (const { name, samples, labels } of models) {
    if (samples.length === 0) throw new RangeError(`${name}: expected at least one sample`)
    if (labels !== undefined && labels.length !== samples.length)
      throw new RangeError(`${name}: ${labels.length} labels for ${samples.length} samples`)
  }
  const { paths, command, signal, onProgress, onModel, gasPriceGwei, peers = process.cwd() } = options
  const compilations = paths.filter((path) => pathsByName[path].contract !== undefined).length
  const total = models.length * (2 * paths.length + COMPILATION_UNITS * Math.min(3, compilations))
  let done = 0
  const count: Counter = (what, units = 1) => {
    done = Math.min(total, done + units)
    onProgress?.({ done, total, what })
  }
  const date = new Date().toISOString()
  // A chain that can't be started would be the reason of every refusal.
  if (options.genesis !== undefined) await createInferenceChain(options.genesis, options.where)
  const results: ModelResult[] = []
  try {
    const contracts = await compileAll(models, options, count)
    for (const model of models) {
      if (signal?.aborted) break
      const result = await measureModel(model, contracts.get(model) ?? new Map(), options, results, count)
      results.push(result)
      onModel?.(result)
    }
  } catch (error) {
    if (!signal?.aborted) throw error
  }
  return {
    ...{ version: BENCH_RESULTS_VERSION, command, date, machine: benchMachine(), versions: benchVersions(peers) },
    ...(gasPriceGwei === undefined ? {} : { gasPriceGwei }),
    ...(signal?.aborted ? { stopped: true } : {}),
    gasLimits: ETHEREUM_LIMITS,
    models: results,
    crossovers: findCrossovers(results),
    limitPoints: findLimitPoints(results, ETHEREUM_LIMITS),
  }
}
