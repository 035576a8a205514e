import { startThread, type Thread } from '../../../evm-ext/thread.ts'
import type { Outcome } from './compare.ts'
import type { FileOrder, FileReply } from './worker.ts'

export type FileEvents = {
  onOutcome(path: string, outcome: Outcome): void
  /** A file that could not be read. */
  onUnreadable(path: string, message: string): void
  onFile(path: string): void
}

/**
 * Runs the cases of files in threads. A case that ends its thread is a crashed one; the rest of its file goes on in a new
 * thread.
 */
export async function runFiles(
  paths: readonly string[],
  filters: readonly string[],
  workers: number,
  events: FileEvents,
): Promise<void> {
  const waiting: FileOrder[] = paths.map((path) => ({ path, filters, skip: [] }))

  const work = () =>
    new Promise<void>((resolve) => {
      let thread: Thread<FileOrder> | undefined
      let order: FileOrder | undefined
      let [done, current]: [string[], string] = [[], '']

      const next = () => {
        order = waiting.shift()
        done = []
        if (order !== undefined) {
          thread ??= start()
          thread.post(order)
        } else void (thread?.terminate() ?? Promise.resolve()).then(resolve)
      }

      const receive = (reply: FileReply) => {
        const { path } = order as FileOrder
        if (reply.kind === 'case') current = reply.name
        else if (reply.kind === 'outcome') {
          done.push(current)
          events.onOutcome(path, reply.outcome)
        } else if (reply.kind === 'unreadable') events.onUnreadable(path, reply.message)
        else {
          events.onFile(path)
          next()
        }
      }

      const start = () =>
        startThread<FileOrder, FileReply>(new URL('./worker.ts', import.meta.url), undefined, {
          onMessage: receive,
          onStop({ message }) {
            thread = undefined
            const stopped = order as FileOrder
            events.onOutcome(stopped.path, { name: current, verdict: { kind: 'crashed', detail: message } })
            waiting.unshift({ ...stopped, skip: [...stopped.skip, ...done, current] })
            next()
          },
        })

      next()
    })

  await Promise.all(Array.from({ length: workers }, work))
}
