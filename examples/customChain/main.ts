// A chain of one's own: a genesis file switches the tensor fork on at a timestamp and reprices it at a later one.
import { fileURLToPath } from 'node:url'
import { createChain, loadTensorGenesis, replay } from '../../evm-ext/index.ts'
import { runExample } from '../runExample.ts'

// TSPACE (AE 08), then the word is stored and returned.
const RUNTIME = 'ae085f5260205ff3'

export async function main(print: (line: string) => void = console.log): Promise<void> {
  const genesis = loadTensorGenesis(fileURLToPath(new URL('./genesis.json', import.meta.url)))
  const chain = await createChain({ genesis })
  // PUSH1 8, DUP1, PUSH1 9, PUSH0, CODECOPY, PUSH0, RETURN
  const { contractAddress: to } = await chain.deploy(`0x60088060095f395ff3${RUNTIME}`)

  for (const timestamp of [999, 1000, 1999, 2000]) {
    chain.setNextBlockTimestamp(timestamp)
    const { status, gasUsed, returnValue, error } = await chain.sendTransaction({ to, gasLimit: 100_000 })
    const result = status === 1 ? `${BigInt(`0x${Buffer.from(returnValue).toString('hex')}`)} bytes free` : error
    print(`time ${timestamp}: ${result}, ${gasUsed} gas`)
  }

  const roots = await replay(genesis, chain.blocks(), { store: chain.store })
  print(
    `replayed ${roots.length} blocks on a fresh VM: ${roots.at(-1) === chain.stateRoot() ? 'same' : 'another'} state root`,
  )
}

await runExample(import.meta.url, main)
