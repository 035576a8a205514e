import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import type { BlockCase } from './blockCase.ts'
import { calldataOf } from './caseWorld.ts'

/** Another client, in which bytecode of ordinary blocks is timed as well. */
export type Anvil = {
  /**
   * CPU seconds of a call that repeats the body of a case so often, the least of several.
   *
   * @throws {Error} when the call fails there
   */
  run(blockCase: BlockCase, iterations: number): Promise<number>
  close(): void
}

const TARGET = 0xb10c_0000n
const START_MILLISECONDS = 20_000
/** How often a call is timed. */
const TIMES = 3
const GAS = 2n ** 45n
const ELF = '\x7fELF'

const hex = (value: bigint | number) => `0x${value.toString(16)}`
const addressHex = (address: bigint) => `0x${address.toString(16).padStart(40, '0')}`
const wordHex = (value: bigint | number) => `0x${value.toString(16).padStart(64, '0')}`
const bytesHex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`

/** Whether a file is a program itself, and no script that starts one: CPU time is read from its own process. */
function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    const file = openSync(path, 'r')
    try {
      const head = Buffer.alloc(ELF.length)
      readSync(file, head, 0, head.length, 0)
      return head.toString('latin1') === ELF
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}

/**
 * The program of anvil, of the npm package `@foundry-rs/anvil` in reach of `folder` or on the path; undefined where there
 * is none that can be timed: CPU times come from Linux's `/proc`.
 */
export function findAnvil(folder = process.cwd()): string | undefined {
  const platform = `${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  const candidates = (process.env.PATH ?? '').split(delimiter).map((path) => join(path, 'anvil'))
  const fromHere = createRequire(join(folder, 'package.json'))
  try {
    const manifest = fromHere.resolve(`@foundry-rs/anvil-${platform}/package.json`)
    candidates.unshift(join(dirname(manifest), 'bin/anvil'))
  } catch {
    // The package is not installed; the path may have it.
  }
  return candidates.find(isProgram)
}

/** CPU seconds of all threads of a process so far. */
function cpuSecondsOf(pid: number): number {
  let nanoseconds = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // The thread ended in between.
    }
  }
  return nanoseconds / 1e9
}

/** Address that anvil says it listens on. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('anvil does not start')), START_MILLISECONDS)
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += chunk
      const [, address] = /Listening on (\S+)/.exec(text) ?? []
      if (address === undefined) return
      clearTimeout(timer)
      resolve(`http://${address}`)
    })
    child.once('error', reject)
    child.once('exit', (exitCode) => reject(new Error(`anvil ended with exit code ${exitCode}`)))
  })
}

/** Starts anvil at Osaka's rules. */
export async function startAnvil(executable: string): Promise<Anvil> {
  const limits = ['--disable-block-gas-limit', '--disable-code-size-limit']
  const child = spawn(executable, ['--port', '0', '--hardfork', 'osaka', '--accounts', '1', ...limits], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const stop = () => child.kill()
  process.once('exit', stop)
  const url = await listening(child).catch((error) => {
    stop()
    throw error
  })
  const pid = child.pid as number

  const request = async (method: string, ...params: unknown[]): Promise<unknown> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
    if (error !== undefined) throw new Error(`anvil: ${method}: ${error.message}`)
    return result
  }

  const writeAccount = async (address: bigint, code: Uint8Array, slots: number) => {
    const to = addressHex(address)
    await request('anvil_setBalance', to, hex(10n ** 18n))
    await request('anvil_setCode', to, bytesHex(code))
    for (let slot = 0; slot < slots; slot++) await request('anvil_setStorageAt', to, wordHex(slot), wordHex(slot + 1))
  }

  return {
    async run(blockCase, iterations) {
      await writeAccount(TARGET, blockCase.code, blockCase.slots ?? 0)
      for (const { address, code = new Uint8Array(0), slots = 0 } of blockCase.accounts ?? [])
        await writeAccount(address, code, slots)
      const call = { to: addressHex(TARGET), gas: hex(GAS), data: bytesHex(calldataOf(iterations, 1n)) }
      let least = Number.POSITIVE_INFINITY
      for (let time = 0; time < TIMES; time++) {
        const before = cpuSecondsOf(pid)
        await request('eth_call', call, 'latest')
        least = Math.min(least, cpuSecondsOf(pid) - before)
      }
      return least
    },
    close() {
      process.off('exit', stop)
      stop()
    },
  }
}
