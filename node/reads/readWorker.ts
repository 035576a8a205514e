import { parentPort, type TransferListItem, workerData } from 'node:worker_threads'
import { ownBytes, toFailure } from '../../evm-ext/thread.ts'
import { createReadMachine } from './machine.ts'
import type { FromReadThread, ReadOrder, ReadThreadData, ToReadThread } from './messages.ts'
import { owned, perform } from './perform.ts'
import { CallFailure, ReadError } from './reads.ts'
import { createRemote } from './remote.ts'

// The thread of createReads: an EVM with a kernel and an arena of its own, over states that it asks for.

const port = parentPort
if (port === null) throw new Error('readWorker.ts is run by createReads, in a thread')
const post = (message: FromReadThread, transfer: TransferListItem[] = []) => port.postMessage(message, transfer)

const data = workerData as ReadThreadData
const remote = createRemote((questions) => post({ kind: 'questions', questions }))
const machine = await createReadMachine(data.genesis, remote)

async function read(order: ReadOrder): Promise<void> {
  try {
    const { value, isJSON } = await perform(machine, order, data)
    if (!isJSON) return post({ kind: 'result', value })
    const bytes = ownBytes(new TextEncoder().encode(JSON.stringify(value ?? null)))
    post({ kind: 'json', bytes }, [bytes.buffer])
  } catch (error) {
    if (error instanceof ReadError) post({ kind: 'refused', code: error.code, message: error.message })
    else if (error instanceof CallFailure) post({ kind: 'callFailed', result: owned(error.result) })
    else post({ kind: 'failed', failure: toFailure(error) })
  }
}

port.on('message', (message: ToReadThread) => {
  if (message.kind === 'read') void read(message.order)
  else remote.receive(message.answers)
})
post({ kind: 'ready' })
