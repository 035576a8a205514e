// Times whole models by each way of running them, and by TensorFlow Lite on the same input, one thread each.
// `npm run bench:models`; see bench/harness/options.ts for arguments.
import { createProgress } from '../cli/progress.ts'
import { type CaseResult, measureCase } from './harness/measure.ts'
import { readOptions } from './harness/options.ts'
import { contenderTable, threeDigits } from './harness/report.ts'
import { runBench } from './harness/run.ts'
import { loadPeers, noPeers } from './peers/load.ts'
import { inferenceCase, TENSORFLOW_LITE } from './suites/inference.ts'
import { benchModels } from './suites/models.ts'

const milliseconds = ({ nanoseconds }: CaseResult, contender: string) => {
  const time = nanoseconds[contender]
  return time === undefined ? '' : threeDigits(time / 1e6)
}

const timesTensorflowLite = ({ nanoseconds }: CaseResult, contender: string) => {
  const [time, other] = [nanoseconds[contender], nanoseconds[TENSORFLOW_LITE]]
  return time === undefined || other === undefined ? '' : threeDigits(time / other)
}

await runBench(async () => {
  const options = readOptions(process.argv.slice(2))
  const available = benchModels()
  const wanted = available.models.filter(({ name }) => options.wants(name))
  const peers = options.peers ? await loadPeers() : noPeers
  const notes = [...available.notes, ...peers.notes]
  const progress = createProgress('measuring', wanted.length)
  const results: CaseResult[] = []
  for (const { load } of wanted) {
    const benchCase = await inferenceCase(load(), peers)
    const result = await measureCase(benchCase, options.rounds)
    await benchCase.release?.()
    results.push(result)
    notes.push(...result.notes)
    progress.step()
  }
  progress.end()
  if (options.json) {
    const models = results.map(({ name, nanoseconds }) => ({ name, nanoseconds }))
    console.log(JSON.stringify({ node: process.version, rounds: options.rounds, models, notes }, null, 2))
    return
  }
  console.log(`Node ${process.version}, one thread, median of ${options.rounds} rounds`)
  console.log(`\nMilliseconds of one inference\n\n${contenderTable(results, milliseconds).join('\n')}`)
  if (results.some(({ nanoseconds }) => TENSORFLOW_LITE in nanoseconds))
    console.log(
      `\nTime as a multiple of ${TENSORFLOW_LITE}'s\n\n${contenderTable(results, timesTensorflowLite).join('\n')}`,
    )
  if (notes.length > 0) console.log(`\n${notes.join('\n')}`)
})
