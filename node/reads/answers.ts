import type { Block } from '@ethereumjs/block'
import { sharedModelFile } from '../../evm-ext/remoteModels.ts'
import { ownBytes, toFailure } from '../../evm-ext/thread.ts'
import type { NodeChain } from '../chain/chain.ts'
import type { Answer, Question } from './messages.ts'

/** What threads ask of a chain. */
export type AnsweringChain = Pick<NodeChain, 'database' | 'models' | 'blockAt'>

async function find(
  { database, models, blockAt }: AnsweringChain,
  question: Question,
): Promise<Uint8Array | undefined> {
  switch (question.kind) {
    case 'state': {
      const value = await database.get('state', question.key)
      return value && ownBytes(value)
    }
    case 'parent': {
      const block: Block | undefined = await blockAt(question.hash)
      return block && ownBytes(block.header.parentHash)
    }
    case 'model': {
      const program = await models.get(question.root)
      return program && sharedModelFile(program)
    }
  }
}

/** Answers what a thread asks, in the order of the questions. */
export function answer(chain: AnsweringChain, questions: readonly Question[]): Promise<Answer[]> {
  return Promise.all(
    questions.map(async (question): Promise<Answer> => {
      try {
        return { bytes: await find(chain, question) }
      } catch (error) {
        return { failure: toFailure(error) }
      }
    }),
  )
}
