import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { MemorySample, NodeReport } from './nodeChild.ts'

/** A node in a process of its own. */
export type ChildNode = {
  readonly url: string
  /** Its memory since it was started. */
  readonly memory: readonly MemorySample[]
  /** What it said of itself; nothing where all goes well. */
  readonly log: readonly string[]
  /** Ends it. @throws {Error} when it does not end by itself with exit code 0 */
  close(): Promise<void>
}

/**
 * Starts a node in a process of its own, with as many accounts as are asked for.
 *
 * @param dataDirectory - where the chain is kept; in memory where it is undefined
 */
export async function startChildNode(accounts: number, dataDirectory: string | undefined): Promise<ChildNode> {
  const child = fork(new URL('./nodeChild.ts', import.meta.url), [dataDirectory ?? '', String(accounts)], {
    execArgv: ['--import', 'tsx', '--expose-gc'],
  })
  const memory: MemorySample[] = []
  const log: string[] = []
  const ended = once(child, 'exit')
  const url = await new Promise<string>((resolve, reject) => {
    child.on('message', (report: NodeReport) => {
      if (report.kind === 'ready') resolve(report.url)
      else if (report.kind === 'memory') memory.push(report.sample)
      else log.push(report.line)
    })
    child.on('exit', (code) => reject(new Error(`the node ended with exit code ${code}`)))
  })
  return {
    ...{ url, memory, log },
    async close() {
      child.send('close')
      const [code] = await ended
      if (code !== 0) throw new Error(`the node ended with exit code ${code}`)
    },
  }
}
