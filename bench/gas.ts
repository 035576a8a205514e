// What inferences of real models cost, and how long their instructions take: how evenly time is priced.
// `npm run bench:gas`; see bench/harness/options.ts for arguments.
import { createProgress } from '../cli/progress.ts'
import { createInferenceChain, createRunner, type Profile, profileChain } from '../inference/index.ts'
import { readOptions } from './harness/options.ts'
import { runBench } from './harness/run.ts'
import { type BenchModel, benchModels } from './suites/models.ts'

/** Inferences before time counts, and those that it is the mean of, at least. */
const WARM_UP = 30
const INFERENCES = 60

type ModelGas = {
  readonly name: string
  readonly macs: number
  /** Of a whole transaction, without model chunks that were read before. */
  readonly transactionGas: number
  readonly tensorGas: number
  /** Of the tensor instructions alone. */
  readonly milliseconds: number
  readonly gasPerMillisecond: number
}

/** What an inference takes of a profile. */
const each = (profile: Profile, of: (instruction: Profile['instructions'][number]) => number) =>
  profile.instructions.reduce((sum, instruction) => sum + of(instruction), 0) / profile.transactions

async function measureModel({ name, doubleProgram, samples }: BenchModel, rounds: number): Promise<ModelGas> {
  const chain = await createInferenceChain()
  const runner = await createRunner('instructions', doubleProgram, async () => chain)
  const sample = (index: number) => samples[index % samples.length] as Uint8Array
  for (let index = 0; index < WARM_UP; index++) await runner.infer(sample(index))
  let best: Profile | undefined
  let transactionGas = 0
  for (let round = 0; round < rounds; round++) {
    const profiler = profileChain(chain)
    for (let index = 0; index < INFERENCES; index++) transactionGas = (await runner.infer(sample(index))).gas
    const profile = profiler.read()
    profiler.stop()
    const time = ({ kernelNanoseconds, environmentNanoseconds }: Profile) => kernelNanoseconds + environmentNanoseconds
    if (best === undefined || time(profile) < time(best)) best = profile
  }
  const profile = best as Profile
  const tensorGas = each(profile, ({ gas }) => gas)
  const milliseconds = each(profile, ({ nanoseconds }) => nanoseconds) / 1e6
  const macs = each(profile, (instruction) => instruction.macs)
  return { name, macs, transactionGas, tensorGas, milliseconds, gasPerMillisecond: tensorGas / milliseconds }
}

const rounded = (value: number) => Math.round(value).toLocaleString('en')

await runBench(async () => {
  const options = readOptions(process.argv.slice(2))
  const { models, notes } = benchModels()
  const wanted = models.filter(({ name }) => options.wants(name))
  const progress = createProgress('measuring', wanted.length)
  const results: ModelGas[] = []
  for (const { load } of wanted) {
    results.push(await measureModel(load(), options.rounds))
    progress.step()
  }
  progress.end()
  if (options.json) {
    console.log(JSON.stringify({ node: process.version, rounds: options.rounds, models: results, notes }, null, 2))
    return
  }
  console.log(
    `Node ${process.version}, one thread, the fastest of ${options.rounds} rounds of ${INFERENCES} inferences\n`,
  )
  console.log('| model | MACs | gas a transaction | of tensor instructions | their milliseconds | gas a millisecond |')
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |')
  for (const { name, macs, transactionGas, tensorGas, milliseconds, gasPerMillisecond } of results) {
    const cells = [name, rounded(macs), rounded(transactionGas), rounded(tensorGas), milliseconds.toFixed(3)]
    console.log(`| ${[...cells, rounded(gasPerMillisecond)].join(' | ')} |`)
  }
  const rates = results.map(({ gasPerMillisecond }) => gasPerMillisecond)
  console.log(`\nspread of gas a millisecond ${(Math.max(...rates) / Math.min(...rates)).toFixed(2)}`)
  if (notes.length > 0) console.log(`\n${notes.join('\n')}`)
})
