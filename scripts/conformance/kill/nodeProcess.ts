import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** `tensor-evm node` in a process of its own. */
export type NodeProcess = {
  readonly url: string
  /** Ends it by a signal. @returns how it ended, and what it printed to the standard error stream */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>
}

const main = fileURLToPath(new URL('../../../cli/main.ts', import.meta.url))

/** Where the node says that it listens. @throws {Error} when it ends before */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (chunk) => {
      printed += chunk
      const url = /^Listening on (\S+)$/m.exec(printed)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.on('exit', (code) => reject(new Error(`the node ended with exit code ${code} before it listened`)))
  })
}

/** Starts the command on a directory and waits until it listens. */
export async function startNodeProcess(directory: string): Promise<NodeProcess> {
  const options = ['node', '--port', '0', '--datadir', directory]
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  try {
    const url = await listening(child)
    return {
      url,
      async end(name) {
        child.kill(name)
        const [code, signal] = await ended
        return { code, signal, errors }
      },
    }
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${errors}`)
  }
}
