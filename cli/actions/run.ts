import { createHash } from 'node:crypto'
import { type Chain, type GasReport, loadTensorGenesis, watchGas } from '../../evm-ext/index.ts'
import {
  type CompiledModel,
  compileModel,
  createInferencePool,
  type InferencePath,
  minMedianMax,
  profileChain,
  sampleBytes,
  suitableWorkers,
} from '../../inference/index.ts'
import { formatType } from '../../isa/index.ts'
import type { KernelName } from '../../kernel/index.ts'
import { summarize } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, readUserFile, writeUserFile } from '../files.ts'
import { gasProfile, printGasReport } from '../gasReport.ts'
import { type LoadedModel, loadModel } from '../models.ts'
import { printProfile, profileReport } from '../profile.ts'
import { createProgress } from '../progress.ts'

/** How long a profile warms up, and how long it then watches. */
const PROFILE_MILLISECONDS = 1000

export type RunOptions = {
  readonly input: string
  readonly output?: string
  readonly rounding?: Rounding
  readonly path: InferencePath
  readonly limit?: number
  readonly workers?: number
  readonly genesis?: string
  readonly kernel: KernelName
  readonly profile?: boolean
  readonly gasReport?: boolean
  readonly gasProfile?: string
  readonly json?: boolean
}

/** Rows of the input file, each one sample. @throws {UsageError} when the file is not a whole number of them */
function readSamples({ program }: LoadedModel, { input, limit }: RunOptions): Uint8Array[] {
  const bytes = readUserFile(input, 'input')
  const size = sampleBytes(program)
  if (bytes.length === 0 || bytes.length % size !== 0) {
    const types = program.inputs.map(formatType).join(' and ')
    throw new UsageError(`input ${input}: ${bytes.length} bytes, expected a multiple of ${size} (rows of ${types})`)
  }
  const count = Math.min(bytes.length / size, limit ?? Number.POSITIVE_INFINITY)
  return Array.from({ length: count }, (_, row) => bytes.subarray(row * size, (row + 1) * size))
}

/** Runs a model on rows of input and reports; see the command's help. */
export async function run(modelPath: string, options: RunOptions): Promise<void> {
  const model = loadModel(modelPath, options.rounding)
  const samples = readSamples(model, options)
  const genesis = options.genesis === undefined ? undefined : loadTensorGenesis(options.genesis)
  checkWritable([options.output, options.gasProfile].filter((path) => path !== undefined))
  checkProfile(options)
  const reportsGas = options.gasReport === true || options.gasProfile !== undefined
  const contract = reportsGas && options.path === 'instructions' ? compileModel(model.program) : undefined
  const summary = summarize(model.program)
  const workers =
    options.profile || reportsGas ? 1 : (options.workers ?? suitableWorkers(options.path, summary, samples.length))
  let ownChain: Chain | undefined
  const pool = await createInferencePool(options.path, model.program, {
    workers: Math.min(workers, samples.length),
    genesis,
    where: `genesis ${options.genesis}`,
    kernel: options.kernel,
    contract,
    onChain(chain) {
      ownChain = chain
    },
  })
  // What is profiled is what a node that runs for long does, so the engine's compilers come first.
  if (options.profile) await repeat(() => pool.inferAll(samples))
  const watched = options.profile && ownChain ? profileChain(ownChain) : undefined
  if (watched) await repeat(() => pool.inferAll(samples))
  const profile = watched?.read()
  watched?.stop()
  const progress = createProgress(`inference, ${options.path}`, samples.length)
  const gas = reportsGas && ownChain ? watchFirst(ownChain, contract) : undefined
  const results = await pool
    .inferAll(samples, () => {
      gas?.stop()
      progress.step()
    })
    .finally(progress.end)
    .catch((error: Error) => {
      // What a transaction that failed paid for is what one wants to know of it.
      const failed = gas?.read()
      if (failed?.error !== undefined) tellGas(failed, model, options)
      throw error
    })
  await pool.close()
  const gasReport = gas?.read()
  const output = Buffer.concat(results.map((result) => result.output))
  if (options.output !== undefined) writeUserFile(options.output, output)

  const { macs, modelBytes } = summary
  const report = {
    model: model.name,
    path: options.path,
    ...(options.path === 'reference' ? {} : { kernel: options.kernel }),
    rounding: roundingOf(model),
    samples: samples.length,
    workers: pool.workers,
    macs,
    gasPerSample: minMedianMax(results.map(({ gas }) => gas)),
    msPerSample: minMedianMax(results.map(({ milliseconds }) => Number(milliseconds.toFixed(3)))),
    codeBytes: pool.codeBytes,
    modelBytes,
    outputSha256: createHash('sha256').update(output).digest('hex'),
  }
  if (options.json)
    console.log(
      JSON.stringify({
        ...report,
        ...(profile ? { profile: profileReport(profile) } : {}),
        ...(gasReport && options.gasReport ? { gasReport } : {}),
      }),
    )
  else {
    print(report)
    if (profile) printProfile(profile)
  }
  if (gasReport) tellGas(gasReport, model, options)
}

/** Reports the gas of the first transaction that a chain is sent from now on. */
function watchFirst({ vm }: Chain, contract: CompiledModel | undefined) {
  let report: GasReport | undefined
  let failure: Error | undefined
  const stop = watchGas(
    vm,
    (found) => {
      report ??= found
    },
    (error) => {
      failure ??= error
    },
    { artefacts: contract === undefined ? [] : [contract.artefacts] },
  )
  return {
    stop,
    read() {
      stop()
      if (failure !== undefined) throw failure
      return report
    },
  }
}

/** Writes and prints a gas report as asked for. */
function tellGas(report: GasReport, { name }: LoadedModel, options: RunOptions): void {
  const { gasProfile: file, gasReport, json } = options
  if (file !== undefined) writeUserFile(file, gasProfile(report, file, name))
  if (gasReport && !json) printGasReport(report)
}

/** Repeats a task for a second. */
async function repeat(task: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + PROFILE_MILLISECONDS
  while (performance.now() < end) await task()
}

/** @throws {UsageError} when a profile or a report is asked for that can't be made */
function checkProfile({ profile, gasReport, gasProfile: file, path, workers }: RunOptions): void {
  const option = profile ? '--profile' : gasReport ? '--gas-report' : file === undefined ? undefined : '--gas-profile'
  if (option === undefined) return
  if (path === 'reference')
    throw new UsageError(`${option}: expected --path instructions or precompile, which run a chain`)
  if (workers !== undefined && workers !== 1) throw new UsageError(`${option}: expected --workers 1, or none`)
}

/** Rounding of a program's first RESCALE; double where it has none, which then makes no difference. */
function roundingOf({ program }: LoadedModel): Rounding {
  const step = program.steps.find(({ instruction }) => instruction.mnemonic === 'RESCALE')
  const attributes = step?.instruction.attributes?.decode(step.operands[0] as bigint)
  return attributes?.rounding === 1 ? 'single' : 'double'
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en')
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, entry]) => `${name} ${valueText(entry)}`)
    .join('  ')
}

function print(report: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(report)) console.log(`${name.padEnd(14)} ${valueText(value)}`)
}
