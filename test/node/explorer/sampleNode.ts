import { readFileSync } from 'node:fs'
import { Interface } from 'ethers'
import { heldOutDigits } from '../../../examples/mnist/digits.ts'
import { compileModel } from '../../../inference/contract.ts'
import { decodeModel, summarize } from '../../../model/index.ts'
import { type RunningNode, startNode } from '../../../node/index.ts'

const predictABI = new Interface(['function predict(bytes input) view returns (bytes output)'])
const gas = '0xf00000'

/** Logs the word 42 under topic 7, and leaves no code: PUSH1 2a, PUSH0, MSTORE, PUSH1 7, PUSH1 20, PUSH0, LOG1, STOP. */
const LOGGING_CREATION = '0x602a5f52600760205fa100'
/** A creation that halts: TFREE (AE 07) of a handle that nobody has. */
const BAD_HANDLE_CREATION = '0x60016105dcae0700'

type Receipt = { readonly contractAddress: string }

/** What tensor_publishModel answers. */
type Progress = {
  readonly received: number
  readonly chunkBytes: number
  readonly registration?: { readonly to: string; readonly data: string }
}

/** Calls methods of a node over HTTP. */
function clientOf(url: string) {
  return async <T>(method: string, ...params: readonly unknown[]): Promise<T> => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } }
    if (error !== undefined) throw new Error(`${method}: ${error.message}`)
    return result
  }
}

/** A node with a few blocks of everything that the explorer shows. Members are hashes of transactions unless said otherwise. */
export type SampleNode = {
  readonly node: RunningNode
  readonly call: ReturnType<typeof clientOf>
  /** Address of the digit classifier. */
  readonly classifier: string
  /** Root of its model, which is published and registered. */
  readonly root: string
  readonly transfer: string
  readonly prediction: string
  readonly precompilePrediction: string
  /** A prediction that a contract asks the classifier for. */
  readonly nested: string
  readonly logging: string
  readonly halted: string
  readonly reverted: string
  /** Sends a prediction to the classifier. */
  predict(): Promise<string>
}

/** Starts a node, deploys a digit classifier, publishes its model and sends transactions of each kind. */
export async function startSampleNode(): Promise<SampleNode> {
  const node = await startNode({ port: 0 })
  const call = clientOf(node.url)
  const [from, to = ''] = await call<string[]>('eth_accounts')
  const send = (fields: Readonly<Record<string, string>>): Promise<string> =>
    call('eth_sendTransaction', { from, gas, ...fields })
  const create = async (data: string) => {
    const receipt = await call<Receipt>('eth_getTransactionReceipt', await send({ data }))
    return receipt.contractAddress
  }

  const transfer = await send({ to, value: '0x16345785d8a0000' })
  const file = readFileSync(new URL('../../../examples/mnist/model.tensor', import.meta.url))
  const program = decodeModel(file)
  const { root } = summarize(program)
  const contract = compileModel(program)
  const weights = contract.dataInitCode === undefined ? '' : await create(toHex(contract.dataInitCode))
  const classifier = await create(`${contract.bytecode}${weights.slice(2).padStart(weights === '' ? 0 : 64, '0')}`)
  const registration = await publish(call, root, file)
  await send(registration)

  const digits = heldOutDigits(10)
  let next = 0
  const predict = (to = classifier) => {
    const { pixels } = digits[next++ % digits.length] as (typeof digits)[number]
    return send({ to, data: predictABI.encodeFunctionData('predict', [toBytes(pixels)]) })
  }
  const prediction = await predict()
  const [first] = digits
  const precompilePrediction = await send({
    to: node.services.chain.genesis.precompile,
    data: `${root}${Buffer.from(toBytes(first?.pixels ?? new Int8Array())).toString('hex')}`,
  })
  // Passes its calldata on: CALLDATASIZE, PUSH0, PUSH0, CALLDATACOPY; PUSH0, PUSH0, CALLDATASIZE, PUSH0; the classifier, GAS,
  // STATICCALL, STOP. What makes it: PUSH1 20, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN.
  const forwarder = await create(`0x60208060095f395ff3365f5f375f5f365f73${classifier.slice(2)}5afa00`)
  const nested = await predict(forwarder)
  const logging = await send({ data: LOGGING_CREATION })
  const halted = await send({ data: BAD_HANDLE_CREATION, gas: '0x186a0' })
  const reverted = await send({ to: classifier, data: predictABI.encodeFunctionData('predict', ['0x01']) })
  return {
    ...{ node, call, classifier, root, transfer, prediction, precompilePrediction, nested, logging, halted, reverted },
    predict: () => predict(),
  }
}

function toBytes(pixels: Int8Array): Uint8Array {
  return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length)
}

function toHex(code: string | Uint8Array): string {
  return typeof code === 'string' ? code : `0x${Buffer.from(code).toString('hex')}`
}

/** Uploads a model file. @returns the transaction that registers it */
async function publish(call: SampleNode['call'], root: string, file: Uint8Array) {
  let progress = await call<Progress>('tensor_publishModel', root, file.length)
  while (progress.received < file.length) {
    const part = file.subarray(progress.received, progress.received + progress.chunkBytes)
    progress = await call('tensor_publishModel', root, file.length, progress.received, toHex(part))
  }
  if (progress.registration === undefined) throw new Error('the node did not keep the model')
  return progress.registration
}
