import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createWasmKernel } from '../kernel/index.ts'
import { createWorkbenches, differenceOf } from '../test/kernel/differential.ts'
import { computeInstruction, computeInstructions } from '../test/kernel/randomCase.ts'

// Compares the kernel with the reference on random calls, on every core:
//   npm run fuzz:kernel -- [--cases n] [--seed n] [--only MATMUL,CONV2D] [--workers n]
// Case i is one of instruction i mod n, so that `--seed s --cases 1 --only M` repeats one case.

const USAGE = 'usage: fuzz:kernel [--cases n] [--seed n] [--only MNEMONIC,..] [--workers n]'
const REPORT_MS = 5000
/** Cases between two looks at the clock. */
const BATCH = 100

type Work = {
  readonly cases: number
  readonly seed: number
  readonly only: readonly string[]
  readonly workers: number
}
/** What a worker tells: cases done since it last did, or what it found. */
type Report = { readonly done: number; readonly failure?: string }

const newWorkbenches = () =>
  createWorkbenches((packedBytes) => createWasmKernel(packedBytes === undefined ? {} : { packedBytes }))

/** Runs every `workers`th batch of the cases, from batch `first` on; of an instruction that differed, no more. */
function runCases({ cases, seed, only, workers }: Work, first: number, report: (report: Report) => void): void {
  const chosen = only.map(computeInstruction)
  const failed = new Set<string>()
  let benches = newWorkbenches()
  for (let batch = first * BATCH; batch < cases; batch += workers * BATCH) {
    const end = Math.min(batch + BATCH, cases)
    for (let index = batch; index < end; index++) {
      const instruction = chosen[index % chosen.length] as (typeof chosen)[number]
      if (failed.has(instruction.mnemonic)) continue
      const caseSeed = seed + Math.floor(index / chosen.length)
      const difference = differenceOf(benches, instruction, caseSeed)
      if (difference === undefined) continue
      const isAlone = differenceOf(newWorkbenches(), instruction, caseSeed) !== undefined
      const before = isAlone
        ? ''
        : `\n  only after the cases before it: --seed ${seed} --cases ${index + 1}, one worker`
      report({ done: 0, failure: difference + before })
      failed.add(instruction.mnemonic)
      benches = newWorkbenches()
    }
    report({ done: end - batch })
  }
}

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name}: expected a positive integer\n${USAGE}`)
  return value
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

/** Shares the cases out to worker processes and tells how far they are. @returns whether nothing differed */
async function runWorkers(work: Work): Promise<boolean> {
  const started = performance.now()
  let done = 0
  const failures: string[] = []
  const workers = Array.from({ length: work.workers }, (_, first) => {
    const child = fork(fileURLToPath(import.meta.url), [], {
      env: { ...process.env, FUZZ_WORK: JSON.stringify({ work, first }) },
    })
    return new Promise<void>((resolve, reject) => {
      child.on('message', (report: Report) => {
        done += report.done
        if (report.failure === undefined) return
        failures.push(report.failure)
        console.error(report.failure)
      })
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker stopped with code ${code}`))))
    })
  })
  const timer = setInterval(() => {
    const elapsed = performance.now() - started
    const left = done === 0 ? '' : `, about ${duration((elapsed / done) * (work.cases - done))} left`
    console.log(`${done} of ${work.cases} cases in ${duration(elapsed)}${left}`)
  }, REPORT_MS)
  try {
    await Promise.all(workers)
  } finally {
    clearInterval(timer)
  }
  const summary = failures.length === 0 ? 'no difference' : `${failures.length} differences`
  console.log(`${done} cases in ${duration(performance.now() - started)}: ${summary}`)
  return failures.length === 0
}

const assigned = process.env.FUZZ_WORK
if (assigned !== undefined && process.send) {
  const { work, first } = JSON.parse(assigned) as { work: Work; first: number }
  runCases(work, first, (report) => process.send?.(report))
} else {
  const { values } = parseArgs({
    options: {
      cases: { type: 'string' },
      seed: { type: 'string' },
      only: { type: 'string' },
      workers: { type: 'string' },
    },
  })
  const seed = Number(values.seed ?? 1)
  if (!Number.isSafeInteger(seed)) throw new RangeError(`--seed: expected an integer\n${USAGE}`)
  const only = values.only?.toUpperCase().split(',') ?? computeInstructions.map(({ mnemonic }) => mnemonic)
  for (const mnemonic of only) computeInstruction(mnemonic)
  const cases = positive('cases', values.cases, 1_000_000)
  const workers = Math.min(positive('workers', values.workers, availableParallelism()), Math.ceil(cases / BATCH))
  process.exitCode = (await runWorkers({ cases, seed, only, workers })) ? 0 : 1
}
