import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Hex } from '../evm-ext/index.ts'
import { createAccounts } from '../node/accounts/createAccounts.ts'
import { type ChildNode, startChildNode } from './conformance/load/childNode.ts'
import { type LoadResult, runClient } from './conformance/load/client.ts'
import { deployDigits, type Receipt } from './conformance/load/digits.ts'
import type { MemorySample } from './conformance/load/nodeChild.ts'
import { ask } from './conformance/load/rpc.ts'
import { floors, percentile, slope } from './conformance/load/statistics.ts'

// Has many clients send predictions to a node at once, as transactions and as calls, and looks for errors, lost receipts
// and memory that grows:
//   npm run test:load -- [--seconds n] [--clients n] [--memory]
// The chain is kept in a temporary directory, or with --memory in the node's memory, which grows with the chain then. Ends
// with 1 when there was an error, when a receipt was lost, and when a node with a directory used ever more memory: its
// caches fill for the first two minutes, so that a shorter run than JUDGED_SECONDS is not judged.

const USAGE = 'usage: test:load [--seconds n] [--clients n] [--memory]'
const MIB = 2 ** 20
/** Bytes a minute by which the memory in use may grow in the second half. */
const MAX_GROWTH = 16 * MIB
const JUDGED_SECONDS = 240
const READINGS = 100
const STRETCHES = 8
const ERRORS_SHOWN = 10
/** Gas limit of a prediction: what the first one takes, and a tenth. */
const GAS_MARGIN = [11n, 10n] as const

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    clients: { type: 'string', default: '50' },
    memory: { type: 'boolean', default: false },
  },
})

function positive(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new RangeError(`--${name}: expected a positive integer, found ${text}\n${USAGE}`)
  return value
}

/** Hashes of which the chain has no receipt. */
async function findLost(url: string, hashes: readonly Hex[]): Promise<Hex[]> {
  const lost: Hex[] = []
  for (const hash of hashes)
    if ((await ask<Receipt | null>(url, 'eth_getTransactionReceipt', hash)) === null) lost.push(hash)
  return lost
}

function printLatencies(name: string, milliseconds: readonly number[], seconds: number): void {
  const at = (share: number) => percentile(milliseconds, share).toFixed(0).padStart(7)
  const rate = (milliseconds.length / seconds).toFixed(1).padStart(9)
  console.log(`${name.padEnd(14)}${String(milliseconds.length).padStart(7)}${rate}${at(0.5)}${at(0.99)}${at(1)}`)
}

/** Prints what a part of the memory did. @returns bytes a minute by which it grew in the second half */
function printMemory(name: string, samples: readonly MemorySample[], part: keyof Omit<MemorySample, 'at'>): number {
  const points = samples.map((sample) => [sample.at / 60_000, sample[part]] as const)
  const least = floors(points, STRETCHES)
  const growth = slope(least.slice(STRETCHES / 2))
  const mebibytes = least.map(([, bytes]) => (bytes / MIB).toFixed(0).padStart(6)).join('')
  console.log(`${name.padEnd(10)}${mebibytes}  ${(growth / MIB).toFixed(1).padStart(8)}`)
  return growth
}

async function run(node: ChildNode, clients: number, seconds: number): Promise<boolean> {
  const accounts = createAccounts({ count: clients + 1 })
  const [deployer, ...others] = accounts.addresses()
  const keyOf = (address: Hex) => accounts.keyOf(address) as Uint8Array
  if (deployer === undefined) throw new Error('no account')
  const { url } = node
  const digits = await deployDigits(url, keyOf(deployer), deployer, READINGS)
  const first = { to: digits.address, data: digits.readings[0]?.data }
  const gasLimit = (BigInt(await ask<Hex>(url, 'eth_estimateGas', first)) * GAS_MARGIN[0]) / GAS_MARGIN[1]
  const result: LoadResult = { transactions: [], calls: [], hashes: [], errors: [] }
  const firstSample = node.memory.length
  const until = performance.now() + seconds * 1000
  const work = others.map((address, index) =>
    runClient(url, digits, { key: keyOf(address), gasLimit, first: index, until }, result),
  )
  await Promise.all(work)
  const samples = node.memory.slice(firstSample)
  const lost = await findLost(url, result.hashes)
  const blocks = Number(await ask<Hex>(url, 'eth_blockNumber'))

  console.log(`${clients} clients, ${seconds} s, ${gasLimit} gas limit a prediction, ${blocks} blocks`)
  console.log(`${'milliseconds'.padEnd(14)}  count   a second    p50    p99   most`)
  printLatencies('transactions', result.transactions, seconds)
  printLatencies('calls', result.calls, seconds)
  printLatencies('predictions', [...result.transactions, ...result.calls], seconds)
  console.log(`${'MiB'.padEnd(10)}${'least of each eighth of the time'.padEnd(6 * STRETCHES)}  a minute`)
  printMemory('resident', samples, 'resident')
  const growth = printMemory('heap', samples, 'heap') + printMemory('buffers', samples, 'buffers')
  console.log(`${result.errors.length} errors, ${lost.length} receipts lost, ${node.log.length} lines of the node`)
  for (const line of [...result.errors, ...lost, ...node.log].slice(0, ERRORS_SHOWN)) console.log(line)
  const isSteady = values.memory || seconds < JUDGED_SECONDS || growth <= MAX_GROWTH
  if (!isSteady) console.log(`the memory in use grew by more than ${MAX_GROWTH / MIB} MiB a minute`)
  return isSteady && result.errors.length + lost.length + node.log.length === 0
}

const [clients, seconds] = [positive('clients', values.clients), positive('seconds', values.seconds)]
const directory = values.memory ? undefined : mkdtempSync(join(tmpdir(), 'tensor-evm-load-'))
try {
  const node = await startChildNode(clients + 1, directory)
  try {
    process.exitCode = (await run(node, clients, seconds)) ? 0 : 1
  } finally {
    await node.close()
  }
} finally {
  if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
}
