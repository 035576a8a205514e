import { parentPort, workerData } from 'node:worker_threads'
import type { Chain } from '../evm-ext/index.ts'
import { ownBytes, toFailure } from '../evm-ext/thread.ts'
import { decodeModel } from '../model/index.ts'
import { advanceTo, createInferenceChain } from './chain.ts'
import type { CompiledModel } from './contract.ts'
import type { PoolOrder, PoolReply, PoolThreadData } from './poolMessages.ts'
import { createRunner, type InferenceRunner } from './runner.ts'

// The thread of an inference pool: a chain of its own with the model on it.

const port = parentPort
if (port === null) throw new Error('poolWorker.ts is run by createInferencePool, in a thread')
const post = (message: PoolReply) => port.postMessage(message)

const { path, model, genesis, where, kernel } = workerData as PoolThreadData
let chain: Chain | undefined
let runner: InferenceRunner | undefined
/** Number of the block of sample 0. */
let firstBlock = 0n

async function prepare(contract: CompiledModel | undefined): Promise<void> {
  try {
    const start = async () => {
      chain = await createInferenceChain(genesis, where, kernel)
      return chain
    }
    runner = await createRunner(path, decodeModel(model), start, contract)
    firstBlock = chain === undefined ? 0n : chain.head().header.number + 1n
    post({ kind: 'ready', codeBytes: runner.codeBytes })
  } catch (error) {
    post({ kind: 'unable', failure: toFailure(error) })
  }
}

async function run(first: number, samples: readonly Uint8Array[]): Promise<void> {
  try {
    for (const [index, sample] of samples.entries()) {
      // Samples before this one are in blocks of other threads' chains; a fork may lie between.
      if (chain !== undefined) await advanceTo(chain, firstBlock + BigInt(first + index))
      const inference = await (runner as InferenceRunner).infer(sample)
      post({ kind: 'result', inference: { ...inference, output: ownBytes(inference.output) } })
    }
  } catch (error) {
    post({ kind: 'failed', failure: toFailure(error) })
  }
}

port.on('message', (order: PoolOrder) => {
  if (order.kind === 'prepare') void prepare(order.contract)
  else void run(order.first, order.samples)
})
