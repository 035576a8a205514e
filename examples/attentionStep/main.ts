// One step of attention over a memory in storage: a pool's fee covers what trades like the next one cost before.
import { createChain } from '../../evm-ext/index.ts'
import { deployExample, int8Bytes } from '../exampleContract.ts'
import { runExample } from '../runExample.ts'

/** Trade size, gas price, router known, price here against elsewhere, the last four for the pool's own use. */
const retail = [-40, -60, 64, 0, 10, 0, -20, 30]
const arbitrage = [50, 60, -64, 60, 10, 0, -20, 30]
const inBetween = retail.map((feature, index) => Math.round((feature + (arbitrage[index] as number)) / 2))

/** A fixed sequence of numbers in -8..7. */
function createJitter(): () => number {
  let state = 1
  return () => {
    state = (state * 1103515245 + 12345) % 2 ** 31
    return ((state >> 16) % 16) - 8
  }
}

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const chain = await createChain()
  const contract = await deployExample(chain, new URL('AttentionFee.sol', import.meta.url))
  const jitter = createJitter()

  let gas = 0n
  const record = async (features: readonly number[], move: number) => {
    const jittered = features.map((feature) => feature + jitter())
    gas = (await contract.send({}, 'record', int8Bytes(jittered), move + jitter())).gasUsed
  }
  const quotes = async (when: string) => {
    const fees: string[] = []
    for (const [name, features] of Object.entries({ retail, 'in between': inBetween, arbitrage }))
      fees.push(`${name} ${Number(await contract.call('quote', int8Bytes(features))) / 100} bp`)
    print(`${when}: ${fees.join(', ')}`)
  }

  await quotes('nothing remembered    ')
  for (let trade = 0; trade < 40; trade++) await (trade % 4 === 3 ? record(arbitrage, 40) : record(retail, 0))
  await quotes('a fourth is arbitrage ')
  const weights = (await contract.call('attention', int8Bytes(arbitrage))) as bigint[]
  const attended = weights.filter((weight) => weight > 328n).length
  print(`arbitrage attends with more than 1 % to ${attended} of ${weights.length} trades`)
  for (let trade = 0; trade < 32; trade++) await record(trade % 4 === 3 ? arbitrage : retail, 0)
  await quotes('it costs nothing now  ')
  const quote = await contract.send({}, 'quote', int8Bytes(arbitrage))
  print(`${gas} gas to record a trade, ${quote.gasUsed} for a transaction that quotes`)
}

await runExample(import.meta.url, main)
