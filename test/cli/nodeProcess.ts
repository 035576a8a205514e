import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { repository } from './bins.ts'

/** A node in a process of its own, as `tensor-evm node` starts it. */
export type NodeProcess = {
  readonly url: string
  /** What it printed so far. */
  stdout(): string
  stderr(): string
  /** @returns the result of a method @throws {Error} with the error's message */
  ask<T = unknown>(method: string, ...params: readonly unknown[]): Promise<T>
  /** Sends a signal. @returns the exit code, or the signal that ended it */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

function ended(child: ChildProcess): Promise<number | NodeJS.Signals | null> {
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)))
}

/** Asks a node by HTTP. */
async function askNode<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
  if (error) throw new Error(error.message)
  return result
}

/**
 * Starts `tensor-evm node` in a folder, on any free port.
 *
 * @throws {Error} with what it printed, when it ends instead
 */
export async function startNodeProcess(cwd: string, ...args: readonly string[]): Promise<NodeProcess> {
  const tsx = ['--import', import.meta.resolve('tsx')]
  const child = spawn(process.execPath, [...tsx, join(repository, 'cli/main.ts'), 'node', '--port', '0', ...args], {
    ...{ cwd, stdio: ['ignore', 'pipe', 'pipe'] },
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    printed.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    printed.stderr += chunk
  })
  const end = ended(child)
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', () => {
      const found = /^Listening on (\S+)$/m.exec(printed.stdout)?.[1]
      if (found !== undefined) resolve(found)
    })
    end.then(() => reject(new Error(`the node ended: ${printed.stdout}${printed.stderr}`)))
  })
  return {
    url,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    ask: (method, ...params) => askNode(url, method, params),
    end(signal = 'SIGTERM') {
      child.kill(signal)
      return end
    },
  }
}
