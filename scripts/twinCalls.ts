import { parseArgs } from 'node:util'
import { formatDifference, openComparison } from '../test/compiler-ext/twin/differential.ts'
import { loweredSettings, twinSettings } from '../test/compiler-ext/twin/source.ts'

// Makes random calls of contracts with every instruction, compiled with each optimizer setting, and of their twins in
// plain Solidity, and compares what comes back, logs, errors and storage:
//   npm run test:twins -- [--calls n] [--seed n]

const USAGE = 'usage: test:twins [--calls n] [--seed n]'
const REPORT_MS = 10_000
/** Differences that are shown whole. */
const SHOWN = 5

function integer(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name}: expected an integer\n${USAGE}`)
  return value
}

const { values } = parseArgs({ options: { calls: { type: 'string' }, seed: { type: 'string' } } })
const calls = integer('calls', values.calls, 1000)
const seed = integer('seed', values.seed, 1)

console.log(`seed ${seed}: compiling`)
const [twin, ...others] = twinSettings as [(typeof twinSettings)[number]]
const comparison = await openComparison({ twin, lowered: loweredSettings, others })
let reported = performance.now()
const differences = await comparison.compareRandom(seed, calls, (done) => {
  if (performance.now() - reported < REPORT_MS) return
  reported = performance.now()
  console.log(`${done} of ${calls} calls`)
})
for (const difference of differences.slice(0, SHOWN)) console.error(formatDifference(difference))
console.log(`compared with: ${twin.name}`)
console.table(Object.fromEntries(comparison.tallies))
process.exitCode = differences.length === 0 ? 0 : 1
