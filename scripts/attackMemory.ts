import { parseArgs } from 'node:util'
import { schedule } from '../gas-model/index.ts'
import { memoryAttacks } from '../test/evm-ext/attacks/memoryAttacks.ts'
import { measureGrowth, measurePoolGrowth, SLACK_BYTES } from '../test/evm-ext/attacks/memoryGrowth.ts'

// Measures by how much a process grows under each attack on its memory:
//   npm run test:memory -- [--gas n] [--cap bytes] [--only "pinned holes"]
// Gas is in units of an attack: 60,000,000 is a block. Ends with 1 when one grows by more than the cap and 16 MiB.

const USAGE = 'usage: test:memory [--gas n] [--cap bytes] [--only NAME]'
const MIB = 2 ** 20

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name}: expected a positive integer, found ${text}\n${USAGE}`)
  return value
}

const { values } = parseArgs({
  options: { gas: { type: 'string' }, cap: { type: 'string' }, only: { type: 'string' } },
})
const gas = positive('gas', values.gas, 60_000_000)
const cap = positive('cap', values.cap, schedule.tensorArenaBytes)
const names = memoryAttacks.map(({ name }) => name).filter((name) => values.only === undefined || name === values.only)
if (names.length === 0) throw new RangeError(`--only: no attack is called ${values.only}`)

const bound = cap + SLACK_BYTES
const mebibytes = (bytes: number) => `${(bytes / MIB).toFixed(1)} MiB`.padStart(10)
console.log(`${gas} gas each; arena ${mebibytes(cap).trim()}, bound ${mebibytes(bound).trim()}`)
console.log(`${'attack'.padEnd(34)}  resident      wasm`)

async function measure(title: string, attacks: readonly string[]): Promise<void> {
  const { resident, wasm } = await measureGrowth(attacks, gas, cap)
  const isTooMuch = Math.max(resident, wasm) > bound
  console.log(`${title.padEnd(34)}${mebibytes(resident)}${mebibytes(wasm)}${isTooMuch ? '  too much' : ''}`)
  if (isTooMuch) process.exitCode = 1
}

for (const name of names) await measure(name, [name])
if (names.length > 1) await measure('all, one after the other', names)
if (values.only === undefined) {
  const pool = await measurePoolGrowth()
  const poolBound = pool.workers * (pool.cap + SLACK_BYTES)
  const growth = `${mebibytes(pool.resident).trim()}, bound ${mebibytes(poolBound).trim()}`
  console.log(`${pool.calls} calls that fill ${mebibytes(pool.cap).trim()} on ${pool.workers} threads: ${growth}`)
  if (pool.resident > poolBound) process.exitCode = 1
}
