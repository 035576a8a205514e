import type { Hex } from '../../evm-ext/index.ts'
import { fromFailure } from '../../evm-ext/thread.ts'
import type { Root } from '../../model/index.ts'
import type { Answer, Question } from './messages.ts'

/** What a thread asks of the one that made it. */
export type Remote = {
  /** An entry of the state database. */
  state(key: string): Promise<Uint8Array | undefined>
  /** Hash of the parent of a block. */
  parent(hash: Hex): Promise<Uint8Array | undefined>
  model(root: Root): Promise<Uint8Array | undefined>
  /** Takes answers, in the order of the questions. */
  receive(answers: readonly Answer[]): void
}

type Waiting = { resolve(bytes: Uint8Array | undefined): void; reject(reason: Error): void }

/** Asks through `send`. What is asked in one turn goes in one message. */
export function createRemote(send: (questions: readonly Question[]) => void): Remote {
  const waiting: Waiting[] = []
  let unsent: Question[] = []

  const ask = (question: Question) =>
    new Promise<Uint8Array | undefined>((resolve, reject) => {
      waiting.push({ resolve, reject })
      if (unsent.length === 0)
        queueMicrotask(() => {
          const questions = unsent
          unsent = []
          send(questions)
        })
      unsent.push(question)
    })

  return {
    state: (key) => ask({ kind: 'state', key }),
    parent: (hash) => ask({ kind: 'parent', hash }),
    model: (root) => ask({ kind: 'model', root }),
    receive(answers) {
      for (const answer of answers) {
        const asked = waiting.shift()
        if ('failure' in answer) asked?.reject(fromFailure(answer.failure))
        else asked?.resolve(answer.bytes)
      }
    },
  }
}
