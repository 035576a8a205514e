import { type ChildProcess, spawn } from 'node:child_process'
import { accessSync, closeSync, constants, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'

/** A node of another client, in a process of its own. */
export type AnvilNode = {
  readonly processId: number
  /** What a method of JSON-RPC gives. @throws {Error} naming the method, with what the node says */
  request(method: string, ...params: unknown[]): Promise<unknown>
  /** CPU seconds of all threads of the process so far. */
  cpuSeconds(): number
  close(): void
}

const START_MILLISECONDS = 20_000
const ELF = '\x7fELF'

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

/**
 * Starts anvil at Osaka's rules, but without limits on a block's gas and on an account's code.
 *
 * @throws {Error} when it does not start
 */
export async function startAnvilNode(executable: string): Promise<AnvilNode> {
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
  const processId = child.pid as number
  return {
    processId,
    async request(method, ...params) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      })
      const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } }
      if (error !== undefined) throw new Error(`anvil: ${method}: ${error.message}`)
      return result
    },
    cpuSeconds: () => cpuSecondsOf(processId),
    close() {
      process.off('exit', stop)
      stop()
    },
  }
}
