import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { bytesToHex } from '@ethereumjs/util'
import { type DevelopmentAccount, defaultGenesis, developmentAccounts, replay } from '../evm-ext/index.ts'
import { createMemoryStore, modelRoot } from '../model/index.ts'
import { digitsProgram } from './conformance/digits.ts'
import { inspect } from './conformance/kill/inspect.ts'
import { startNodeProcess } from './conformance/kill/nodeProcess.ts'
import { type SeenReceipt, startTraffic } from './conformance/kill/traffic.ts'
import { type DeployedDigits, deployDigits } from './conformance/load/digits.ts'

// Kills a node with a directory again and again while clients send transactions, and each time reads everything that the
// directory has:
//   npm run test:kill -- [--times n]
// A last time the node is asked to end. Then all blocks are replayed from the genesis block. Ends with 1 when something is
// missing that a client had been told of, or anything is not whole.

const USAGE = 'usage: test:kill [--times n]'
/** The longest that clients send before the node is killed: from when it listens, or from the first receipt on. */
const LONGEST_MILLISECONDS = 1500
const PAUSE_MILLISECONDS = 5
/** A receipt that has not come after so long is not waited for. */
const RECEIPT_MILLISECONDS = 60_000
const READINGS = 20

const { values } = parseArgs({ options: { times: { type: 'string', default: '50' } } })
const times = Number(values.times)
if (!Number.isSafeInteger(times) || times < 1)
  throw new RangeError(`--times: expected a positive integer, found ${values.times}\n${USAGE}`)

const program = digitsProgram()
const root = modelRoot(program)
const { privateKey, address: deployer } = developmentAccounts[0] as DevelopmentAccount

/** Puts the digit classifier on the chain. */
async function begin(directory: string): Promise<DeployedDigits> {
  const node = await startNodeProcess(directory)
  const digits = await deployDigits(node.url, privateKey, deployer, READINGS)
  await node.end('SIGKILL')
  return digits
}

/** Lets clients send for a while, every other time after they saw a receipt, then ends the node. @returns what they saw */
async function sendUntil(directory: string, digits: DeployedDigits, time: number, signal: 'SIGKILL' | 'SIGTERM') {
  const node = await startNodeProcess(directory)
  const traffic = startTraffic(node.url, digits)
  const start = performance.now()
  const waits = () =>
    traffic.seen.length + traffic.errors.length === 0 && performance.now() - start < RECEIPT_MILLISECONDS
  while (time % 2 === 0 && waits()) await setTimeout(PAUSE_MILLISECONDS)
  await setTimeout(Math.random() * LONGEST_MILLISECONDS)
  const milliseconds = Math.round(performance.now() - start)
  const ended = await node.end(signal)
  await traffic.stop()
  if (traffic.errors.length > 0) throw new Error(traffic.errors.join('\n'))
  if (signal === 'SIGTERM' && ended.code !== 0)
    throw new Error(`SIGTERM: exit code ${ended.code}, signal ${ended.signal}\n${ended.errors}`)
  return { milliseconds, seen: traffic.seen }
}

const directory = mkdtempSync(join(tmpdir(), 'tensor-evm-kill-'))
try {
  const digits = await begin(directory)
  const seen: SeenReceipt[] = []
  let inspection = await inspect(directory, seen, root)
  for (let time = 1; time <= times + 1; time++) {
    const signal = time > times ? 'SIGTERM' : 'SIGKILL'
    const sent = await sendUntil(directory, digits, time, signal)
    seen.push(...sent.seen)
    const before = inspection.blocks.length
    inspection = await inspect(directory, seen, root)
    const { blocks, transactions, accounts } = inspection
    const found = `${blocks.length - before} new blocks, ${transactions} transactions, ${accounts} accounts, all there`
    console.log(
      `${String(time).padStart(3)}  ${signal} after ${sent.milliseconds} ms: ${sent.seen.length} seen, ${found}`,
    )
  }
  const store = createMemoryStore()
  await store.put(program)
  const roots = await replay(defaultGenesis(), inspection.blocks.slice(1), { store })
  const head = inspection.blocks.at(-1)
  if (roots.at(-1) !== (head && bytesToHex(head.header.stateRoot))) throw new Error('a replay gives another state')
  console.log(`replayed ${roots.length} blocks to the same state`)
} finally {
  rmSync(directory, { recursive: true, force: true })
}
