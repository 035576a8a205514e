// Logistic regression in the middle of a transfer: a vault holds back what looks like theft.
import { createChain } from '../../evm-ext/index.ts'
import { deployExample } from '../exampleContract.ts'
import { runExample } from '../runExample.ts'

const BAKER = '0x00000000000000000000000000000000000000b0'
const stranger = (index: number) => `0x${(0xc0 + index).toString(16).padStart(40, '0')}`

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const chain = await createChain()
  const vault = await deployExample(chain, new URL('GatedTransfer.sol', import.meta.url), [], 100_000n)

  const pay = async (name: string, to: string, amount: number, hours: number) => {
    chain.setNextBlockTimestamp(Number(chain.head().header.timestamp) + hours * 3600)
    const { failure, gasUsed } = await vault.send({}, 'pay', to, amount)
    const balance = await chain.balance(to)
    print(`${name.padEnd(32)} ${failure ?? 'paid'}, ${gasUsed} gas, the recipient has ${balance} wei`)
  }
  await pay('1 % to a new recipient', BAKER, 1000, 24)
  await pay('1 % to the same', BAKER, 1000, 24)
  await pay('90 % to a stranger', stranger(0), 90_000, 24)
  for (const index of [1, 2, 3, 4]) await pay('5 % to one more stranger at once', stranger(index), 5000, 0.01)
  await pay('1 % to the same, a day later', BAKER, 1000, 24)
}

await runExample(import.meta.url, main)
