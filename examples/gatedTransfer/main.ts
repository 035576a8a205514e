// A classifier in the middle of a transfer: a contract pays only what the model lets pass.
import { readFileSync } from 'node:fs'
import { bytesToHex } from '@ethereumjs/util'
import { Interface } from 'ethers'
import { compileSources } from '../../compiler-ext/index.ts'
import { createChain } from '../../evm-ext/index.ts'
import { runExample } from '../runExample.ts'

const RECIPIENT = '0x00000000000000000000000000000000000000b0'

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const file = 'GatedTransfer.sol'
  const source = readFileSync(new URL(`./${file}`, import.meta.url), 'utf8')
  const contract = compileSources({ [file]: source })[file]?.GatedTransfer
  if (contract === undefined) throw new Error(`${file}: no contract GatedTransfer`)
  const abi = new Interface(JSON.stringify(contract.abi))

  const chain = await createChain()
  const { contractAddress: to } = await chain.deploy(`0x${contract.evm.bytecode.object}`)
  await chain.sendTransaction({ to, value: 1000n })

  const pay = async (name: string, features: readonly number[]) => {
    const bytes = new Uint8Array(Int8Array.from(features).buffer)
    const data = abi.encodeFunctionData('pay', [RECIPIENT, 100, bytes])
    const { status, returnValue, gasUsed } = await chain.sendTransaction({ to, data })
    const outcome = status === 1 ? 'paid' : `reverted with ${describeRevert(abi, bytesToHex(returnValue))}`
    print(`${name}: ${outcome}, ${gasUsed} gas, recipient has ${await chain.balance(RECIPIENT)} wei`)
  }
  await pay('ordinary payment  ', [-5, -3, 2, 9, 1, 4, 6, 8])
  await pay('suspicious payment', [90, 70, 4, -2, 60, -50, -40, 1])
  await pay('missing features  ', [1, 2, 3])
}

/** `Refused(593, -593)`. */
function describeRevert(abi: Interface, data: string): string {
  const error = abi.parseError(data)
  return error === null ? data : `${error.name}(${error.args.join(', ')})`
}

await runExample(import.meta.url, main)
