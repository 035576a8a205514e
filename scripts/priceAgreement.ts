import { parseArgs } from 'node:util'
import { callInProcess, compareRandomPrices } from '../test/gas-model/agreement.ts'
import { callOnAnvil, findAnvil } from '../test/gas-model/anvil.ts'
import { compilePriceContract } from '../test/gas-model/priceContract.ts'

// Prices random instructions in three ways, and compares: what the EVM charges, what gas-model computes in TypeScript, and
// what TensorGas.sol computes, on anvil where that is installed, else on an EVM of this process:
//   npm run test:prices -- [--cases n] [--seed n] [--anvil path | --no-anvil]
// Case i has seed + i, so that `--seed s --cases 1` repeats one case.

const USAGE = 'usage: test:prices [--cases n] [--seed n] [--anvil path | --no-anvil]'
const REPORT_MS = 10_000

function integer(name: string, text: string | undefined, otherwise: number): number {
  const value = Number(text ?? otherwise)
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`--${name}: expected an integer\n${USAGE}`)
  return value
}

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    seed: { type: 'string' },
    anvil: { type: 'string' },
    'no-anvil': { type: 'boolean' },
  },
})
const cases = integer('cases', values.cases, 1_000_000)
const seed = integer('seed', values.seed, 1)

const code = compilePriceContract('solc', { optimizer: { enabled: true } })
const path = values['no-anvil'] ? undefined : (values.anvil ?? findAnvil())
const anvil = path === undefined ? undefined : await callOnAnvil(path, code)
console.log(`seed ${seed}, Solidity on ${anvil ? 'anvil' : 'the EVM of this process'}`)
try {
  const started = performance.now()
  let reported = started
  const call = anvil?.call ?? (await callInProcess(code))
  const { tallies, differences } = await compareRandomPrices({
    ...{ seed, cases, call },
    onProgress(done) {
      if (performance.now() - reported < REPORT_MS) return
      reported = performance.now()
      console.log(`${done} of ${cases} cases`)
    },
  })
  for (const difference of differences) console.error(difference)
  console.table(Object.fromEntries(tallies))
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`${differences.length === 0 ? 'no difference' : 'prices differ'} after ${seconds} s`)
  process.exitCode = differences.length === 0 ? 0 : 1
} finally {
  anvil?.close()
}
