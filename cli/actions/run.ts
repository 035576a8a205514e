import { createHash } from 'node:crypto'
import {
  type Chain,
  createChain,
  type DevelopmentAccount,
  developmentAccounts,
  loadTensorGenesis,
  type TensorGenesis,
} from '../../evm-ext/index.ts'
import {
  createRunner,
  type Inference,
  type InferencePath,
  type InferenceRunner,
  minMedianMax,
  sampleBytes,
} from '../../inference/index.ts'
import { formatType } from '../../isa/index.ts'
import { summarize } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, readUserFile, writeUserFile } from '../files.ts'
import { type LoadedModel, loadModel } from '../models.ts'
import { createProgress } from '../progress.ts'

export type RunOptions = {
  readonly input: string
  readonly output?: string
  readonly rounding?: Rounding
  readonly path: InferencePath
  readonly limit?: number
  readonly genesis?: string
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

/**
 * A chain at its first block with the tensor fork.
 *
 * @throws {UsageError} when the chain's first account has nothing to pay with, or the fork starts at a later block
 */
async function startChain(genesis: TensorGenesis, path: string): Promise<Chain> {
  const chain = await createChain({ genesis })
  const { address } = developmentAccounts[0] as DevelopmentAccount
  if ((await chain.balance(address)) === 0n)
    throw new UsageError(`genesis ${path}: expected alloc to fund ${address}, which sends the transactions`)
  const [fork] = genesis.forks
  if (fork.block !== undefined && fork.block > 1)
    throw new UsageError(`genesis ${path}: expected config.tensorBlock 0 or 1, found ${fork.block}`)
  if (fork.time !== undefined && fork.time > Number(genesis.geth.timestamp)) chain.setNextBlockTimestamp(fork.time)
  return chain
}

async function inferAll(runner: InferenceRunner, samples: readonly Uint8Array[]): Promise<Inference[]> {
  const progress = createProgress(`inference, ${runner.path}`, samples.length)
  const results: Inference[] = []
  try {
    for (const sample of samples) {
      results.push(await runner.infer(sample))
      progress.step()
    }
  } catch (error) {
    throw new Error(`sample ${results.length}: ${(error as Error).message}`, { cause: error })
  } finally {
    progress.end()
  }
  return results
}

/** Runs a model on rows of input and reports; see the command's help. */
export async function run(modelPath: string, options: RunOptions): Promise<void> {
  const model = loadModel(modelPath, options.rounding)
  const samples = readSamples(model, options)
  const genesis = options.genesis === undefined ? undefined : loadTensorGenesis(options.genesis)
  if (options.output !== undefined) checkWritable([options.output])
  const runner = await createRunner(options.path, model.program, () =>
    genesis === undefined ? createChain() : startChain(genesis, options.genesis as string),
  )
  const results = await inferAll(runner, samples)
  const output = Buffer.concat(results.map((result) => result.output))
  if (options.output !== undefined) writeUserFile(options.output, output)

  const { macs, modelBytes } = summarize(model.program)
  const report = {
    model: model.name,
    path: options.path,
    rounding: roundingOf(model),
    samples: samples.length,
    macs,
    gasPerSample: minMedianMax(results.map(({ gas }) => gas)),
    msPerSample: minMedianMax(results.map(({ milliseconds }) => Number(milliseconds.toFixed(3)))),
    codeBytes: runner.codeBytes,
    modelBytes,
    outputSha256: createHash('sha256').update(output).digest('hex'),
  }
  if (options.json) console.log(JSON.stringify(report))
  else print(report)
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
