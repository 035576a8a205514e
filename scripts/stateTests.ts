import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Outcome } from './conformance/state/compare.ts'
import { type Differences, fileName, findMistakes, updateDifferences } from './conformance/state/differences.ts'
import { runFiles } from './conformance/state/threads.ts'

// Runs Ethereum's state tests on @ethereumjs/evm as it comes and on the EVM with the tensor fork active, and compares root,
// logs, gas and error, with each other and with the files:
//   npm run test:state -- FOLDER [--filter TEXT]... [--without TEXT]... [--workers n] [--json] [--write]
// FOLDER is a folder of state tests: GeneralStateTests of a clone of https://github.com/ethereum/tests, say (its EIPTests
// are of drafts), or state_tests of a release of https://github.com/ethereum/execution-spec-tests. All cases have to agree but those that execute the byte
// AE, which conformance/state/differences.json lists, as it does cases that @ethereumjs/evm itself gets wrong. --without
// leaves files out by their paths: vmPerformance takes as long as all the rest, CALLBlake2f_MaxRounds hours. --write brings
// the lists up to date; ends with 1 when they were wrong.

const USAGE = 'usage: test:state FOLDER [--filter TEXT]... [--without TEXT]... [--workers n] [--json] [--write]'
const LISTS = join(import.meta.dirname, 'conformance/state/differences.json')
const MISTAKES_SHOWN = 50

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) throw new Error(`${folder}: no such folder\n${USAGE}`)
  const files = statSync(folder).isDirectory()
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))
    : [folder]
  return files.filter((path) => path.endsWith('.json') && !path.includes('/.meta/')).sort()
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    filter: { type: 'string', multiple: true, default: [] },
    without: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: String(availableParallelism()) },
    json: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
})
const [folder, ...more] = positionals
if (folder === undefined || more.length > 0) throw new Error(USAGE)
const workers = Number(values.workers)
if (!Number.isInteger(workers) || workers < 1) throw new Error(`--workers: expected 1 or more\n${USAGE}`)

const paths = testFiles(folder).filter((path) => !values.without.some((text) => path.includes(text)))
const outcomes = new Map<string, Outcome[]>()
const unreadable: string[] = []
const counts = { cases: 0, same: 0, asExpected: 0, instruction: 0, different: 0, crashed: 0 }
const skipped: Record<string, number> = {}
const start = Date.now()
let filesDone = 0

function count({ verdict }: Outcome): void {
  if (verdict.kind === 'skipped') {
    skipped[verdict.fork] = (skipped[verdict.fork] ?? 0) + 1
    return
  }
  counts.cases++
  if (verdict.kind === 'same') {
    counts.same++
    if (verdict.asExpected) counts.asExpected++
  } else if (verdict.kind === 'crashed') counts.crashed++
  else if (verdict.executesExtension) counts.instruction++
  else counts.different++
}

function showProgress(): void {
  const seconds = Math.round((Date.now() - start) / 1000)
  const line = `${filesDone}/${paths.length} files, ${counts.cases} cases, ${seconds} s`
  process.stderr.write(process.stderr.isTTY ? `\r${line}` : `${line}\n`)
}

const progress = setInterval(showProgress, process.stderr.isTTY ? 500 : 30_000)

await runFiles(paths, values.filter, workers, {
  onOutcome(path, outcome) {
    const file = fileName(path)
    const ran = outcomes.get(file) ?? []
    ran.push(outcome)
    outcomes.set(file, ran)
    count(outcome)
  },
  onUnreadable: (path, message) => unreadable.push(`${path}: ${message}`),
  onFile: () => filesDone++,
})
clearInterval(progress)
showProgress()
if (process.stderr.isTTY) process.stderr.write('\n')

const known = JSON.parse(readFileSync(LISTS, 'utf8')) as Differences
const mistakes = [...findMistakes(outcomes, known), ...unreadable]
if (values.write) writeFileSync(LISTS, `${JSON.stringify(updateDifferences(outcomes, known), null, 2)}\n`)
if (values.json) console.log(JSON.stringify({ ...counts, skipped, mistakes }, null, 2))
else {
  const { cases, same, asExpected, instruction, different, crashed } = counts
  console.log(`${cases} cases of ${paths.length} files in ${Math.round((Date.now() - start) / 1000)} s`)
  console.log(`${same} the same on both EVMs, ${asExpected} of them as the files say`)
  console.log(`${instruction} execute the byte AE and differ, ${different} differ otherwise, ${crashed} crashed`)
  for (const [fork, number] of Object.entries(skipped)) console.log(`${number} skipped: fork ${fork}`)
  for (const mistake of mistakes.slice(0, MISTAKES_SHOWN)) console.log(mistake)
  if (mistakes.length > MISTAKES_SHOWN) console.log(`and ${mistakes.length - MISTAKES_SHOWN} more`)
}
process.exitCode = mistakes.length > 0 ? 1 : 0
