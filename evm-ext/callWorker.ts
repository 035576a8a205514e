import { parentPort, workerData } from 'node:worker_threads'
import { createBlockHeaderFromRLP } from '@ethereumjs/block'
import { Address } from '@ethereumjs/util'
import type { Root } from '../model/index.ts'
import { type CallResult, runMessage } from './call.ts'
import type { CallOrder, CallReplyMessage, CallRequestMessage, CallThreadData } from './callMessages.ts'
import { createGenesisVM } from './genesisVM.ts'
import { createRemoteStore } from './remoteModels.ts'
import type { TensorEVM } from './tensorEVM.ts'
import { fromFailure, ownBytes, toFailure } from './thread.ts'

// The thread of a call pool: an EVM with a kernel and an arena of its own over a copy of the chain's states.

const port = parentPort
if (port === null) throw new Error('callWorker.ts is run by createCallPool, in a thread')
const post = (message: CallReplyMessage) => port.postMessage(message)

/** What waits for the model that was asked for. */
let settleModel: ((message: Exclude<CallRequestMessage, { kind: 'call' }>) => void) | undefined

/** Asks the thread that made this one for a model file. */
async function fetchModel(root: Root): Promise<Uint8Array | undefined> {
  const message = await new Promise<Exclude<CallRequestMessage, { kind: 'call' }>>((resolve) => {
    settleModel = resolve
    post({ kind: 'model', root })
  })
  if (message.kind === 'modelFailed') throw fromFailure(message.failure)
  return message.bytes
}

const { genesis } = workerData as CallThreadData
const { vm, database, block } = await createGenesisVM(genesis, { store: createRemoteStore(fetchModel) })
const hashes = [block.hash()]
let header = block.header

const evm = vm.evm as TensorEVM
// A real blockchain would want to validate the blocks, of which calls see nothing but their hashes.
evm.blockchain = {
  getBlock: async (number) => {
    const hash = hashes[number]
    if (hash === undefined) throw new Error(`block ${number} is not known`)
    return { hash: () => hash }
  },
  putBlock: async () => {},
  shallowCopy: () => evm.blockchain,
}

/** Brings the copy of the chain to where an order wants it. */
async function follow(order: CallOrder): Promise<void> {
  database.add(order.entries)
  hashes.push(...order.hashes)
  if (order.header === undefined) return
  header = createBlockHeaderFromRLP(order.header, { common: vm.common, setHardfork: true })
  vm.common.setHardforkBy({ blockNumber: header.number, timestamp: header.timestamp })
  await vm.stateManager.setStateRoot(header.stateRoot)
}

/** A result with bytes that do not bring the EVM's memory along. */
function owned(result: CallResult): CallResult {
  const logs = result.logs.map((log) => ({ ...log, data: ownBytes(log.data) }))
  return { ...result, logs, returnValue: ownBytes(result.returnValue) }
}

async function call(order: CallOrder): Promise<void> {
  // What fails here leaves the thread at no block: it ends, for nobody catches it.
  await follow(order)
  const { data, value, gasLimit } = order
  const message = { from: new Address(order.from), to: new Address(order.to), data, value, gasLimit }
  try {
    post({ kind: 'result', result: owned(await runMessage(vm, { header }, message)) })
  } catch (error) {
    post({ kind: 'failed', failure: toFailure(error) })
  }
}

port.on('message', (message: CallRequestMessage) => {
  if (message.kind === 'call') void call(message.order)
  else settleModel?.(message)
})
post({ kind: 'ready' })
