import { readFileSync } from 'node:fs'
import { Interface } from 'ethers'
import { compileSources } from '../../../compiler-ext/index.ts'
import type { Hex } from '../../../evm-ext/index.ts'
import { heldOutDigits } from '../../../examples/mnist/digits.ts'
import { encodeModel, modelRoot, type Program } from '../../../model/index.ts'
import { digitsContract, digitsProgram, drawingHex, readDigit } from '../digits.ts'
import { ask } from './rpc.ts'
import { signTransaction } from './sender.ts'

const FILE = 'DigitClassifier.sol'
/** Gas of a deployment, and of a registration. */
const DEPLOYMENT_GAS = 10_000_000n

/** Calldata that has a digit read, and what the contract returns then. */
export type Reading = { readonly data: Hex; readonly answer: Hex }

/** The digit classifier on a node. */
export type DeployedDigits = { readonly address: Hex; readonly readings: readonly Reading[] }

/** What a transaction became. */
export type Receipt = {
  readonly status: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly contractAddress: Hex | null
}

function readingsOf(program: Program, abi: Interface, count: number): Reading[] {
  return heldOutDigits(count).map(({ pixels }) => {
    const { digit, margin } = readDigit(program, pixels)
    const answer = abi.encodeFunctionResult('read', [digit, margin]) as Hex
    return { data: abi.encodeFunctionData('read', [drawingHex(pixels)]) as Hex, answer }
  })
}

/** Publishes the network of the digits, registers it, and deploys the contract of the example. */
export async function deployDigits(url: string, key: Uint8Array, from: Hex, count: number): Promise<DeployedDigits> {
  const program = digitsProgram()
  const root = modelRoot(program)
  const file = encodeModel(program)
  const data = `0x${Buffer.from(file).toString('hex')}`
  const { registration } = await ask<{ registration: { to: Hex; data: Hex } }>(
    url,
    'tensor_publishModel',
    ...[root, file.length, 0, data],
  )
  let nonce = Number(await ask<Hex>(url, 'eth_getTransactionCount', from, 'latest'))
  const send = async (what: string, fields: { to?: Hex; data: Hex; value?: bigint }) => {
    const { hash, raw } = signTransaction({ nonce: nonce++, gasLimit: DEPLOYMENT_GAS, ...fields }, key)
    await ask(url, 'eth_sendRawTransaction', raw)
    const receipt = await ask<Receipt | null>(url, 'eth_getTransactionReceipt', hash)
    if (receipt?.status !== '0x1') throw new Error(`${what} failed`)
    return receipt
  }
  await send('the registration of the network', registration)
  const source = readFileSync(digitsContract, 'utf8')
  const contract = compileSources({ [FILE]: source })[FILE]?.DigitClassifier
  if (contract === undefined) throw new Error(`${FILE}: no DigitClassifier`)
  const abi = new Interface(JSON.stringify(contract.abi))
  const code = `0x${contract.evm.bytecode.object}${abi.encodeDeploy([root]).slice(2)}` as Hex
  const { contractAddress } = await send('the deployment', { data: code, value: 10_000n })
  if (contractAddress === null) throw new Error('the deployment made no contract')
  return { address: contractAddress, readings: readingsOf(program, abi, count) }
}
