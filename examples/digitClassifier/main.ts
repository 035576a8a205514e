// A network written by hand in Solidity: a contract pays for digits that are drawn legibly.
import { readFileSync } from 'node:fs'
import { createChain } from '../../evm-ext/index.ts'
import { decodeModel } from '../../model/index.ts'
import { deployExample, int8Bytes } from '../exampleContract.ts'
import { heldOutDigits } from '../mnist/digits.ts'
import { runExample } from '../runExample.ts'

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const program = decodeModel(readFileSync(new URL('../mnist/model.tensor', import.meta.url)))
  const chain = await createChain()
  const { root } = await chain.registerModel(program)
  const url = new URL('DigitClassifier.sol', import.meta.url)
  const contract = await deployExample(chain, url, [root], 10_000n)
  print(`model ${root}`)

  const digits = heldOutDigits(30)
  const claim = async (name: string, index: number, digit = digits[index]?.label) => {
    const drawing = int8Bytes(digits[index]?.pixels ?? [])
    const [found, margin] = (await contract.call('read', drawing)) as bigint[]
    const { gasUsed, failure } = await contract.send({}, 'claim', digit, drawing)
    print(`${name.padEnd(20)} read as ${found} by ${margin}: ${failure ?? 'paid'}, ${gasUsed} gas`)
  }
  await claim('a four', 4)
  await claim('the same four', 4)
  await claim('another four', 14)
  await claim('a five', 5)
  await claim('a six called a five', 6, 5)
  await claim('a nine like a four', 9)
  await claim('an eight like a two', 28)
  print(`the contract has ${await chain.balance(contract.address)} wei left`)
}

await runExample(import.meta.url, main)
