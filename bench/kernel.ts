// Times the kernel's instructions against what the machine can do and against other runtimes, one thread each.
// `npm run bench:kernel`; see bench/harness/options.ts for arguments.
import { createProgress } from '../cli/progress.ts'
import { createWasmKernel } from '../kernel/index.ts'
import { type CaseResult, measureCase } from './harness/measure.ts'
import { createBenchMemory } from './harness/memory.ts'
import { readOptions } from './harness/options.ts'
import { type Goal, goalLines, ratesTable } from './harness/report.ts'
import { runBench } from './harness/run.ts'
import { loadPeers, noPeers } from './peers/load.ts'
import { convolution } from './suites/convolution.ts'
import { depthwise } from './suites/depthwise.ts'
import { elements } from './suites/elements.ts'
import { gemm } from './suites/gemm.ts'
import { createMachine } from './suites/machine.ts'

const suites = [gemm, convolution, depthwise, elements]

await runBench(async () => {
  const options = readOptions(process.argv.slice(2))
  const wanted = suites
    .map((suite) => ({ suite, cases: suite.cases.filter(({ name }) => options.wants(`${suite.name} ${name}`)) }))
    .filter(({ cases }) => cases.length > 0)
  const peers = options.peers ? await loadPeers() : noPeers
  const kernel = createWasmKernel()
  const memory = createBenchMemory(kernel)
  const context = { kernel, memory, machine: createMachine(), peers }
  const count = wanted.reduce((sum, { cases }) => sum + cases.length, 0)
  const progress = createProgress('measuring', count)
  const goals: Goal[] = []
  const notes: string[] = [...peers.notes]
  const tables: { name: string; title: string; results: readonly CaseResult[] }[] = []
  for (const { suite, cases } of wanted) {
    const results: CaseResult[] = []
    for (const { build } of cases) {
      memory.clear()
      const benchCase = await build(context)
      const measured = await measureCase(benchCase, options.rounds)
      const result = { ...measured, rates: { ...measured.rates, ...suite.derived?.(measured) } }
      await benchCase.release?.()
      results.push(result)
      goals.push(...suite.goals(result))
      notes.push(...result.notes)
      progress.step()
    }
    tables.push({ name: suite.name, title: suite.title, results })
  }
  progress.end()
  if (options.json) {
    console.log(
      JSON.stringify(
        { node: process.version, kernel: kernel.name, rounds: options.rounds, tables, goals, notes },
        null,
        2,
      ),
    )
    return
  }
  console.log(`Node ${process.version}, kernel ${kernel.name}, one thread, median of ${options.rounds} rounds`)
  for (const { title, results } of tables) console.log(`\n${title}\n\n${ratesTable(results).join('\n')}`)
  if (goals.length > 0) console.log(`\n${goalLines(goals).join('\n')}`)
  if (notes.length > 0) console.log(`\n${notes.join('\n')}`)
})
