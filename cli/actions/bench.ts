import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchPath, type BenchResults, benchPaths, runBenchmark } from '../../benchmark/index.ts'
import { packageRoot } from '../../compiler-ext/index.ts'
import { loadTensorGenesis } from '../../evm-ext/index.ts'
import { type BenchModelOptions, benchModels } from '../benchModels.ts'
import { benchLines } from '../benchTable.ts'
import { UsageError } from '../errors.ts'
import { checkWritable, writeUserFile } from '../files.ts'
import { createProgress, type Progress } from '../progress.ts'

export type BenchOptions = BenchModelOptions & {
  readonly paths?: readonly BenchPath[]
  readonly out: string
  readonly anvil?: boolean
  readonly gasPrice?: number
  readonly genesis?: string
  readonly peers?: string
  readonly json?: boolean
}

const quick = {
  timing: { rounds: 5, turnMilliseconds: 20, budgetMilliseconds: 600 },
  sampleMilliseconds: { file: 10_000, sweep: 300 },
  maxGas: 100_000_000,
}
const full = {
  timing: { rounds: 15, turnMilliseconds: 50, budgetMilliseconds: 10_000 },
  sampleMilliseconds: { file: 120_000, sweep: 5000 },
  maxGas: 1_000_000_000,
}

/** Paths that need no other client. */
const defaultPaths = benchPaths.filter((path) => !path.startsWith('anvil'))
const anvilPaths = benchPaths.filter((path) => path.startsWith('anvil'))

function wantedPaths({ paths = defaultPaths, anvil }: BenchOptions): BenchPath[] {
  return benchPaths.filter((path) => paths.includes(path) || (anvil === true && anvilPaths.includes(path)))
}

/** Where the repository keeps the runtimes of others, once they are installed there; else the working directory. */
function defaultPeers(): string {
  const own = join(packageRoot, 'bench/peers')
  return existsSync(join(own, 'node_modules')) ? own : process.cwd()
}

/** Runs a task that an interrupt from the terminal ends early; a second one ends the process. */
async function withSignal<T>(task: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  try {
    return await task(controller.signal)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** The line that tells how far the run is; it begins when the run says how much there is to do. */
function unitProgress() {
  let line: Progress | undefined
  let shown = 0
  return {
    show({ done, total }: { readonly done: number; readonly total: number }) {
      line ??= createProgress('measuring', total)
      for (; shown < Math.floor(done); shown++) line.step()
    },
    end: () => line?.end(),
  }
}

/** Measures models and writes a report; see the command's help. */
export async function bench(modelPaths: readonly string[], options: BenchOptions): Promise<void> {
  const { out, genesis: genesisFile, peers = defaultPeers(), gasPrice, json } = options
  const resultsFile = join(out, 'results.json')
  checkWritable([resultsFile])
  const tell = (line: string) => console.error(`bench: ${line}`)
  const models = benchModels(modelPaths, options, tell)
  const genesis = genesisFile === undefined ? undefined : loadTensorGenesis(genesisFile)
  const plan = options.full ? full : quick
  const all = { file: Number.POSITIVE_INFINITY, sweep: Number.POSITIVE_INFINITY }
  const progress = unitProgress()
  let results: BenchResults
  try {
    results = await withSignal((signal) =>
      runBenchmark(models, {
        ...plan,
        paths: wantedPaths(options),
        sampleMilliseconds: options.samples === undefined ? plan.sampleMilliseconds : all,
        command: ['tensor-evm', ...process.argv.slice(2)],
        ...{ genesis, where: `genesis ${genesisFile}`, peers, gasPriceGwei: gasPrice, signal },
        onProgress: progress.show,
      }),
    )
  } finally {
    progress.end()
  }
  // What was measured is safe before anything is drawn of it, and charts are not loaded while something is measured.
  writeUserFile(resultsFile, `${JSON.stringify(results)}\n`)
  const { writeReport } = await import('../../benchmark/report/writeReport.ts')
  await writeReport(results, out)
  if (json) console.log(JSON.stringify(results))
  else for (const line of benchLines(results)) console.log(line)
  if (results.stopped) throw new UsageError(`stopped: what was measured until then is in ${out}`)
  if (!json) console.log(`written to ${out}`)
}
