import { setTimeout } from 'node:timers/promises'
import { registrationRefusal } from '../../evm-ext/registry.ts'
import { encodeModel, modelRoot } from '../../model/index.ts'
import type { Rounding } from '../choices.ts'
import { UsageError } from '../errors.ts'
import { interruptible } from '../interrupt.ts'
import { loadModel } from '../models.ts'
import { chainSpecOf, isAnyone } from '../nodeChain.ts'
import { createProgress } from '../progress.ts'
import { connect, type RpcClient, RpcFailure, UnreachableError } from '../rpcClient.ts'
import { createSender, type Sender, type SenderOptions, TransactionFailure } from '../sender.ts'

type PublishOptions = SenderOptions & {
  readonly rpcUrl: string
  readonly rounding?: Rounding
  readonly register: boolean
  readonly json?: boolean
}

/** What a node says of a model that is published. */
type PublishState = {
  readonly received: number
  readonly chunkBytes: number
  readonly isStored: boolean
  readonly isRegistered: boolean
  readonly registration?: { readonly to: string; readonly data: string }
}

/** How often a node that does not answer is tried again, and how long after it did not. */
const ATTEMPTS = 5
const PAUSE_MILLISECONDS = 1000

/** Repeats what may find the node gone for a moment. */
async function patiently<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++)
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof UnreachableError) || attempt === ATTEMPTS) throw error
      await setTimeout(attempt * PAUSE_MILLISECONDS, undefined, { signal })
    }
}

/** Sends what a node lacks of a model file. @returns what it says when it has all, and how many bytes were sent */
async function upload(client: RpcClient, root: string, file: Uint8Array) {
  const ask = (...part: readonly unknown[]) =>
    client.send<PublishState>('tensor_publishModel', [root, file.length, ...part])
  return interruptible('run the command again to go on where it was', async (signal) => {
    let state = await patiently(signal, ask)
    const missing = file.length - state.received
    const progress = createProgress('publishing', Math.ceil(missing / state.chunkBytes))
    try {
      while (!state.isStored) {
        signal.throwIfAborted()
        const { received, chunkBytes } = state
        const data = `0x${Buffer.from(file.subarray(received, received + chunkBytes)).toString('hex')}`
        state = await patiently(signal, () => ask(received, data))
        progress.step()
      }
    } finally {
      progress.end()
    }
    return { state, sent: missing }
  })
}

/** Registers a model. @returns the transaction and its gas */
async function register(sender: Sender, registration: { to: string; data: string }, registrar: `0x${string}`) {
  try {
    const { hash, gasUsed } = await interruptible('run the command again to see what became of it', (signal) =>
      sender.send('the model was not registered', registration, signal),
    )
    return { transaction: hash, gas: Number(gasUsed) }
  } catch (error) {
    const data = error instanceof TransactionFailure ? error.data : undefined
    const reason = data && registrationRefusal(Buffer.from(data.slice(2), 'hex'), registrar)
    throw reason ? new UsageError(`the model was not registered: ${reason}`) : error
  }
}

/** Publishes a model; see the command's help. */
export async function publish(modelPath: string, options: PublishOptions): Promise<void> {
  const { program } = loadModel(modelPath, options.rounding)
  if (program.constants.length === 0)
    throw new UsageError(`${modelPath}: has no constants, so there is nothing to publish`)
  const file = encodeModel(program)
  const root = modelRoot(program)
  const client = await connect(options.rpcUrl)
  try {
    const { registrar, registry } = await chainSpecOf(client)
    const sender = options.register ? await createSender(client, options) : undefined
    const before = await client.send<PublishState>('tensor_publishModel', [root, file.length])
    // Told before the bytes are sent, which may take long.
    if (sender !== undefined && !before.isRegistered && !isAnyone(registrar))
      if (sender.address.toLowerCase() !== registrar)
        throw new UsageError(`only the registrar ${registrar} may register models, not ${sender.address}`)
    const { state, sent } = await upload(client, root, file)
    const isNew = sender !== undefined && !state.isRegistered && state.registration !== undefined
    const registered = isNew ? await register(sender, state.registration, registrar) : undefined
    const report = {
      root,
      byteLength: file.length,
      sentBytes: sent,
      isRegistered: state.isRegistered || registered !== undefined,
      ...(registered ?? {}),
    }
    if (options.json) console.log(JSON.stringify(report))
    else {
      console.log(`root ${root}`)
      console.log(sent === 0 ? 'the node has its bytes already' : `sent ${sent.toLocaleString('en')} bytes`)
      if (registered) console.log(`registered by ${registered.transaction}, ${registered.gas.toLocaleString('en')} gas`)
      else console.log(state.isRegistered ? 'it is registered already' : `not registered with ${registry}`)
    }
  } catch (error) {
    throw error instanceof RpcFailure ? new UsageError(`${options.rpcUrl}: ${error.message}`) : error
  } finally {
    client.close()
  }
}
