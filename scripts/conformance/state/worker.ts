import { readFileSync } from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { createWasmKernel } from '../../../kernel/index.ts'
import { judge, type Outcome } from './compare.ts'
import { readCases } from './fixture.ts'

/** A file, and the names of the cases that are wanted: all whose name holds one of these, unless there are none. */
export type FileOrder = { readonly path: string; readonly filters: readonly string[]; readonly skip: readonly string[] }

export type FileReply =
  /** A case has begun. */
  | { readonly kind: 'case'; readonly name: string }
  | { readonly kind: 'outcome'; readonly outcome: Outcome }
  /** The file could not be read. */
  | { readonly kind: 'unreadable'; readonly message: string }
  /** All of the file's cases are done. */
  | { readonly kind: 'done' }

const port = parentPort
if (port === null) throw new Error('worker.ts is run by stateTests.ts, in a thread')
const post = (message: FileReply) => port.postMessage(message)
const kernel = createWasmKernel()

async function runFile({ path, filters, skip }: FileOrder): Promise<void> {
  try {
    for (const stateCase of readCases(readFileSync(path, 'utf8'))) {
      const { name } = stateCase
      const isWanted = filters.length === 0 || filters.some((filter) => path.includes(filter) || name.includes(filter))
      if (!isWanted || skip.includes(name)) continue
      post({ kind: 'case', name })
      post({ kind: 'outcome', outcome: await judge(stateCase, kernel) })
    }
  } catch (error) {
    post({ kind: 'unreadable', message: (error as Error).message })
  }
  post({ kind: 'done' })
}

port.on('message', (order: FileOrder) => void runFile(order))
